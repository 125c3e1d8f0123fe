import { type Witness, WitnessError, type WitnessErrorCode } from '../../core/log/witness.ts';
import { SUBMISSION_MAX_BYTES } from '../../proof/note/add-checkpoint.ts';
import { formatVerifierKey } from '../../proof/note/verifier-key.ts';
import { presentPlainError } from '../shared/plain-errors.ts';
import type { ErrorAnswer, Surface } from '../shared/surface.ts';

/** C2SP tlog-witness names a status for each. */
const STATUS: Readonly<Record<WitnessErrorCode, number>> = {
  malformed: 400,
  'not-signed': 403,
  'unknown-log': 404,
  conflict: 409,
  'bad-proof': 422,
};

const TEXT = 'text/plain; charset=utf-8';

/** A witness as the whole of a server (C2SP tlog-witness); both its prefixes are the root. */
export function createWitnessSurface(witness: Witness): Surface {
  return {
    pathPrefixes: ['/'],
    presentError,
    register(app) {
      app.removeAllContentTypeParsers();
      // The protocol names no media type.
      app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

      app.post('/add-checkpoint', { bodyLimit: SUBMISSION_MAX_BYTES }, async (request, reply) => {
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
        const lines = await witness.addCheckpoint(body);
        return reply.type(TEXT).send(lines);
      });

      app.get('/:log/checkpoint', async (request, reply) => {
        const note = await witness.latest((request.params as { log: string }).log);
        reply.type(TEXT).header('cache-control', 'no-cache');
        if (note === null) return reply.code(404).send('no checkpoint of such a log was cosigned here');
        return reply.send(Buffer.from(note));
      });

      app.get('/', async (_request, reply) => reply.type(TEXT).send(`${formatVerifierKey(witness.key)}\n`));
    },
  };
}

function presentError(error: unknown): ErrorAnswer {
  if (!(error instanceof WitnessError)) return presentPlainError(error);
  const status = STATUS[error.code];
  if (error.code !== 'conflict') return { status, body: error.message };
  return { status, headers: { 'content-type': 'text/x.tlog.size' }, body: `${error.size}\n` };
}
