import { Type } from 'typebox';
import { decodeSha256, encodeHex } from '../../base/hex.ts';
import { masterEvidence } from '../../core/audio/evidence.ts';
import { readProbe } from '../../core/audio/probe.ts';
import type { Registered } from '../../core/audio/renditions.ts';
import type { App } from '../shared/app.ts';
import { presentTime } from '../shared/present-time.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import type { Admission } from './admission.ts';
import type { AudioRouteParts } from './audio.ts';
import {
  AUDIO_BODY_MAX_BYTES,
  Band,
  Confidence,
  MasterEvidence,
  ProbeEvidence,
  probeFields,
  takeFromBudget,
} from './audio-wire.ts';
import { requireVisible } from './certificate-get.ts';
import { requireCertificateId } from './certificate-id.ts';
import { TrackoriginError } from './errors.ts';
import { ErrorBody } from './schemas.ts';

const Answer = Type.Object({
  rendition_id: Type.String(),
  cert_id: Type.String(),
  sha256: Type.String(),
  registered_at: Type.String(),
  cert_version: Type.Integer(),
  verification_policy_id: Type.String(),
  policy_accepted: Type.Literal(true),
  confidence: Confidence,
  score: Type.Number(),
  band: Band,
  evidence: ProbeEvidence,
  master_evidence: MasterEvidence,
  ambiguous: Type.Boolean({ description: 'The audio matches other active certificates as well.' }),
  similar_cert_ids: Type.Array(Type.String()),
  sequence: Type.Integer({ description: 'Number of the event in the public log.' }),
});

const refusals = {
  400: ErrorBody,
  401: ErrorBody,
  402: ErrorBody,
  403: ErrorBody,
  404: ErrorBody,
  409: ErrorBody,
  422: ErrorBody,
  429: ErrorBody,
  503: ErrorBody,
};
const schema = {
  summary: 'Register an artifact that is served, so that by-sha256 finds its certificate',
  tags: ['trackorigin'],
  body: Type.Object({
    cert_id: Type.String(),
    sha256: Type.String({ description: '64 hexadecimal characters of either case' }),
    ...probeFields,
  }),
  response: { 201: Answer, ...refusals },
};

/**
 * `POST /api/v1/renditions`: of live certificates by integrators on the operator's list; of the sandbox by any test key.
 */
export function registerRenditions(app: App, parts: AudioRouteParts, admission: Admission): void {
  const { masters, renditions, limiter, limits } = parts;
  const onRequest = admission.admit('secret-key', 'write');
  app.post('/api/v1/renditions', { schema, onRequest, bodyLimit: AUDIO_BODY_MAX_BYTES }, async (request, reply) => {
    const caller = admission.callerOf(request)!;
    const { accountId, isLive } = caller;
    if (isLive) await renditions.requireIntegrator(accountId);
    const { body } = request;
    const id = requireCertificateId(body.cert_id);
    const sha256 = decodeSha256(body.sha256);
    if (sha256 === null) throw new TrackoriginError('sha256-invalid', 'not 64 hexadecimal characters');
    const probe = readProbe(body);
    const master = requireVisible(await masters.find(id), caller);
    await takeFromBudget(parts, master, caller, reply);
    if (master.isSandbox) {
      // Each one stays, and is in the public log, as new certificates of the sandbox are.
      await takeTokens(limiter, [{ limit: limits['trackorigin-sandbox-account'], key: accountId }], reply);
    }
    const registered = await renditions.register({ accountId, isLive, master, sha256, probe });
    reply.code(201).header('cache-control', 'no-store');
    return present(registered);
  });
}

function present({ rendition, judgement }: Registered) {
  return {
    rendition_id: rendition.id,
    cert_id: rendition.certificateId,
    sha256: encodeHex(rendition.sha256),
    registered_at: presentTime(rendition.registeredAt),
    cert_version: rendition.certificateVersion,
    verification_policy_id: rendition.policyId,
    policy_accepted: true as const,
    confidence: judgement.confidence,
    score: rendition.scoreE4 / 10_000,
    band: judgement.band,
    evidence: 'client_asserted' as const,
    master_evidence: masterEvidence({ id: rendition.certificateId }),
    ambiguous: rendition.similarIds.length > 0,
    similar_cert_ids: [...rendition.similarIds],
    sequence: rendition.sequence,
  };
}
