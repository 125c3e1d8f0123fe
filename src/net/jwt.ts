import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { Agent, fetch } from 'undici';
import type { Clock } from '../base/clock.ts';
import type { Account } from '../core/account/account.ts';
import type { BearerTokens, JwtIssuer, TokenBearer, TokenRefusal } from '../core/account/tokens.ts';

/** This server's own issuer. */
export interface OwnIssuer {
  readonly issuer: string;
  readonly audience: string;
  publicKeys(): Promise<JSONWebKeySet>;
  /** So that a token does not outlive its account. */
  findAccount(id: string): Promise<Account | null>;
}

/** Far more than any token in use; what is longer is not parsed. */
const TOKEN_MAX_CHARS = 8 * 1024;
/** Between the clocks of two machines. */
const CLOCK_SKEW_SECONDS = 60;
const SUBJECT_MAX_CHARS = 200;
const JWKS_MAX_BYTES = 64 * 1024;
const JWKS_TIMEOUT_MS = 5_000;
const JWKS_FRESH_MS = 10 * 60_000;
/** Tokens that name a key nobody has do not make us ask the issuer more often than this, nor does a failing issuer. */
const JWKS_COOLDOWN_MS = 30_000;
const OWN_ALGORITHM = 'EdDSA';

/** What tokens of one issuer have to be like. The algorithm is the issuer's, whatever a token says of itself. */
interface Rules {
  readonly key: JWTVerifyGetKey | Uint8Array;
  readonly options: Pick<JWTVerifyOptions, 'algorithms' | 'issuer' | 'audience'>;
  readonly identify: (claims: JWTPayload & { sub: string }) => Promise<TokenBearer | null>;
}

class KeysUnavailable extends Error {}

/** The database failed: nothing can be said of the token, and it is no fault of whoever sent it. */
class OwnKeysUnreadable extends Error {}

/** Accepts tokens of our own issuer and of the configured ones; the only addresses asked are the configured ones. */
export function createBearerTokens(parts: {
  readonly own: OwnIssuer;
  readonly issuers: readonly JwtIssuer[];
  readonly clock: Clock;
}): BearerTokens & AsyncDisposable {
  const { own, clock } = parts;
  const dispatcher = new Agent({
    connections: 2,
    connect: { timeout: JWKS_TIMEOUT_MS },
    headersTimeout: JWKS_TIMEOUT_MS,
    bodyTimeout: JWKS_TIMEOUT_MS,
    maxResponseSize: JWKS_MAX_BYTES,
  });
  const rules = new Map<string, Rules>(
    parts.issuers.map((issuer) => [issuer.issuer, outsideRules(issuer, clock, dispatcher)]),
  );
  rules.set(own.issuer, ownRules(own, clock));

  return {
    async verify(token) {
      const issuerRules = token.length > TOKEN_MAX_CHARS ? undefined : rules.get(readIssuer(token) ?? '');
      if (issuerRules === undefined) return { ok: false, refusal: 'malformed' };
      const { key, options, identify } = issuerRules;
      const common: JWTVerifyOptions = {
        ...options,
        requiredClaims: ['iss', 'aud', 'sub', 'exp'],
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: new Date(clock.now()),
      };
      let claims: JWTPayload;
      try {
        const verified =
          key instanceof Uint8Array ? await jwtVerify(token, key, common) : await jwtVerify(token, key, common);
        claims = verified.payload;
      } catch (error) {
        if (error instanceof OwnKeysUnreadable) throw error.cause;
        return { ok: false, refusal: refusalOf(error) };
      }
      const bearer = isSubject(claims.sub) ? await identify({ ...claims, sub: claims.sub }) : null;
      return bearer === null ? { ok: false, refusal: 'invalid' } : { ok: true, bearer };
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

function ownRules({ issuer, audience, publicKeys, findAccount }: OwnIssuer, clock: Clock): Rules {
  return {
    key: cacheKeys(publicKeys, clock),
    options: { issuer, audience, algorithms: [OWN_ALGORITHM] },
    async identify({ sub }) {
      const account = await findAccount(sub);
      return account && { ownerId: account.id, accountId: account.id, email: account.email };
    },
  };
}

function outsideRules({ name, issuer, audience, keys }: JwtIssuer, clock: Clock, dispatcher: Agent): Rules {
  const isShared = 'secret' in keys;
  return {
    key: isShared ? keys.secret : remoteKeys(keys.jwksUrl, clock, dispatcher),
    options: { issuer, audience, algorithms: isShared ? ['HS256'] : [...keys.algorithms] },
    identify: async ({ sub, email }) => ({
      ownerId: `${name}:${sub}`,
      accountId: null,
      email: typeof email === 'string' ? email.toLowerCase() : null,
    }),
  };
}

/** The issuer a token names, before anything of it is believed. */
function readIssuer(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}

/** It becomes a part of ids that are stored and shown. */
function isSubject(subject: string | undefined): subject is string {
  return subject !== undefined && subject.length <= SUBJECT_MAX_CHARS && /^[^\p{Cc}\p{Cs}\s]+$/u.test(subject);
}

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof KeysUnavailable) return 'issuer-unreachable';
  if (error instanceof errors.JWTExpired) return 'expired';
  return 'invalid';
}

/** Another node may have made a key lately: one that is not known is looked for once more, if the last look was not just now. */
function cacheKeys(load: () => Promise<JSONWebKeySet>, clock: Clock): JWTVerifyGetKey {
  let loaded: { readonly find: JWTVerifyGetKey; readonly at: number } | null = null;
  async function reload() {
    const keys = await load().catch((cause: unknown) => {
      throw new OwnKeysUnreadable('the keys of this server cannot be read', { cause });
    });
    loaded = { find: createLocalJWKSet(keys), at: clock.now() };
    return loaded;
  }
  return async (header, token) => {
    const known = loaded !== null && clock.now() - loaded.at < JWKS_FRESH_MS ? loaded : await reload();
    try {
      return await known.find(header, token);
    } catch (error) {
      const isNew = error instanceof errors.JWKSNoMatchingKey && clock.now() - known.at >= JWKS_COOLDOWN_MS;
      if (!isNew) throw error;
      return (await reload()).find(header, token);
    }
  };
}

function remoteKeys(url: string, clock: Clock, dispatcher: Agent): JWTVerifyGetKey {
  let failedAt: number | null = null;
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cooldownDuration: JWKS_COOLDOWN_MS,
    cacheMaxAge: JWKS_FRESH_MS,
    [customFetch]: async (address, { headers, signal }) => {
      if (failedAt !== null && clock.now() - failedAt < JWKS_COOLDOWN_MS) throw new KeysUnavailable('failed just now');
      try {
        const answer = await fetch(address, { headers: [...headers], signal, redirect: 'error', dispatcher });
        if (answer.status !== 200) throw new KeysUnavailable(`answered ${answer.status}`);
        const text = await answer.text();
        failedAt = null;
        return new Response(text);
      } catch (error) {
        failedAt = clock.now();
        throw error;
      }
    },
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const isTokens = error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
      if (isTokens || error instanceof errors.JOSENotSupported) throw error;
      throw new KeysUnavailable('the keys of an issuer cannot be had', { cause: error });
    }
  };
}
