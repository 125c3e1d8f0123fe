import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/coded-error.ts';
import { encodeHex } from '../../base/hex.ts';
import { ChainError, type ChainReader } from '../../core/chain.ts';
import type { Limit, Limiter } from '../../core/limit/limiter.ts';
import { clientAddress } from '../shared/client-network.ts';
import { ErrorBody, SERVER_API } from '../shared/default-surface.ts';
import { findRow, RATE_LIMITED, REQUEST_FAULT_ROWS } from '../shared/error-rows.ts';
import { FreshCache, shareFor } from '../shared/fresh-cache.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import type { ErrorAnswer, Surface } from '../shared/surface.ts';

export interface BlockHeadersParts {
  readonly chain: ChainReader;
  readonly limiter: Limiter;
  /** Of one client address: each answer may cost requests to somebody else's server. */
  readonly limit: Limit;
  readonly clock: Clock;
}

/** A block can be replaced by another, as long as few others stand on it. */
const HEADER_FRESH_MS = 10_000;
const TIP_FRESH_MS = 5_000;
/** About 300 bytes each. */
const MAX_HEADERS = 5_000;
/** As Bitcoin counts blocks: enough for thousands of years. */
const HEIGHT = '^(0|[1-9]\\d{0,8})$';

const Answer = Type.Object({
  network: Type.String(),
  height: Type.Integer(),
  header: Type.String({ description: 'The 80 bytes of the block header in hex.' }),
  tip_height: Type.Integer(),
});

const schema = {
  summary: 'The header of a Bitcoin block, as this server knows the chain',
  description: 'For verifiers in browsers. Who does not want to believe this server asks another source.',
  tags: ['bitcoin'],
  params: Type.Object({ height: Type.String({ pattern: HEIGHT }) }),
  response: { 200: Answer, 400: ErrorBody, 404: ErrorBody, 429: ErrorBody, 503: ErrorBody },
};

/** The best chain has no block at the height. */
class NoSuchBlockError extends CodedError<'header-unknown'> {}

/** `GET /bitcoin/headers/{height}` */
export function createBlockHeaders({ chain, limiter, limit, clock }: BlockHeadersParts): Surface {
  const tip = shareFor(TIP_FRESH_MS, clock, async () => (await chain.tip()).height);
  const headers = new FreshCache<string | null>({
    freshMs: HEADER_FRESH_MS,
    maxEntries: MAX_HEADERS,
    clock,
    make: async (height) => {
      const hash = await chain.blockHash(Number(height));
      const header = hash && (await chain.blockHeader(hash));
      return header && encodeHex(header);
    },
  });
  return {
    pathPrefixes: ['/bitcoin/'],
    api: {
      ...SERVER_API,
      name: 'BlockHeaders',
      tags: { bitcoin: 'Bitcoin’s headers, for verifiers.' },
      errorCodes: Object.keys(ROWS),
    },
    presentError,
    register(app) {
      app.get('/bitcoin/headers/:height', { schema, config: { cors: true } }, async (request, reply) => {
        await takeTokens(limiter, [{ limit, key: clientAddress(request.ip) }], reply);
        const { height } = request.params;
        const tipHeight = await tip();
        // What is above the tip is not worth a question, and must not fill the memory.
        const header = Number(height) > tipHeight ? null : await headers.get(height);
        if (header === null) throw new NoSuchBlockError('header-unknown', 'above the tip, or gone');
        reply.header('cache-control', 'no-cache');
        return { network: chain.network, height: Number(height), header, tip_height: tipHeight };
      });
    },
  };
}

/** How these routes show every error. */
const ROWS = {
  ...REQUEST_FAULT_ROWS,
  'header-unknown': {
    status: 404,
    code: 'block_not_found',
    type: 'not_found',
    message: 'The best chain has no block at this height.',
  },
  'rate-limited': RATE_LIMITED,
  'chain-unreachable': {
    status: 503,
    code: 'chain_unavailable',
    type: 'server_error',
    message: 'The Bitcoin source cannot be asked at the moment.',
  },
};

function presentError(error: unknown, requestId: string): ErrorAnswer {
  const row: (typeof ROWS)[keyof typeof ROWS] =
    error instanceof ChainError ? ROWS['chain-unreachable'] : findRow(ROWS, error);
  const { status, code, type, message } = row;
  return {
    status,
    headers: { 'cache-control': 'no-store', ...(status === 503 && { 'retry-after': '10' }) },
    body: { error: { code, message, type, request_id: requestId } },
  };
}
