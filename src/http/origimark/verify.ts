import type { VerificationLog } from '../../core/works/verification-log.ts';
import type { Works } from '../../core/works/works.ts';
import type { App } from '../shared/app.ts';
import { clientAddress } from '../shared/client-network.ts';
import type { Admission } from './admission.ts';
import { Certificate, CertParams, errorResponses, parseCertId, tags } from './schemas.ts';
import type { Presenter } from './wire.ts';

const schema = {
  summary: 'A certificate as everybody may see it, with what proves it',
  tags,
  params: CertParams,
  response: { 200: Certificate, ...errorResponses(400, 401, 404, 429) },
};

/** `GET /api/v1/verify/{cert_id}` */
export function registerVerify(
  app: App,
  works: Pick<Works, 'find'>,
  verifications: VerificationLog,
  admission: Admission,
  present: Presenter,
): void {
  const options = { schema, onRequest: admission.admit('anyone', 'read'), config: { cors: true } } as const;
  app.get('/api/v1/verify/:cert_id', options, async (request, reply) => {
    const certified = await works.find(parseCertId(request.params.cert_id));
    const caller = admission.callerOf(request);
    if (request.method !== 'HEAD') {
      verifications.note(certified.version, clientAddress(request.ip), caller?.ownerId ?? null);
    }
    reply.header('cache-control', 'no-cache');
    return present.certificate(certified);
  });
}
