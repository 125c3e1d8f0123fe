/**
 * verified: a trusted key signed exactly this. revoked: the same, and it was withdrawn. self-asserted: everything fits
 * together, but nobody but the document itself vouches for the key. altered: it is about another work. invalid: something
 * does not hold. cannot-check: what is needed to decide is not in the document.
 */
export type CertificateOutcome = 'verified' | 'revoked' | 'self-asserted' | 'altered' | 'invalid' | 'cannot-check';

/** The checks by name, in the order in which they are made. */
export type CertificateStepName =
  | 'format'
  | 'manifest'
  | 'key'
  | 'key-validity'
  | 'signature'
  | 'openings'
  | 'log-leaf'
  | 'log-commitment'
  | 'log-key'
  | 'log-proof'
  | 'work-digest'
  | 'status';

export interface CertificateStep {
  readonly step: CertificateStepName;
  /** `null` where the check could not be decided. */
  readonly ok: boolean | null;
  /** One plain sentence. */
  readonly detail: string;
}

/** What a document says of its own standing. Nobody has signed it. */
export type StatedStatus =
  | { readonly state: 'active' }
  /** `reason` is a code. */
  | { readonly state: 'revoked'; readonly reason: string | null }
  /** `by` is the id of the certificate of a newer version of the work. The older one still holds. */
  | { readonly state: 'superseded'; readonly by: string };

export interface CertificateVerdict {
  readonly outcome: CertificateOutcome;
  readonly certificateId: string | null;
  readonly registry: string | null;
  readonly isSandbox: boolean;
  /** Null where the document says nothing of it, or is none. */
  readonly status: StatedStatus | null;
  /** Epoch ms; as the signer says. */
  readonly issuedAt: number | null;
  /** The log whose proof holds, and its size there; null when none was checked. */
  readonly log: { readonly origin: string; readonly size: number; readonly isTrusted: boolean } | null;
  readonly steps: readonly CertificateStep[];
  readonly proves: string;
  readonly doesNotProve: readonly string[];
}

/**
 * The id of the certificate that has taken the place of one that holds; of one that does not, it matters more that it
 * does not: null.
 */
export function findSuccessor(verdict: {
  readonly outcome: string;
  readonly status: StatedStatus | null;
}): string | null {
  const { outcome, status } = verdict;
  return outcome === 'verified' && status?.state === 'superseded' ? status.by : null;
}

/** What the outcome shows, and everything a reader might wrongly take from it. */
export function describeCertificate(
  verdict: Pick<CertificateVerdict, 'outcome' | 'certificateId' | 'isSandbox' | 'log'>,
): Pick<CertificateVerdict, 'proves' | 'doesNotProve'> {
  const { outcome, certificateId, isSandbox, log } = verdict;
  if (outcome !== 'verified') return { proves: PROVES[outcome], doesNotProve: [] };
  return {
    proves: `A trusted key signed certificate ${certificateId} with exactly this manifest.`,
    doesNotProve: [
      'That what it says is true: it is what the issuer found or was told.',
      'That it was not revoked since: only the issuer knows, and its newest signed list.',
      'When it was signed: the time in it is the signer’s; a Bitcoin proof of the envelope would show it.',
      ...(log === null ? ['That it is in a public log.'] : []),
      ...(log !== null && !log.isTrusted
        ? ['That the log it is in is the issuer’s: its key is from the document.']
        : []),
      ...(isSandbox ? ['Anything about a real work: it is a test certificate.'] : []),
    ],
  };
}

const PROVES: Readonly<Record<Exclude<CertificateOutcome, 'verified'>, string>> = {
  revoked: 'It was issued, and revoked: do not rely on it.',
  'self-asserted':
    'Only that somebody signed it: the key is the document’s own. Name a key that you trust, from another source.',
  altered: 'Nothing about this work: the certificate is about another one.',
  invalid: 'Nothing: the certificate does not hold.',
  'cannot-check': 'Nothing so far: what is needed to decide is not in the document.',
};
