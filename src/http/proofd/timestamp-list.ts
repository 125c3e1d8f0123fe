import { Type } from 'typebox';
import type { TimestampService } from '../../core/timestamp/timestamps.ts';
import type { App } from '../shared/app.ts';
import { presentTimeOrNull } from '../shared/present-time.ts';
import type { Admission } from './admission.ts';
import { ListQuery, parseListQuery } from './list-query.ts';
import { errorResponses, Timestamp } from './schemas.ts';
import type { PresentTimestamp } from './wire.ts';

const schema = {
  summary: 'The account’s timestamps, newest first',
  tags: ['proofd'],
  querystring: ListQuery,
  response: {
    200: Type.Object({
      data: Type.Array(Timestamp),
      total_count: Type.Integer({ description: 'Of the status asked for, on all pages.' }),
      next_cursor: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Null on the last page.' }),
    }),
    ...errorResponses(400, 401, 403, 429),
  },
};

/** `GET /api/v1/timestamps` */
export function registerTimestampList(
  app: App,
  timestamps: TimestampService,
  admission: Admission,
  present: PresentTimestamp,
): void {
  const options = { schema, onRequest: admission.admitRead, config: { cors: true } } as const;
  app.get('/api/v1/timestamps', options, async (request) => {
    const { accountId } = admission.callerOf(request);
    const page = await timestamps.list({ accountId, ...parseListQuery(request.query) });
    return {
      data: page.timestamps.map(present),
      total_count: page.totalCount,
      next_cursor: presentTimeOrNull(page.nextBefore),
    };
  });
}
