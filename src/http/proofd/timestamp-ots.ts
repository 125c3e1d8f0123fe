import { Type } from 'typebox';
import type { TimestampService } from '../../core/timestamp/timestamps.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { proofDisposition } from './proof-file-name.ts';
import { errorResponses, IdParams, parseId } from './schemas.ts';

const schema = {
  summary: 'The OpenTimestamps proof of a timestamp, with the branches of every calendar',
  tags: ['proofd'],
  params: IdParams,
  response: {
    200: {
      content: {
        'application/octet-stream': { schema: Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' }) },
      },
    },
    ...errorResponses(400, 401, 403, 404, 429),
  },
};

/** `GET /api/v1/timestamps/{id}/ots` */
export function registerTimestampOts(app: App, timestamps: TimestampService, admission: Admission): void {
  const options = { schema, onRequest: admission.admitRead, config: { cors: true } } as const;
  app.get('/api/v1/timestamps/:id/ots', options, async (request, reply) => {
    const { accountId } = admission.callerOf(request);
    const { timestamp, bytes } = await timestamps.composeProof(accountId, parseId(request.params.id));
    reply
      .header('content-disposition', proofDisposition(timestamp.filename, timestamp.certificateId))
      .type('application/octet-stream')
      .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return reply;
  });
}
