import { Type } from 'typebox';
import type { Works } from '../../core/works/works.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { Entry, errorResponses, parseWorkId, tags, WorkParams } from './schemas.ts';
import type { Presenter } from './wire.ts';

const schema = {
  summary: 'All versions of a work, oldest first',
  tags,
  params: WorkParams,
  response: {
    200: Type.Object({ work_id: Type.String(), versions: Type.Array(Entry) }),
    ...errorResponses(400, 401, 404, 429),
  },
};

/** `GET /api/v1/chain/{work_id}` */
export function registerChain(app: App, works: Pick<Works, 'chain'>, admission: Admission, present: Presenter): void {
  const options = { schema, onRequest: admission.admit('anyone', 'read'), config: { cors: true } } as const;
  app.get('/api/v1/chain/:work_id', options, async (request, reply) => {
    const workId = parseWorkId(request.params.work_id);
    const versions = await works.chain(workId);
    reply.header('cache-control', 'no-cache');
    return { work_id: workId, versions: versions.map(present.entry) };
  });
}
