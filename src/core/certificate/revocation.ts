/** Why certificates are revoked: codes of the public log, the feeds and the answers. They are added to, never changed. */
export const REVOCATION_REASONS = [
  /** What was declared about the work turned out to be wrong. */
  'false_declaration',
  /** The work, or a part of it, is not made by people. */
  'not_human_made',
  /** Somebody else has the rights. */
  'rights_dispute',
  /** The artist or author asked for it. */
  'owner_request',
  /** The certificate was issued by mistake. */
  'issued_in_error',
  /** The signing key may be in other hands. */
  'key_compromise',
  /** A certificate of the sandbox, revoked to try it out. */
  'sandbox',
] as const;

export type RevocationReason = (typeof REVOCATION_REASONS)[number];
