/** Every kind of secret that the four contracts know. */
export type CredentialKind =
  | 'trackorigin-publishable-live'
  | 'trackorigin-secret-live'
  | 'trackorigin-publishable-test'
  | 'trackorigin-secret-test'
  | 'origimark'
  | 'orphograph'
  | 'orphograph-pack'
  | 'proofd';

/** A secret as it is kept: everything but the secret itself. Times are epoch ms. */
export interface Credential {
  readonly id: string;
  /** Null for a pack that was bought without an account. */
  readonly accountId: string | null;
  readonly kind: CredentialKind;
  /** The start of the secret, to know it by. */
  readonly displayPrefix: string;
  readonly name: string | null;
  /** Null: everything its kind may do. */
  readonly scopes: readonly string[] | null;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/**
 * malformed: of no kind's form, or its checksum is wrong. wrong-kind: valid, but of none of the kinds asked for.
 */
export type CredentialRefusal = 'malformed' | 'unknown' | 'revoked' | 'expired' | 'wrong-kind';

export type Authentication =
  | { readonly ok: true; readonly credential: Credential }
  | { readonly ok: false; readonly refusal: CredentialRefusal };

export interface Authenticator {
  /** Cheap for what is malformed or was seen lately. A revocation on any node is known here within a second. */
  authenticate(secret: string, kinds: readonly CredentialKind[]): Promise<Authentication>;
}
