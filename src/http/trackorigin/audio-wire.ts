import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Evidence } from '../../core/audio/evidence.ts';
import type { AudioMaster } from '../../core/audio/masters.ts';
import type { Bucket, Limiter } from '../../core/limit/limiter.ts';
import type { Limits } from '../../core/limit/limits.ts';
import type { MatchBand, MatchConfidence } from '../../proof/fingerprint/match.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import type { Caller } from './admission.ts';

/** Room for prints that are far too long, so that they are told so rather than cut off. */
export const AUDIO_BODY_MAX_BYTES = 256 * 1024;
/** Far longer than any recording. */
export const DURATION_MAX_MS = 24 * 60 * 60 * 1000;

export const probeFields = {
  fingerprint: Type.String({
    description: 'Raw Chromaprint items of the artifact (fpcalc -raw), packed as little-endian uint32, in base64.',
  }),
  fingerprint2: Type.Optional(
    Type.String({ description: 'The band print; needed where the certificate asks for it.' }),
  ),
  duration_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: DURATION_MAX_MS })),
  algorithm: Type.Optional(Type.String({ description: '`chromaprint`; nothing else is understood.' })),
};

export const ProbeEvidence = Type.Literal('client_asserted', {
  description: 'The prints are the caller’s word: the server has heard nothing.',
});
export const MasterEvidence = Type.Unsafe<Evidence>({
  type: 'string',
  enum: ['client_asserted', 'server_extracted'],
  description: 'Who made the certificate’s prints: the server only those of `cer_test_synthetic`, which it composes.',
});
export const Band = Type.Unsafe<MatchBand>({
  type: 'string',
  enum: ['exact', 'strong', 'probable', 'inconclusive', 'no_match'],
});
export const PolicyId = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'What it was judged by; null while none is accepted.',
});
export const Confidence = Type.Unsafe<MatchConfidence>({
  type: 'string',
  enum: ['none', 'low', 'medium', 'high', 'uncalibrated'],
});

/** `2026-06-01T09:20:15Z`: the document gives whole seconds here. */
export function presentSecond(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * Lets an account ask about one live certificate so often only that nobody climbs from score to score: that is known to
 * take some hundred thousand questions, or thirty thousand with luck. Errors: RateLimitError.
 */
export async function takeFromBudget(
  { limiter, limits }: { readonly limiter: Limiter; readonly limits: Limits },
  { id, isSandbox }: AudioMaster,
  { accountId }: Pick<Caller, 'accountId'>,
  reply: FastifyReply,
): Promise<void> {
  if (isSandbox) return;
  const bucket: Bucket = { limit: limits['audio-certificate-account'], key: `${id} ${accountId}` };
  await takeTokens(limiter, [bucket], reply);
}
