/** What a platform has written down about one artifact that it serves. It is never changed, only replaced. */
export interface SealBinding {
  /** `verified` after a match under an accepted policy and a fresh look at the certificate; anything else is none. */
  readonly state: string;
  /** The certificate that was verified; never the one that somebody typed in. */
  readonly certificateId: string | null;
  /** Of the artifact's bytes when it was verified, hex. */
  readonly servedSha256: string | null;
}

/** What is known of revocations; a RevocationFollower is one. */
export interface Revocations {
  isFresh(): boolean;
  isRevoked(certificateId: string): boolean;
}

const CERTIFICATE_ID = /^cer_[A-Za-z0-9_]{1,60}$/;
const SANDBOX_ID_START = 'cer_test_';
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * The render gate of the platform guide: whether a seal may be shown beside what is served now. Any doubt means no.
 *
 * @param currentSha256 Of the bytes that are served now, hex.
 */
export function sealIsVisible(
  binding: SealBinding | null,
  currentSha256: string,
  revocations: Revocations,
  /** A sandbox's certificate proves nothing about anything: for trying things out only. */
  { allowSandbox = false } = {},
): boolean {
  if (binding === null || binding.state !== 'verified') return false;
  const { certificateId, servedSha256 } = binding;
  if (certificateId === null || !CERTIFICATE_ID.test(certificateId)) return false;
  if (certificateId.startsWith(SANDBOX_ID_START) && !allowSandbox) return false;
  const served = servedSha256?.toLowerCase() ?? '';
  if (!SHA256.test(served) || served !== currentSha256.toLowerCase()) return false;
  return revocations.isFresh() && !revocations.isRevoked(certificateId);
}
