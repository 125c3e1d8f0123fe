import type { CertificateVerdict } from '../certificate/verdict.ts';
import type { HeaderTrust } from './header-source.ts';

/**
 * verified: a trusted key signed it, and Bitcoin shows when signature and work were there at the latest. pending: the
 * same, but for Bitcoin. self-asserted: all fits together, but only the bundle vouches for the key. Others as for
 * certificates and proofs. Worse ones come first when several hold.
 */
export const BUNDLE_OUTCOMES = [
  'invalid',
  'altered',
  'revoked',
  'cannot-check',
  'self-asserted',
  'pending',
  'verified',
] as const;
export type BundleOutcome = (typeof BUNDLE_OUTCOMES)[number];

/** What of a bundle a step is about, in the order of the checks. */
export type BundlePart = 'files' | 'certificate' | 'token' | 'envelope' | 'work' | 'checkpoint';

export interface BundleStep {
  readonly part: BundlePart;
  /** A file's name, a step of a certificate's or a proof's verdict, or the code of a token's. */
  readonly step: string;
  /** `null` where the check could not be decided. */
  readonly ok: boolean | null;
  /** One plain sentence. */
  readonly detail: string;
}

export interface BundleVerdict {
  readonly outcome: BundleOutcome;
  readonly certificateId: string | null;
  readonly registry: string | null;
  readonly isSandbox: boolean;
  /** As the certificate document in it says. */
  readonly status: CertificateVerdict['status'];
  /** Epoch ms; as the signer says. */
  readonly issuedAt: number | null;
  readonly log: CertificateVerdict['log'];
  /** Epoch ms of the time-stamp token; null when there is none that holds. */
  readonly tokenTime: number | null;
  /** Unix seconds of the earliest verified block: of the signed certificate, of the work. */
  readonly envelopeTime: number | null;
  readonly workTime: number | null;
  /** How the block headers are known; `null` when none was looked at. */
  readonly trust: HeaderTrust | null;
  readonly steps: readonly BundleStep[];
  readonly proves: string;
  readonly doesNotProve: readonly string[];
}

export function describeBundle(
  outcome: BundleOutcome,
  certificateId: string | null,
  envelopeTime: number | null,
): Pick<BundleVerdict, 'proves' | 'doesNotProve'> {
  if (outcome !== 'verified' || envelopeTime === null) {
    return { proves: PROVES[outcome === 'verified' ? 'cannot-check' : outcome], doesNotProve: [] };
  }
  const day = new Date(1000 * envelopeTime).toISOString().slice(0, 10);
  return {
    proves: `A trusted key signed certificate ${certificateId} with exactly this manifest, not later than ${day} (UTC).`,
    doesNotProve: [
      'That what the certificate says is true: it is what the issuer found or was told.',
      'That it was not revoked since: only the issuer knows, and its newest signed list.',
      'That the work did not exist earlier, or who made it.',
      'The exact minute: a block carries its miner’s clock, which can be hours off.',
    ],
  };
}

const PROVES: Readonly<Record<Exclude<BundleOutcome, 'verified'>, string>> = {
  invalid: 'Nothing: something in the bundle does not hold.',
  altered: 'Nothing about this work: the certificate is about another one.',
  revoked: 'It was issued, and revoked: do not rely on it.',
  'cannot-check': 'Nothing so far: what is needed to decide could not be had.',
  'self-asserted':
    'Only that somebody signed it: the key is the bundle’s own. Name a key that you trust, from another source.',
  pending: 'A trusted key signed it. When, Bitcoin does not show yet.',
};
