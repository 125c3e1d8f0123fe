import type { FastifyReply, FastifyRequest } from 'fastify';
import { CodedError } from '../../base/coded-error.ts';
import type { Sessions } from '../../core/account/account.ts';
import type { BearerTokens, TokenRefusal } from '../../core/account/tokens.ts';
import type { Authenticator } from '../../core/key/credential.ts';
import type { Scope } from '../../core/key/scope.ts';
import type { Bucket, Limiter } from '../../core/limit/limiter.ts';
import type { Limits } from '../../core/limit/limits.ts';
import { clientAddress } from '../shared/client-network.ts';
import { CredentialFault, findCredential, readSecret } from '../shared/credentials.ts';
import { demanding, SESSION, type Security } from '../shared/openapi/api-description.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import { requireSameOrigin } from '../shared/same-origin.ts';

/**
 * Who may use a route. Whoever sends a credential is judged by it, also where none is needed.
 *
 * - anyone: with a token, a key or nothing
 * - bearer: with a JSON Web Token
 * - caller: with a token or a key
 * - owner: the same, or with a session of this server, by cookie or as a bearer
 */
export type Access = 'anyone' | 'bearer' | 'caller' | 'owner';

/** Whom a request came from. */
export interface Caller {
  /** Who owns what is made with it, see core/account/tokens.ts. */
  readonly ownerId: string;
  /** Null for people of an outside issuer. */
  readonly accountId: string | null;
  readonly bucket: Bucket;
}

export type TokenFaultCode =
  | 'token-invalid'
  | 'token-expired'
  /** Its issuer's keys cannot be had, so nothing can be said of the token. */
  | 'token-uncheckable';

export class TokenFault extends CodedError<TokenFaultCode> {}

export interface AdmissionParts {
  readonly authenticator: Authenticator;
  readonly tokens: BearerTokens;
  readonly sessions: Sessions;
  readonly limiter: Limiter;
  readonly limits: Limits;
  readonly publicUrl: string;
}

/**
 * Makes `onRequest` hooks: who is it, may they, how often, in that order, before anything of the body is read.
 * Errors of the hooks: CredentialFault, TokenFault, CrossSiteError, RateLimitError.
 */
export interface Admission {
  /** @param scope `write` for what changes something. A token has both. */
  admit(access: Access, scope: Scope): (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Of a request that was let in; null when it came with nothing. */
  callerOf(request: FastifyRequest): Caller | null;
}

const TOKEN_FAULTS: Readonly<Record<TokenRefusal, TokenFaultCode>> = {
  malformed: 'token-invalid',
  invalid: 'token-invalid',
  expired: 'token-expired',
  'issuer-unreachable': 'token-uncheckable',
};

/** Three parts of base64url (RFC 7515); session bearers have no dots of this kind. */
const TOKEN_FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const TOKEN: Security = [{ origimarkToken: [] }];
const TOKEN_OR_KEY: Security = [...TOKEN, { origimarkKey: [] }];
const SECURITY: Readonly<Record<Access, Security>> = {
  anyone: [{}, ...TOKEN_OR_KEY],
  bearer: TOKEN,
  caller: TOKEN_OR_KEY,
  owner: [...TOKEN_OR_KEY, ...SESSION],
};

export function createAdmission(parts: AdmissionParts): Admission {
  const { authenticator, tokens, sessions, limiter, limits, publicUrl } = parts;
  const callers = new WeakMap<FastifyRequest, Caller>();
  const assertSameOrigin = requireSameOrigin(publicUrl);

  async function findCaller(request: FastifyRequest, access: Access, scope: Scope): Promise<Caller | null> {
    const transports = access === 'bearer' ? (['bearer'] as const) : (['bearer', 'x-api-key'] as const);
    const presented = readSecret(request, transports);
    if (presented?.transport === 'x-api-key') return findKeyOwner(request, scope);
    if (access === 'owner' && (presented === null || !TOKEN_FORM.test(presented.secret))) {
      return findSessionOwner(request, presented !== null);
    }
    return presented === null ? null : findTokenOwner(presented.secret);
  }

  async function findKeyOwner(request: FastifyRequest, scope: Scope): Promise<Caller> {
    const demand = { transports: ['x-api-key'], kinds: ['origimark'], scope } as const;
    const { id, accountId } = (await findCredential(authenticator, request, demand))!;
    // Keys of this kind are made by accounts only.
    if (accountId === null) throw new CredentialFault('credential-unknown', 'a key of nobody');
    return { ownerId: accountId, accountId, bucket: { limit: limits['origimark-key'], key: id } };
  }

  async function findTokenOwner(token: string): Promise<Caller> {
    const verdict = await tokens.verify(token);
    if (!verdict.ok) throw new TokenFault(TOKEN_FAULTS[verdict.refusal], `the token is ${verdict.refusal}`);
    const { ownerId, accountId } = verdict.bearer;
    return { ownerId, accountId, bucket: { limit: limits['origimark-account'], key: ownerId } };
  }

  async function findSessionOwner(request: FastifyRequest, isBearer: boolean): Promise<Caller | null> {
    await assertSameOrigin(request);
    const account = await sessions.find(request.headers);
    if (account === null && isBearer) throw new TokenFault('token-invalid', 'neither a token nor a session');
    if (account === null) return null;
    const { id } = account;
    return { ownerId: id, accountId: id, bucket: { limit: limits['origimark-account'], key: id } };
  }

  return {
    admit: (access, scope) =>
      demanding(SECURITY[access], async (request: FastifyRequest, reply: FastifyReply) => {
        const caller = await findCaller(request, access, scope);
        if (caller === null && access !== 'anyone') throw new CredentialFault('credential-missing', 'no credential');
        const bucket = caller?.bucket ?? { limit: limits['origimark-address'], key: clientAddress(request.ip) };
        await takeTokens(limiter, [bucket], reply);
        if (caller !== null) callers.set(request, caller);
      }),

    callerOf: (request) => callers.get(request) ?? null,
  };
}
