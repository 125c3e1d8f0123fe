import { equalBytes, reverseBytes } from '../../base/bytes.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { parseBlockHeader } from '../../proof/bitcoin/block-header.ts';
import { ChainError } from '../../proof/bitcoin/chain-error.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { HeaderSource } from '../../proof/bundle/header-source.ts';

const TIMEOUT_MS = 15_000;
const HEADER_HEX = /^[0-9a-f]{160}$/i;
const HASH_HEX = /^[0-9a-f]{64}$/i;

/** The server that this page came from, as one source that is believed. */
export function serverHeaders(network: BitcoinNetwork): HeaderSource {
  let tip: number | null = null;
  return {
    trust: 'single-source',
    network,
    async headerAt(height) {
      const response = await get(`/bitcoin/headers/${height}`);
      if (response.status === 404) return null;
      if (!response.ok) throw unreachable('this server');
      const answer = await response.json().catch(() => null);
      if (answer?.network !== network || typeof answer.header !== 'string' || !HEADER_HEX.test(answer.header)) {
        throw new ChainError('chain-lied', 'this server gives something else than a header');
      }
      if (Number.isSafeInteger(answer.tip_height)) tip = answer.tip_height;
      return decodeHex(answer.header);
    },
    tipHeight: async () => tip,
  };
}

/** Esplora servers, of which more than half have to name the same header. */
export function esploraHeaders(bases: readonly string[], network: BitcoinNetwork): HeaderSource {
  const needed = Math.floor(bases.length / 2) + 1;
  return {
    trust: bases.length > 1 ? 'quorum' : 'single-source',
    network,
    async headerAt(height) {
      const answers = await Promise.allSettled(bases.map((base) => askEsplora(base, height)));
      const headers = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
      if (headers.length < needed) throw unreachable('enough of the servers');
      const votes = new Map<string, number>();
      for (const header of headers) {
        const key = header === null ? '' : encodeHex(header);
        votes.set(key, (votes.get(key) ?? 0) + 1);
      }
      const [winner] = [...votes].find(([, count]) => count >= needed) ?? [];
      if (winner === undefined) throw new ChainError('chain-lied', 'the servers name different blocks');
      return winner === '' ? null : decodeHex(winner);
    },
    async tipHeight() {
      const answers = await Promise.allSettled(
        bases.map(async (base) => Number(await getText(`${base}/blocks/tip/height`))),
      );
      const heights = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
      const known = heights.filter(Number.isSafeInteger);
      return known.length === 0 ? null : Math.min(...known);
    },
  };
}

async function askEsplora(base: string, height: number): Promise<Uint8Array | null> {
  const hash = await getText(`${base}/block-height/${height}`);
  if (hash === null) return null;
  if (!HASH_HEX.test(hash)) throw new ChainError('chain-lied', 'the server gives something else than a hash');
  const header = await getText(`${base}/block/${hash}/header`);
  const bytes = header !== null && HEADER_HEX.test(header) ? decodeHex(header)! : null;
  if (bytes === null || !equalBytes(parseBlockHeader(bytes).hash, reverseBytes(decodeHex(hash)!))) {
    throw new ChainError('chain-lied', 'the server gives something else than the header');
  }
  return bytes;
}

/** Null for 404. */
async function getText(address: string): Promise<string | null> {
  const response = await get(address);
  if (response.status === 404) return null;
  if (!response.ok) throw unreachable(new URL(address).host);
  return (await response.text()).trim();
}

async function get(address: string): Promise<Response> {
  try {
    return await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS), credentials: 'omit' });
  } catch {
    throw unreachable(new URL(address, location.href).host);
  }
}

function unreachable(who: string): ChainError {
  return new ChainError('chain-unreachable', `${who} cannot be reached`);
}
