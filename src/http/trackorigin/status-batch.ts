import { Type } from 'typebox';
import type { CertificateMemory } from '../../core/certificate/memory.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { type CertificateAnswer, isVisible } from './certificate-answer.ts';
import { sendJson, setCaching } from './certificate-caching.ts';
import { composeStatus } from './certificate-status.ts';
import { CertificateStatusBody, ErrorBody } from './schemas.ts';

/** 1 to 100 ids of the contract's form, as the bulk route takes; longer addresses are cut off by some proxies. */
const IDS = '^cer_[A-Za-z0-9_]{1,60}(,cer_[A-Za-z0-9_]{1,60}){0,99}$';

const schema = {
  summary: 'Whether several certificates hold',
  description: 'Not in the contract: for the widget, which shows many seals on a page.',
  tags: ['trackorigin'],
  querystring: Type.Object({
    ids: Type.String({ pattern: IDS, description: 'Up to 100 certificate ids, with commas between them.' }),
  }),
  response: {
    200: Type.Object({
      results: Type.Record(Type.String(), Type.Union([CertificateStatusBody, Type.Null()]), {
        description: 'By id; null for one that is not there.',
      }),
    }),
    400: ErrorBody,
    429: ErrorBody,
  },
};

/** `GET /api/v1/certificates/status` */
export function registerStatusBatch(
  app: App,
  memory: CertificateMemory<CertificateAnswer>,
  admission: Admission,
): void {
  const options = { schema, onRequest: admission.admit('anyone'), config: { cors: true } } as const;
  app.get('/api/v1/certificates/status', options, async (request, reply) => {
    const caller = admission.callerOf(request);
    const ids = [...new Set(request.query.ids.split(','))];
    const checkedAt = await memory.checkedAt();
    const known = await memory.findMany(ids);
    const results = ids.map((id) => {
      const answer = known.get(id);
      const isThere = answer !== undefined && isVisible(answer, caller);
      return `"${id}":${isThere ? composeStatus(answer, checkedAt) : 'null'}`;
    });
    setCaching(reply, caller);
    sendJson(request, reply, `{"results":{${results.join(',')}}}`, null);
    return reply;
  });
}
