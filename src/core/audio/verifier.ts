import { comparePrints, type Match, type MatchReason } from '../../proof/fingerprint/match.ts';
import type { Scanner } from '../../proof/fingerprint/scan-simd.ts';
import { AudioError } from './error.ts';
import { type AudioMaster, CohortScores } from './masters.ts';
import { findPolicy, type Policies } from './policies.ts';
import type { Probe } from './probe.ts';

export type JudgementReason =
  | MatchReason
  /** A match needs a duration. */
  | 'duration-missing'
  | 'certificate-revoked';

/** What an artifact's prints are worth as evidence for a certificate. */
export interface Judgement extends Omit<Match, 'reason'> {
  readonly reason: JudgementReason;
  /** Null when no policy is accepted. */
  readonly policyId: string | null;
}

/** Compares artifacts with certified masters. Changes nothing. */
export interface AudioVerifier {
  /** Errors: AudioError `fingerprint-unavailable`. */
  judge(master: AudioMaster, probe: Probe): Promise<Judgement>;
}

export function createAudioVerifier(parts: {
  readonly policies: Pick<Policies, 'inForce'>;
  readonly scanner: Scanner;
}): AudioVerifier {
  const { policies, scanner } = parts;
  const scores = new CohortScores(scanner);

  return {
    async judge(master, probe) {
      const policy = await findPolicy(policies, master);
      // Of a sandbox's certificate nobody may know the duration; then the probe's own says how many items it has.
      const durationMs = probe.durationMs ?? master.durationMs ?? ASSUMED_MS;
      const prints = scores.printsOf(master, policy, durationMs);
      if (prints === null) throw new AudioError('fingerprint-unavailable', 'the certificate has no fingerprint yet');
      const policyId = policy?.id ?? null;
      const match = comparePrints(prints, { ...probe, durationMs }, policy?.thresholds ?? null, scanner);
      if (!match.matched) return { ...match, policyId };
      if (probe.durationMs === null) return { ...match, ...INCONCLUSIVE, reason: 'duration-missing', policyId };
      if (master.status !== 'active') return { ...match, ...INCONCLUSIVE, reason: 'certificate-revoked', policyId };
      return { ...match, policyId };
    },
  };
}

/** The window of a print. */
const ASSUMED_MS = 120_000;
const INCONCLUSIVE = { matched: false, confidence: 'low', band: 'inconclusive' } as const;
