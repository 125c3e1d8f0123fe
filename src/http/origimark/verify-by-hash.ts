import { Type } from 'typebox';
import { type FieldProblem, FieldsError } from '../../core/registry/error.ts';
import { parseHash } from '../../core/works/check-registration.ts';
import type { VerificationLog } from '../../core/works/verification-log.ts';
import type { Works } from '../../core/works/works.ts';
import type { App } from '../shared/app.ts';
import { clientAddress } from '../shared/client-network.ts';
import type { Admission } from './admission.ts';
import { Certificate, errorResponses, orNull, tags } from './schemas.ts';
import type { Presenter } from './wire.ts';

/** One hash; this is many times what it takes. */
const BODY_MAX_BYTES = 4 * 1024;

const schema = {
  summary: 'Whether the registry has a certificate of a hash',
  tags,
  body: Type.Object(
    { hash: Type.String({ description: 'SHA-256, 64 hexadecimal characters.' }) },
    { additionalProperties: false },
  ),
  response: {
    200: Type.Object({
      matched: Type.Boolean(),
      cert_id: orNull('Null when there is none.'),
      certificate: Type.Union([Certificate, Type.Null()]),
    }),
    ...errorResponses(400, 401, 413, 415, 429),
  },
};

/** `POST /api/v1/verify-by-hash` */
export function registerVerifyByHash(
  app: App,
  works: Pick<Works, 'findByHash'>,
  verifications: VerificationLog,
  admission: Admission,
  present: Presenter,
): void {
  const options = {
    schema,
    bodyLimit: BODY_MAX_BYTES,
    onRequest: admission.admit('anyone', 'read'),
    config: { cors: true },
  } as const;
  app.post('/api/v1/verify-by-hash', options, async (request, reply) => {
    const found = await works.findByHash(parseBody(request.body));
    reply.header('cache-control', 'no-store');
    if (found === null) return { matched: false, cert_id: null, certificate: null };
    const caller = admission.callerOf(request);
    verifications.note(found.version, clientAddress(request.ip), caller?.ownerId ?? null);
    return { matched: true, cert_id: found.version.certId, certificate: present.certificate(found) };
  });
}

/** Errors: FieldsError with everything that is wrong. */
function parseBody(body: unknown): Uint8Array {
  const { hash: typed, ...others } = (body ?? {}) as Record<string, unknown>;
  const problems: FieldProblem[] = [];
  const hash = parseHash(typed);
  if (hash === null) problems.push({ field: 'hash', message: 'must be a SHA-256 hash of 64 hexadecimal characters' });
  for (const field of Object.keys(others)) problems.push({ field, message: 'is not a field of this request' });
  if (hash === null || problems.length > 0) throw new FieldsError(problems);
  return hash;
}
