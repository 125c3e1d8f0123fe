import type { FastifyReply, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import type { PublicLog } from '../../core/log/public-log.ts';
import { parseEntryBundlePath, parseTilePath } from '../../proof/merkle/tile.ts';
import { RequestFault } from '../shared/request-fault.ts';
import type { Surface } from '../shared/surface.ts';
import { presentLogError } from './errors.ts';

/** C2SP tlog-tiles: a checkpoint may be kept for seconds, tiles for ever. */
const CHECKPOINT_CACHE = 'public, max-age=2';
const TILE_CACHE = 'public, max-age=31536000, immutable';
/** What is not there may be there in a moment. */
const MISSING_CACHE = 'public, max-age=1';

/** They change with the log itself only. */
const KEYS_CACHE = 'public, max-age=3600';

const TEXT = 'text/plain; charset=utf-8';
const BYTES = 'application/octet-stream';
/** An event's number as it is written everywhere: from 1, without leading zeros. */
const SEQUENCE = /^[1-9]\d{0,15}$/;

/** The public log below `/log`, for whoever wants to check it (C2SP tlog-tiles, tlog-proof). */
export function createLogSurface({ log }: { readonly log: PublicLog }): Surface {
  return {
    pathPrefixes: ['/log'],
    presentError: presentLogError,
    register(app) {
      const options = { config: { cors: true } } as const;

      app.get(
        '/log/checkpoint',
        { ...options, schema: describe('The newest signed checkpoint', TEXT) },
        async (_, reply) => {
          const { note } = await log.head();
          return send(reply, TEXT, CHECKPOINT_CACHE, note);
        },
      );

      app.get(
        '/log/vkey',
        { ...options, schema: describe('The keys that sign checkpoints', TEXT) },
        async (_, reply) => {
          return send(reply, TEXT, KEYS_CACHE, Buffer.from(`${log.verifierKey}\n${log.timeVerifierKey}\n`));
        },
      );

      app.get(
        '/log/tile/*',
        {
          config: { cors: true, describedAs: '/log/tile/:level/:index' },
          schema: TILE_SCHEMA,
          // The router has one parameter for both.
          validatorCompiler: () => () => true,
        },
        async (request, reply) => {
          const path = `tile/${(request.params as { '*': string })['*']}`;
          const bytes = await readPath(log, path);
          if (bytes === null)
            return reply.code(404).header('cache-control', MISSING_CACHE).type(TEXT).send('not found');
          return send(reply, BYTES, TILE_CACHE, bytes);
        },
      );

      app.get(
        '/log/proof/:sequence',
        {
          ...options,
          schema: PROOF_SCHEMA,
        },
        async (request, reply) => {
          const { sequence } = request.params as { sequence: string };
          if (!SEQUENCE.test(sequence) || !Number.isSafeInteger(Number(sequence)))
            throw new RequestFault('input-invalid', 'an event has a number from 1 on');
          const proof = await log.prove(Number(sequence));
          return send(reply, TEXT, CHECKPOINT_CACHE, Buffer.from(proof));
        },
      );
    },
  };
}

async function readPath(log: PublicLog, path: string): Promise<Uint8Array | null> {
  const bundle = parseEntryBundlePath(path);
  if (bundle !== null) return log.readEntries(bundle);
  const tile = parseTilePath(path);
  return tile === null ? null : log.readTile(tile);
}

function send(reply: FastifyReply, type: string, cache: string, bytes: Uint8Array): FastifyReply {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return reply.header('cache-control', cache).header('content-type', type).send(body);
}

function describe(summary: string, mediaType: string, ...refusals: readonly number[]): FastifySchema {
  return {
    tags: ['log'],
    summary,
    response: {
      200: { content: { [mediaType.split(';', 1)[0]!]: { schema: Type.String() } } },
      ...Object.fromEntries(
        refusals.map((status) => [status, { content: { 'text/plain': { schema: Type.String() } } }]),
      ),
    },
  };
}

const TILE_SCHEMA: FastifySchema = {
  ...describe('A tile of the tree', BYTES, 404),
  description: 'Level 0 to 63, or `entries`. An index from 1,000 on is written in groups of three, as in `x001/234`.',
  params: Type.Object({ level: Type.String(), index: Type.String() }),
};
const PROOF_SCHEMA: FastifySchema = {
  ...describe('The proof that an event is in the log', TEXT, 400, 404, 503),
  params: Type.Object({ sequence: Type.String() }),
};
