import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCOUNT_LIMITS } from '../../core/account/limits.ts';
import type { Bucket, Limiter } from '../../core/limit/limiter.ts';
import { clientNetwork } from '../shared/client-network.ts';
import { takeTokens } from '../shared/rate-limit.ts';

/** A request that was let in. */
export interface Attempt {
  /** It was no guess: what it cost is given back. */
  succeed(): Promise<void>;
}

export interface AttemptGuards {
  /** @param target The e-mail address or the account that is guessed at; null when there is none to name. */
  guess(request: FastifyRequest, reply: FastifyReply, target: string | null): Promise<Attempt>;
  mail(request: FastifyRequest, reply: FastifyReply, address: string): Promise<Attempt>;
}

/** Errors of both: RateLimitError. */
export function createAttemptGuards(limiter: Limiter): AttemptGuards {
  async function take(reply: FastifyReply, buckets: readonly Bucket[]): Promise<Attempt> {
    await takeTokens(limiter, buckets, reply);
    return { succeed: () => limiter.giveBack(buckets) };
  }

  return {
    guess(request, reply, target) {
      const from = clientNetwork(request.ip);
      const network = { limit: ACCOUNT_LIMITS.guessNetwork, key: from };
      if (target === null) return take(reply, [network]);
      return take(reply, [
        network,
        { limit: ACCOUNT_LIMITS.guessAddress, key: keyOf(`${target} ${from}`) },
        { limit: ACCOUNT_LIMITS.guessAddressAll, key: keyOf(target) },
      ]);
    },
    mail(request, reply, address) {
      const from = clientNetwork(request.ip);
      return take(reply, [
        { limit: ACCOUNT_LIMITS.mailNetwork, key: from },
        { limit: ACCOUNT_LIMITS.mailAddress, key: keyOf(`${address} ${from}`) },
        { limit: ACCOUNT_LIMITS.mailAddressAll, key: keyOf(address) },
      ]);
    },
  };
}

/** Short whatever somebody sends, and no address is kept where limits are. */
function keyOf(text: string): string {
  return createHash('sha256').update(text.trim().toLowerCase()).digest('base64url');
}
