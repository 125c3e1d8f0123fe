import { type Static, Type } from 'typebox';
import { masterEvidence } from '../../core/audio/evidence.ts';
import type { AudioMaster } from '../../core/audio/masters.ts';
import { readProbe } from '../../core/audio/probe.ts';
import { scoreE4, signReceipt } from '../../core/audio/receipt.ts';
import type { Judgement } from '../../core/audio/verifier.ts';
import type { App } from '../shared/app.ts';
import { clientAddress } from '../shared/client-network.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import type { Admission } from './admission.ts';
import type { AudioRouteParts } from './audio.ts';
import {
  AUDIO_BODY_MAX_BYTES,
  Band,
  Confidence,
  MasterEvidence,
  PolicyId,
  ProbeEvidence,
  presentSecond,
  probeFields,
  takeFromBudget,
} from './audio-wire.ts';
import { sendJson } from './certificate-caching.ts';
import { requireVisible } from './certificate-get.ts';
import { requireCertificateId } from './certificate-id.ts';
import { CertificateParams, ErrorBody } from './schemas.ts';

/** As the document has them, and then what it does not. */
const Answer = Type.Object({
  cert_id: Type.String(),
  matched: Type.Boolean(),
  cert_status: Type.Union([Type.Literal('active'), Type.Literal('revoked')]),
  cert_version: Type.Integer(),
  cert_status_checked_at: Type.String(),
  algorithm: Type.Literal('chromaprint'),
  algorithm_version: Type.Literal(1),
  verification_policy_id: PolicyId,
  policy_accepted: Type.Boolean(),
  requires_dual_fingerprint: Type.Boolean(),
  confidence: Confidence,
  score: Type.Optional(Type.Number({ description: 'With a key only; four decimals.' })),
  checked_at: Type.String(),
  evidence: ProbeEvidence,
  master_evidence: MasterEvidence,
  band: Type.Optional(Band),
  reason: Type.Optional(Type.String()),
  receipt: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: 'To keep beside a binding; signed. With a key only.' }),
  ),
});

const schema = {
  summary: 'Whether an artifact is the recording of a certificate',
  tags: ['trackorigin'],
  params: CertificateParams,
  body: Type.Object(probeFields),
  response: { 200: Answer, 400: ErrorBody, 404: ErrorBody, 422: ErrorBody, 429: ErrorBody },
};

/** `POST /api/v1/certificates/{cert_id}/verify-audio`: changes nothing. */
export function registerVerifyAudio(app: App, parts: AudioRouteParts, admission: Admission): void {
  const { masters, verifier, signer, limiter, limits, clock } = parts;
  const options = {
    schema,
    onRequest: admission.admit('anyone'),
    bodyLimit: AUDIO_BODY_MAX_BYTES,
    config: { cors: true },
  } as const;
  app.post('/api/v1/certificates/:cert_id/verify-audio', options, async (request, reply) => {
    const id = requireCertificateId(request.params.cert_id);
    const caller = admission.callerOf(request);
    if (caller === null) {
      const key = clientAddress(request.ip);
      await takeTokens(limiter, [{ limit: limits['audio-address'], key }], reply);
    }
    // Whoever asks is about to show what it was told: a second's memory would not do.
    await masters.refresh();
    const statusCheckedAt = presentSecond(await masters.checkedAt());
    const master = requireVisible(await masters.find(id), caller);
    const probe = readProbe(request.body);
    if (caller !== null) await takeFromBudget(parts, master, caller, reply);
    const judgement = await verifier.judge(master, probe);
    reply.header('cache-control', 'no-store');
    const checkedAt = presentSecond(clock.now());
    const common = presentCommon(master, judgement, statusCheckedAt);
    const evidence = { evidence: 'client_asserted', master_evidence: masterEvidence(master) } as const;
    const end = { checked_at: checkedAt, ...evidence };
    const answer: Static<typeof Answer> =
      caller === null
        ? { ...common, ...end }
        : {
            ...common,
            score: scoreE4(judgement) / 10_000,
            ...end,
            band: judgement.band,
            reason: judgement.reason.replaceAll('-', '_'),
            receipt: signReceipt(master, probe, judgement, checkedAt, signer),
          };
    // As text: a serializer would put what is optional behind everything else.
    sendJson(request, reply, JSON.stringify(answer), null);
    return reply;
  });
}

function presentCommon(master: AudioMaster, judgement: Judgement, statusCheckedAt: string) {
  return {
    cert_id: master.id,
    matched: judgement.matched,
    cert_status: master.status,
    cert_version: master.version,
    cert_status_checked_at: statusCheckedAt,
    algorithm: 'chromaprint',
    algorithm_version: 1,
    verification_policy_id: judgement.policyId,
    policy_accepted: judgement.policyId !== null,
    requires_dual_fingerprint: master.isHighRisk,
    confidence: judgement.confidence,
  } as const;
}
