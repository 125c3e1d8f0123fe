import type { Clock } from '../../base/clock.ts';
import type { Certifier } from '../../core/works/certifier.ts';
import { checkRegistration } from '../../core/works/check-registration.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { CertifyBody, errorResponses, Issued, tags } from './schemas.ts';
import type { Presenter } from './wire.ts';

const schema = {
  summary: 'Certify a work, or the next version of one’s own work',
  tags,
  body: CertifyBody,
  response: { 201: Issued, ...errorResponses(400, 401, 403, 404, 409, 413, 415, 429, 503) },
};

/** `POST /api/v1/certify` */
export function registerCertify(
  app: App,
  certifier: Pick<Certifier, 'certify'>,
  admission: Admission,
  present: Presenter,
  clock: Clock,
): void {
  const options = { schema, onRequest: admission.admit('caller', 'write'), config: { cors: true } } as const;
  app.post('/api/v1/certify', options, async (request, reply) => {
    const registration = checkRegistration(request.body, clock.now());
    const certified = await certifier.certify(admission.callerOf(request)!.ownerId, registration);
    reply.code(201).header('cache-control', 'no-store');
    return present.issued(certified);
  });
}
