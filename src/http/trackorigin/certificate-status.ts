import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { CertificateMemory } from '../../core/certificate/memory.ts';
import type { App } from '../shared/app.ts';
import { presentTime } from '../shared/present-time.ts';
import type { Admission } from './admission.ts';
import type { CertificateAnswer } from './certificate-answer.ts';
import { sendJson, setCaching } from './certificate-caching.ts';
import { requireVisible } from './certificate-get.ts';
import { requireCertificateId } from './certificate-id.ts';
import { CertificateParams, CertificateStatusBody, ErrorBody } from './schemas.ts';

const schema = {
  summary: 'Whether a certificate holds',
  tags: ['trackorigin'],
  params: CertificateParams,
  querystring: Type.Object({
    no_cache: Type.Optional(
      Type.Union([Type.Literal('true'), Type.Literal('false')], {
        description: '`true`: read from the database now, and kept by no cache.',
      }),
    ),
  }),
  response: { 200: CertificateStatusBody, 304: Type.Null(), 400: ErrorBody, 404: ErrorBody, 429: ErrorBody },
};

/** `GET /api/v1/certificates/{cert_id}/status` */
export function registerCertificateStatus(
  app: App,
  memory: CertificateMemory<CertificateAnswer>,
  admission: Admission,
  clock: Clock,
): void {
  const options = { schema, onRequest: admission.admit('anyone'), config: { cors: true } } as const;
  app.get('/api/v1/certificates/:cert_id/status', options, async (request, reply) => {
    const id = requireCertificateId(request.params.cert_id);
    const caller = admission.callerOf(request);
    if (request.query.no_cache === 'true') {
      // Taken before the question: what the answer says held at this moment or later.
      const askedAt = clock.now();
      const fresh = requireVisible(await memory.findFresh(id), caller);
      reply.header('cache-control', 'no-store');
      sendJson(request, reply, composeStatus(fresh, askedAt), null);
      return reply;
    }
    const checkedAt = await memory.checkedAt();
    const answer = requireVisible(await memory.find(id), caller);
    setCaching(reply, caller);
    sendJson(request, reply, composeStatus(answer, checkedAt), answer.statusEtag);
    return reply;
  });
}

export function composeStatus({ status: [before, after] }: CertificateAnswer, checkedAt: number): string {
  return before + presentTime(checkedAt) + after;
}
