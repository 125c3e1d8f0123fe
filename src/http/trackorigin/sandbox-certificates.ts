import { type Static, Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import { decodeSha256 } from '../../base/hex.ts';
import type { CertificateMemory } from '../../core/certificate/memory.ts';
import type { SandboxCertificates } from '../../core/certificate/sandbox.ts';
import type { Limit, Limiter } from '../../core/limit/limiter.ts';
import { type FieldProblem, FieldsError } from '../../core/registry/error.ts';
import { checkFingerprints } from '../../core/registry/fingerprints.ts';
import { cleanLine, LINE_MAX_CHARS } from '../../core/registry/text.ts';
import type { App } from '../shared/app.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import type { Admission } from './admission.ts';
import { DURATION_MAX_MS } from './audio-wire.ts';
import { type CertificateAnswer, prepareCertificate } from './certificate-answer.ts';
import { sendJson } from './certificate-caching.ts';
import { requireCertificateId } from './certificate-id.ts';
import { composeStatus } from './certificate-status.ts';
import { CertificateBody, CertificateParams, CertificateStatusBody, ErrorBody } from './schemas.ts';

const Body = Type.Object(
  {
    title: Type.String(),
    artist: Type.String({ description: 'Display name of the artist.' }),
    sha256: Type.String({ description: '64 hexadecimal characters of either case' }),
    fingerprint: Type.Optional(Type.String({ description: 'Raw Chromaprint items in base64.' })),
    fingerprint2: Type.Optional(Type.String({ description: 'The second, independent one.' })),
    duration_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: DURATION_MAX_MS })),
    state: Type.Optional(
      Type.Union([Type.Literal('active'), Type.Literal('revoked')], { description: '`active` when left out.' }),
    ),
  },
  { additionalProperties: false },
);

const ERRORS = { 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 429: ErrorBody };

const createSchema = {
  summary: 'Make a certificate to try things out with',
  tags: ['trackorigin'],
  body: Body,
  response: { 201: CertificateBody, 422: ErrorBody, ...ERRORS },
};

const revokeSchema = {
  summary: 'Revoke a certificate that the account has made to try things out',
  tags: ['trackorigin'],
  params: CertificateParams,
  response: { 200: CertificateStatusBody, 404: ErrorBody, ...ERRORS },
};

export interface SandboxRouteParts {
  readonly sandbox: SandboxCertificates;
  readonly memory: CertificateMemory<CertificateAnswer>;
  readonly limiter: Limiter;
  /** Of an account: each one stays, and is in the public log. */
  readonly newCertificates: Limit;
  readonly clock: Clock;
}

/** `POST /api/v1/sandbox/certificates` and `…/{cert_id}/revoke`. */
export function registerSandboxCertificates(app: App, parts: SandboxRouteParts, admission: Admission): void {
  const { sandbox, memory, limiter, newCertificates, clock } = parts;
  const onRequest = admission.admit('secret-test-key', 'write');

  app.post('/api/v1/sandbox/certificates', { schema: createSchema, onRequest }, async (request, reply) => {
    const { accountId } = admission.callerOf(request)!;
    const wanted = readBody(request.body);
    await takeTokens(limiter, [{ limit: newCertificates, key: accountId }], reply);
    const answer = prepareCertificate(await sandbox.create({ ...wanted, accountId }));
    reply
      .code(201)
      .header('cache-control', 'private, no-store')
      .header('location', `/api/v1/certificates/${answer!.id}`);
    sendJson(request, reply, answer!.json, null);
    return reply;
  });

  const revokeOptions = { schema: revokeSchema, onRequest };
  app.post('/api/v1/sandbox/certificates/:cert_id/revoke', revokeOptions, async (request, reply) => {
    const { accountId } = admission.callerOf(request)!;
    const record = await sandbox.revoke(accountId, requireCertificateId(request.params.cert_id));
    // So that this node, at least, never shows it as active again.
    await memory.refresh();
    reply.header('cache-control', 'private, no-store');
    sendJson(request, reply, composeStatus(prepareCertificate(record)!, clock.now()), null);
    return reply;
  });
}

/** Errors: FieldsError with everything that is wrong, ProbeError `fingerprint-degenerate`. */
function readBody(typed: Static<typeof Body>) {
  const problems: FieldProblem[] = [];
  const refuse = (field: string, message: string) => {
    problems.push({ field, message });
    return null;
  };
  const aLine = `must be 1 to ${LINE_MAX_CHARS} characters without control characters`;
  const title = cleanLine(typed.title) ?? refuse('title', aLine);
  const artist = cleanLine(typed.artist) ?? refuse('artist', aLine);
  const sha256 = decodeSha256(typed.sha256) ?? refuse('sha256', 'must be 64 hexadecimal characters');
  const { fingerprint = null, fingerprint2 = null } = typed;
  const keepFingerprints = checkFingerprints({ fingerprint, fingerprint2 }, refuse);
  if (title === null || artist === null || sha256 === null || problems.length > 0) throw new FieldsError(problems);
  const { duration_ms: durationMs = null, state: status = 'active' } = typed;
  return { title, artist, sha256, ...keepFingerprints(), durationMs, status };
}
