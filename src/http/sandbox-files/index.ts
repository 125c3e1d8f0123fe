import { Type } from 'typebox';
import { presentPlainError } from '../shared/plain-errors.ts';
import type { Surface } from '../shared/surface.ts';

const BINARY = { type: 'string', format: 'binary' };
/** They never change: the digest of the master is in the certificate. */
const CACHING = 'public, max-age=31536000, immutable';

/** A file that integrators try things out with. */
export interface SandboxFile {
  /** Below `/sandbox/`. */
  readonly name: string;
  readonly mediaType: string;
  readonly read: () => Promise<Uint8Array>;
}

/** Files of the recording that `cer_test_synthetic` is of, for whoever wants to fingerprint it. */
export function createSandboxFiles(files: readonly SandboxFile[]): Surface {
  return {
    pathPrefixes: files.map(({ name }) => `/sandbox/${name}`),
    presentError: presentPlainError,
    register(app) {
      for (const { name, mediaType, read } of files) {
        const schema = {
          summary: 'The synthetic recording',
          tags: ['sandbox'],
          response: { 200: { content: { [mediaType]: { schema: Type.Unsafe<Uint8Array>(BINARY) } } } },
        };
        app.get(`/sandbox/${name}`, { schema, config: { cors: true } }, async (_request, reply) => {
          reply.type(mediaType).header('cache-control', CACHING);
          return reply.send(Buffer.from(await read()));
        });
      }
    },
  };
}
