/** Which contract a certificate was issued under. */
export type Registry = 'trackorigin' | 'origimark';

export type CertificateStatus = 'active' | 'revoked';

/** A certificate's newest signed manifest with everything that is known of it. Times are epoch ms. */
export interface CertificateRecord {
  /** `cer_` and a ULID (`cer_test_` for the sandbox's), or a UUID; see the contracts. */
  readonly id: string;
  readonly registry: Registry;
  /** One of a test key: in no list, count or feed of live ones. */
  readonly isSandbox: boolean;
  /** Of the signed manifest, from 1: an update signs the next. */
  readonly version: number;
  readonly status: CertificateStatus;
  /** Who may change it; null when its account is gone. */
  readonly accountId: string | null;
  /** SHA-256 of the work: of the master recording, or of the file. */
  readonly workSha256: Uint8Array;
  /** The signed bytes as text: RFC 8785. Empty once its author was erased. */
  readonly manifestJson: string;
  /** Names the key in `/.well-known/trackorigin-public-key.json`. */
  readonly keyId: string;
  /** Ed25519 over the bytes of `manifestJson`. Empty once its author was erased. */
  readonly signature: Uint8Array;
  /** 32 random bytes that open the commitments of this version in the log; null once its author was erased. */
  readonly salt: Uint8Array | null;
  /** What the log has of this version; it stays when salt, manifest and signature are erased. */
  readonly commitment: Uint8Array;
  readonly issuedAt: number;
  /** Of the newest version. */
  readonly updatedAt: number;
  readonly revokedAt: number | null;
  /** A code of `REVOCATION_REASONS`, null while active. */
  readonly revocationReason: string | null;
  /** Number in the log of the event that issued it. */
  readonly issuedSequence: number;
  /** Number in the log of its newest event of any type. */
  readonly sequence: number;
  /** Number in the log of the event whose commitment is to this version's envelope. */
  readonly versionSequence: number;
  /** Receipt of the envelope's digest; null until it was anchored. */
  readonly envelopeReceiptId: string | null;
  /** Receipt of the work's digest; null until it was anchored. */
  readonly workReceiptId: string | null;
}
