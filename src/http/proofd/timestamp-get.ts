import type { TimestampService } from '../../core/timestamp/timestamps.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { errorResponses, IdParams, parseId, Timestamp } from './schemas.ts';
import type { PresentTimestamp } from './wire.ts';

const schema = {
  summary: 'One timestamp of the account',
  tags: ['proofd'],
  params: IdParams,
  response: { 200: Timestamp, ...errorResponses(400, 401, 403, 404, 429) },
};

/** `GET /api/v1/timestamps/{id}` */
export function registerTimestampGet(
  app: App,
  timestamps: TimestampService,
  admission: Admission,
  present: PresentTimestamp,
): void {
  const options = { schema, onRequest: admission.admitRead, config: { cors: true } } as const;
  app.get('/api/v1/timestamps/:id', options, async (request) => {
    const { accountId } = admission.callerOf(request);
    return present(await timestamps.find(accountId, parseId(request.params.id)));
  });
}
