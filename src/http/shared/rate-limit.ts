import type { FastifyReply } from 'fastify';
import { CodedError } from '../../base/coded-error.ts';
import { countTokens } from '../../core/limit/gcra.ts';
import type { Bucket, BucketLevel, Limit, Limiter, Taken } from '../../core/limit/limiter.ts';

/** More was asked for than the limits grant. What is left, and how long to wait, is in the headers already. */
export class RateLimitError extends CodedError<'rate-limited'> {
  constructor() {
    super('rate-limited', 'a bucket is empty');
  }
}

/**
 * Takes one token from each bucket or from none, and says on the answer what is left, whatever it will be.
 * Errors: RateLimitError.
 */
export async function takeTokens(limiter: Limiter, buckets: readonly Bucket[], reply: FastifyReply): Promise<Taken> {
  const taken = await limiter.take(buckets);
  showLimits(reply, taken);
  if (!taken.allowed) throw new RateLimitError();
  return taken;
}

/** `RateLimit`, `RateLimit-Policy` and, after a refusal, `Retry-After`: whole seconds, at least 1. */
export function showLimits(reply: FastifyReply, taken: Taken): void {
  reply.header('ratelimit-policy', taken.levels.map(presentPolicy).join(', '));
  reply.header('ratelimit', taken.levels.map(presentLevel).join(', '));
  if (!taken.allowed) reply.header('retry-after', String(wholeSeconds(taken.retryAfterMs)));
}

/**
 * The older `X-RateLimit-*` headers, of the bucket with the fewest tokens left. `Reset` is the Unix time, in seconds,
 * at which that one is full again. `now` is epoch ms.
 */
export function showOldLimits(reply: FastifyReply, { levels }: Taken, now: number): void {
  const [tightest] = levels.toSorted((one, other) => tokensOf(one) - tokensOf(other));
  if (tightest === undefined) return;
  reply
    .header('x-ratelimit-limit', String(tightest.limit.count))
    .header('x-ratelimit-remaining', String(tokensOf(tightest)))
    .header('x-ratelimit-reset', String(Math.ceil((now + tightest.fullInMs) / 1000)));
}

const policies = new WeakMap<Limit, string>();

/** draft-ietf-httpapi-ratelimit-headers-10 section 3: `"name";q=quota;w=seconds`. Every answer has it: made once. */
function presentPolicy({ limit }: BucketLevel): string {
  const known = policies.get(limit);
  if (known !== undefined) return known;
  const policy = `"${limit.name}";q=${limit.count};w=${wholeSeconds(limit.periodMs)}`;
  policies.set(limit, policy);
  return policy;
}

/** Section 4 there: `"name";r=remaining;t=seconds`, until the quota is whole again. */
function presentLevel(level: BucketLevel): string {
  return `"${level.limit.name}";r=${tokensOf(level)};t=${Math.ceil(level.fullInMs / 1000)}`;
}

function tokensOf({ limit, fullInMs }: BucketLevel): number {
  return countTokens(fullInMs, limit);
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
