import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import type { Authenticator, Credential } from '../../core/key/credential.ts';
import type { Bucket, Limiter } from '../../core/limit/limiter.ts';
import type { Limits } from '../../core/limit/limits.ts';
import type { SubscriptionReader } from '../../core/meter/subscription.ts';
import { planOf, type TimestampPlan } from '../../core/timestamp/plan.ts';
import { clientAddress } from '../shared/client-network.ts';
import { CredentialFault, type KeyDemand, readSecret, requireCredential } from '../shared/credentials.ts';
import { demanding, type Security } from '../shared/openapi/api-description.ts';
import { RateLimitError, showLimits, showOldLimits } from '../shared/rate-limit.ts';
import { ProofdError } from './errors.ts';

/** Whoever a request comes from. */
interface Caller {
  readonly accountId: string;
  readonly plan: TimestampPlan;
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Lets requests in before anything of their body is read. Errors: CredentialFault, RateLimitError, ProofdError. */
export interface Admission {
  readonly admitRead: Hook;
  readonly admitCreate: Hook;
  /** Of a request that was let in. */
  callerOf(request: FastifyRequest): Caller;
}

export interface AdmissionParts {
  readonly authenticator: Authenticator;
  readonly subscriptions: SubscriptionReader;
  readonly limiter: Limiter;
  readonly limits: Limits;
  readonly clock: Clock;
}

const KEY: Security = [{ proofdKey: [] }];

export function createAdmission({ authenticator, subscriptions, limiter, limits, clock }: AdmissionParts): Admission {
  const callers = new WeakMap<FastifyRequest, Caller>();

  async function authenticate(request: FastifyRequest, scope: KeyDemand['scope']): Promise<Credential> {
    if (!/^bearer +\S/i.test(request.headers.authorization ?? '')) {
      // To whoever put the key into the address that is said first: it should be replaced.
      readSecret(request, []);
      throw new CredentialFault('credential-missing', 'no bearer token');
    }
    return requireCredential(authenticator, request, { transports: ['bearer'], kinds: ['proofd'], scope });
  }

  /** What is left is told by this contract's own headers too, also to who is refused. */
  async function take(reply: FastifyReply, buckets: readonly Bucket[]): Promise<void> {
    const taken = await limiter.take(buckets);
    showLimits(reply, taken);
    showOldLimits(reply, taken, clock.now());
    if (!taken.allowed) throw new RateLimitError();
  }

  async function letIn(request: FastifyRequest, accountId: string | null): Promise<void> {
    // Keys of this kind are made by accounts only.
    if (accountId === null) throw new CredentialFault('credential-unknown', 'a key of nobody');
    const plan = planOf(await subscriptions.findActive(accountId, 'proofd', clock.now()));
    if (plan === 'free') throw new ProofdError('plan-not-entitled', 'no active subscription');
    callers.set(request, { accountId, plan });
  }

  return {
    admitRead: demanding(KEY, async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('cache-control', 'no-store');
      const { id, accountId } = await authenticate(request, 'read');
      await take(reply, [{ limit: limits['proofd-key'], key: id }]);
      await letIn(request, accountId);
    }),

    admitCreate: demanding(KEY, async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('cache-control', 'no-store');
      const { id, accountId } = await authenticate(request, 'write');
      await take(reply, [
        { limit: limits['proofd-key'], key: id },
        { limit: limits['proofd-create-key'], key: id },
        { limit: limits['proofd-create-address'], key: clientAddress(request.ip) },
      ]);
      await letIn(request, accountId);
    }),

    callerOf: (request) => callers.get(request)!,
  };
}
