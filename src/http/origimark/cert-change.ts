import { Type } from 'typebox';
import { type FieldProblem, FieldsError } from '../../core/registry/error.ts';
import type { OwnerChanges, Restriction } from '../../core/works/owner-changes.ts';
import { PRIVACY_LEVELS } from '../../core/works/work.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { Certificate, CertParams, errorResponses, PrivacyName, parseCertId, tags } from './schemas.ts';
import type { Presenter } from './wire.ts';

const BODY_MAX_BYTES = 4 * 1024;

const changeSchema = {
  summary: 'Make one’s own work more private, or erase its author; all its versions are shown alike',
  tags,
  params: CertParams,
  body: Type.Object(
    { privacy_level: Type.Optional(PrivacyName), erase_author: Type.Optional(Type.Boolean()) },
    { additionalProperties: false },
  ),
  response: { 200: Certificate, ...errorResponses(400, 401, 403, 404, 413, 415, 429) },
};

const revokeSchema = {
  summary: 'Revoke one’s own certificate; again changes nothing',
  tags,
  params: CertParams,
  response: { 200: Certificate, ...errorResponses(400, 401, 403, 404, 429, 503) },
};

/** `PATCH /api/v1/certs/{cert_id}` and `POST /api/v1/certs/{cert_id}/revoke`: not in the contract. */
export function registerCertChange(app: App, changes: OwnerChanges, admission: Admission, present: Presenter): void {
  const onRequest = admission.admit('owner', 'write');
  const ownerOf = (request: Parameters<Admission['callerOf']>[0]) => admission.callerOf(request)!.ownerId;

  const options = { schema: changeSchema, bodyLimit: BODY_MAX_BYTES, onRequest };
  app.patch('/api/v1/certs/:cert_id', options, async (request, reply) => {
    const certId = parseCertId(request.params.cert_id);
    const changed = await changes.restrict(ownerOf(request), certId, parseRestriction(request.body));
    reply.header('cache-control', 'no-store');
    return present.certificate(changed);
  });

  app.post('/api/v1/certs/:cert_id/revoke', { schema: revokeSchema, onRequest }, async (request, reply) => {
    const revoked = await changes.revoke(ownerOf(request), parseCertId(request.params.cert_id));
    reply.header('cache-control', 'no-store');
    return present.certificate(revoked);
  });
}

/** Errors: FieldsError. */
function parseRestriction(body: unknown): Restriction {
  const { privacy_level: level, erase_author: erase, ...others } = (body ?? {}) as Record<string, unknown>;
  const problems: FieldProblem[] = Object.keys(others).map((field) => ({
    field,
    message: 'is not a field of this request',
  }));
  const privacy = PRIVACY_LEVELS.find((known) => known === level) ?? null;
  if (level !== undefined && privacy === null) {
    problems.push({ field: 'privacy_level', message: `must be one of ${PRIVACY_LEVELS.join(', ')}` });
  }
  if (erase !== undefined && erase !== true) problems.push({ field: 'erase_author', message: 'must be true' });
  if (level === undefined && erase === undefined) problems.push({ field: '', message: 'must change something' });
  if (problems.length > 0) throw new FieldsError(problems);
  return { privacy, eraseAuthor: erase === true };
}
