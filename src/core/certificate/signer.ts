/** Signs certificates and revocation lists; the key may be in a file, or in a machine that never gives it away. */
export interface Signer {
  /** Names the key, see `certificateKeyId`. */
  readonly keyId: string;
  /** Ed25519 (RFC 8032), 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** A key that certificates are, or were, signed with. Times are epoch ms. */
export interface CertificateKey {
  readonly id: string;
  /** The 32 bytes of RFC 8032. */
  readonly publicKey: Uint8Array;
  readonly validFrom: number;
  /** Null while it is in use. */
  readonly validUntil: number | null;
}
