import { Type } from 'typebox';
import { CertificateServiceError } from '../../core/certificate/error.ts';
import type { CertificateMemory } from '../../core/certificate/memory.ts';
import type { App } from '../shared/app.ts';
import type { Admission, Caller } from './admission.ts';
import { type CertificateAnswer, isVisible } from './certificate-answer.ts';
import { sendJson, setCaching } from './certificate-caching.ts';
import { requireCertificateId } from './certificate-id.ts';
import { CertificateBody, CertificateParams, ErrorBody } from './schemas.ts';

const schema = {
  summary: 'A certificate with its signed manifest',
  tags: ['trackorigin'],
  params: CertificateParams,
  response: { 200: CertificateBody, 304: Type.Null(), 400: ErrorBody, 404: ErrorBody, 429: ErrorBody },
};

/** `GET /api/v1/certificates/{cert_id}` */
export function registerCertificateGet(
  app: App,
  memory: CertificateMemory<CertificateAnswer>,
  admission: Admission,
): void {
  const options = { schema, onRequest: admission.admit('anyone'), config: { cors: true } } as const;
  app.get('/api/v1/certificates/:cert_id', options, async (request, reply) => {
    const id = requireCertificateId(request.params.cert_id);
    const caller = admission.callerOf(request);
    const answer = requireVisible(await memory.find(id), caller);
    setCaching(reply, caller);
    sendJson(request, reply, answer.json, answer.etag);
    return reply;
  });
}

/** Errors: `certificate-unknown`, also for one that the caller's kind of key does not see. */
export function requireVisible<T extends Pick<CertificateAnswer, 'id' | 'isSandbox'>>(
  answer: T | null,
  caller: Caller | null,
): T {
  if (answer === null || !isVisible(answer, caller)) {
    throw new CertificateServiceError('certificate-unknown', 'no certificate with this id');
  }
  return answer;
}
