/** Whom a JSON Web Token speaks for. */
export interface TokenBearer {
  /**
   * Who owns what is made with it. Our own account id; or `<name of the issuer>:<subject>` for an outside issuer, which
   * no account id can be.
   */
  readonly ownerId: string;
  /** Null for an outside issuer. */
  readonly accountId: string | null;
  /** Lower case; null when the token names none. */
  readonly email: string | null;
}

/**
 * malformed: no token at all, or of an issuer nobody configured. invalid: its signature, algorithm, audience or times
 * are not what its issuer's are, or its account is gone. issuer-unreachable: its issuer's keys cannot be had just now.
 */
export type TokenRefusal = 'malformed' | 'invalid' | 'expired' | 'issuer-unreachable';

export type TokenVerdict =
  | { readonly ok: true; readonly bearer: TokenBearer }
  | { readonly ok: false; readonly refusal: TokenRefusal };

export interface BearerTokens {
  /** Rejects with what the store threw when nothing could be found out. */
  verify(token: string): Promise<TokenVerdict>;
}

/** An issuer of JSON Web Tokens besides this server itself, as an operator configured it. */
export interface JwtIssuer {
  /** Part of the owner ids of its people, so it must never change; `a-z 0-9 -`. */
  readonly name: string;
  /** Exactly the `iss` of its tokens. */
  readonly issuer: string;
  /** One that `aud` must hold. */
  readonly audience: string;
  readonly keys:
    | { readonly jwksUrl: string; readonly algorithms: readonly AsymmetricAlgorithm[] }
    /** HS256 with a shared secret. */
    | { readonly secret: Uint8Array };
}

/** Signatures whose verification key is no secret (RFC 7518, RFC 8037). */
export const ASYMMETRIC_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const;
export type AsymmetricAlgorithm = (typeof ASYMMETRIC_ALGORITHMS)[number];
