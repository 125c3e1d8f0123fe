import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator, Credential, CredentialKind } from '../../core/key/credential.ts';
import type { Scope } from '../../core/key/scope.ts';
import type { Bucket, Limiter } from '../../core/limit/limiter.ts';
import type { Limits } from '../../core/limit/limits.ts';
import type { Meter } from '../../core/meter/meter.ts';
import { clientAddress } from '../shared/client-network.ts';
import { CredentialFault, findCredential } from '../shared/credentials.ts';
import { demanding, type Security } from '../shared/openapi/api-description.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import { TrackoriginError } from './errors.ts';

/** Who may use a route. Whoever sends a key is judged by it, also where none is needed. */
export type Access = 'anyone' | 'key' | 'secret-key' | 'secret-test-key';

/** Whose key a request came with. */
export interface Caller {
  readonly accountId: string;
  readonly credential: Credential;
  readonly isSecret: boolean;
  /** Sees live certificates, and its calls count; a test key sees those of the sandbox, for nothing. */
  readonly isLive: boolean;
}

export interface AdmissionParts {
  readonly authenticator: Authenticator;
  readonly limiter: Limiter;
  readonly limits: Limits;
  readonly meter: Pick<Meter, 'take'>;
}

/**
 * Makes `onRequest` hooks: who is it, may they, how often, and is it paid for, in that order, so that a call which is
 * refused costs nothing. Errors of the hooks: CredentialFault, TrackoriginError, RateLimitError.
 */
export interface Admission {
  /** `scope` is what a key needs to have if it is confined: `write` for what changes something. */
  admit(access: Access, scope?: Scope): (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Of a request that was let in; null when it had no key. */
  callerOf(request: FastifyRequest): Caller | null;
}

const KINDS = [
  'trackorigin-publishable-live',
  'trackorigin-secret-live',
  'trackorigin-publishable-test',
  'trackorigin-secret-test',
] as const satisfies CredentialKind[];

const SECRET_KEY: Security = [{ trackoriginSecretKey: [] }];
const SECURITY: Readonly<Record<Access, Security>> = {
  anyone: [{}, { trackoriginKey: [] }],
  key: [{ trackoriginKey: [] }],
  'secret-key': SECRET_KEY,
  'secret-test-key': SECRET_KEY,
};

export function createAdmission({ authenticator, limiter, limits, meter }: AdmissionParts): Admission {
  const callers = new WeakMap<FastifyRequest, Caller>();

  async function findCaller(request: FastifyRequest, scope: Scope): Promise<Caller | null> {
    const demand = { transports: ['bearer'], kinds: KINDS, scope } as const;
    const credential = await findCredential(authenticator, request, demand);
    if (credential === null) return null;
    const { accountId, kind } = credential;
    // Keys of these kinds are made by accounts only.
    if (accountId === null) throw new CredentialFault('credential-unknown', 'a key of nobody');
    return { accountId, credential, isSecret: kind.includes('-secret-'), isLive: kind.endsWith('-live') };
  }

  function bucketOf(request: FastifyRequest, caller: Caller | null): Bucket {
    if (caller === null) return { limit: limits['trackorigin-address'], key: clientAddress(request.ip) };
    const limit = limits[caller.isSecret ? 'trackorigin-secret-key' : 'trackorigin-publishable-key'];
    return { limit, key: caller.credential.id };
  }

  return {
    admit: (access, scope = 'read') =>
      demanding(SECURITY[access], async (request: FastifyRequest, reply: FastifyReply) => {
        const caller = await findCaller(request, scope);
        if (caller === null && access !== 'anyone') throw new CredentialFault('credential-missing', 'no key');
        if (access.startsWith('secret-') && !caller?.isSecret) {
          throw new TrackoriginError('secret-key-required', 'a publishable key');
        }
        if (access === 'secret-test-key' && caller?.isLive)
          throw new TrackoriginError('test-key-required', 'a live key');
        await takeTokens(limiter, [bucketOf(request, caller)], reply);
        if (caller === null) return;
        if (caller.isLive && (await meter.take(caller.accountId)) === 'insufficient') {
          throw new TrackoriginError('insufficient-credits', 'no free calls and no credits left');
        }
        callers.set(request, caller);
      }),

    callerOf: (request) => callers.get(request) ?? null,
  };
}
