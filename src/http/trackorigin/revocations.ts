import { Type } from 'typebox';
import type { RevocationList } from '../../core/certificate/revocation-list.ts';
import type { App } from '../shared/app.ts';
import { sendJson } from './certificate-caching.ts';

const schema = {
  summary: 'The signed list of every revoked certificate',
  tags: ['trackorigin'],
  response: {
    200: Type.Object({
      format: Type.Literal('touchmark/revocations/1'),
      registry: Type.Literal('trackorigin'),
      sequence: Type.Integer({ description: 'The head of the log that the list is as of. Never goes back.' }),
      head: Type.Integer({ description: 'The same number.' }),
      generated_at: Type.String(),
      expires_at: Type.String({ description: 'Believe nothing of it after this.' }),
      key_id: Type.String(),
      revoked: Type.Array(
        Type.Object({
          cert_id: Type.String(),
          sequence: Type.Integer(),
          revoked_at: Type.String(),
          reason: Type.String(),
        }),
      ),
      signature: Type.String({ description: 'Base64, over the RFC 8785 bytes of all the other fields.' }),
    }),
    304: Type.Null(),
  },
};

/** As the contract says. */
const MAX_AGE_SECONDS = 300;

/** `GET /.well-known/trackorigin-revocations.json` */
export function registerRevocations(app: App, revocations: RevocationList): void {
  app.get('/.well-known/trackorigin-revocations.json', { schema, config: { cors: true } }, async (request, reply) => {
    const { sequence, generatedAt, body } = await revocations.read();
    // No two lists are made at one moment.
    const etag = `"${sequence}-${generatedAt}"`;
    reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`);
    sendJson(request, reply, body, etag);
    return reply;
  });
}
