import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Timestamp } from '../../core/timestamp/timestamp.ts';
import type { TimestampService } from '../../core/timestamp/timestamps.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { proofDisposition } from './proof-file-name.ts';
import { errorResponses, IdParams, parseId } from './schemas.ts';

export const PROOF_RESPONSE = {
  content: {
    'application/octet-stream': { schema: Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' }) },
  },
};

const schema = {
  summary: 'The OpenTimestamps proof of a timestamp, with the branches of every calendar',
  tags: ['proofd'],
  params: IdParams,
  response: {
    200: PROOF_RESPONSE,
    ...errorResponses(400, 401, 403, 404, 429),
  },
};

/** `GET /api/v1/timestamps/{id}/ots` */
export function registerTimestampOts(app: App, timestamps: TimestampService, admission: Admission): void {
  const options = { schema, onRequest: admission.admitRead, config: { cors: true } } as const;
  app.get('/api/v1/timestamps/:id/ots', options, async (request, reply) => {
    const { accountId } = admission.callerOf(request);
    return sendProof(reply, await timestamps.composeProof(accountId, parseId(request.params.id)));
  });
}

/** As a file that is saved beside the one it is about. */
export function sendProof(
  reply: FastifyReply,
  { timestamp, bytes }: { readonly timestamp: Timestamp; readonly bytes: Uint8Array },
): FastifyReply {
  return reply
    .header('content-disposition', proofDisposition(timestamp.filename, timestamp.certificateId))
    .type('application/octet-stream')
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
