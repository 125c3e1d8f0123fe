import { Type } from 'typebox';
import { masterEvidence } from '../../core/audio/evidence.ts';
import { readProbe } from '../../core/audio/probe.ts';
import type { Lead } from '../../core/audio/search.ts';
import type { App } from '../shared/app.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import type { Admission } from './admission.ts';
import type { AudioRouteParts } from './audio.ts';
import { AUDIO_BODY_MAX_BYTES, Band, MasterEvidence, PolicyId, ProbeEvidence, probeFields } from './audio-wire.ts';
import { ErrorBody } from './schemas.ts';

const LeadBody = Type.Object({
  cert_id: Type.String(),
  band: Band,
  score: Type.Number({ description: 'Two decimals.' }),
  offset_seconds: Type.Number({ description: 'Where in the master the probe begins.' }),
  shared_hashes: Type.Integer(),
  public_url: Type.String(),
  master_evidence: MasterEvidence,
});

const schema = {
  summary: 'Which active certificates audio may belong to',
  tags: ['trackorigin'],
  body: Type.Object(probeFields),
  response: {
    200: Type.Object({
      leads: Type.Object({
        exact: Type.Array(LeadBody, { description: 'The whole of it matches.' }),
        similar: Type.Array(LeadBody, { description: 'A part of it matches, or less closely.' }),
      }),
      verification_policy_id: PolicyId,
      policy_accepted: Type.Boolean(),
      evidence: ProbeEvidence,
    }),
    400: ErrorBody,
    401: ErrorBody,
    402: ErrorBody,
    422: ErrorBody,
    429: ErrorBody,
  },
};

/** `POST /api/v1/audio/search`: leads, no proof. A live key searches live certificates, a test key its own sandbox. */
export function registerAudioSearch(app: App, parts: AudioRouteParts, admission: Admission): void {
  const { search, limiter, limits } = parts;
  const onRequest = admission.admit('key');
  app.post('/api/v1/audio/search', { schema, onRequest, bodyLimit: AUDIO_BODY_MAX_BYTES }, async (request, reply) => {
    const { accountId, isLive } = admission.callerOf(request)!;
    const probe = readProbe(request.body);
    await takeTokens(limiter, [{ limit: limits['audio-search-account'], key: accountId }], reply);
    const { policyId, leads } = await search.findLeads(isLive ? { of: 'live' } : { of: 'sandbox', accountId }, probe);
    reply.header('cache-control', 'no-store');
    const listOf = (wanted: Lead['kind']) => leads.filter(({ kind }) => kind === wanted).map(present);
    return {
      leads: { exact: listOf('exact'), similar: listOf('similar') },
      verification_policy_id: policyId,
      policy_accepted: policyId !== null,
      evidence: 'client_asserted' as const,
    };
  });
}

/** Two decimals of the score: with more, the search would tell what verify-audio has a budget for. */
function present({ certificateId, band, score, offsetMs, sharedHashes }: Lead) {
  return {
    cert_id: certificateId,
    band,
    score: Math.floor(score * 100) / 100,
    offset_seconds: Math.round(offsetMs / 10) / 100,
    shared_hashes: sharedHashes,
    public_url: `/cert/${certificateId}`,
    master_evidence: masterEvidence({ id: certificateId }),
  };
}
