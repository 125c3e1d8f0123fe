import type { Clock } from '../../base/clock.ts';
import { boundFullAt, returnToken, takeToken } from './gcra.ts';
import type { Bucket, BucketLevel, Limit, Limiter, Taken } from './limiter.ts';

/** Key to the moment its bucket is full; in the order of last use, which is nearly the order of those moments. */
type Buckets = Map<string, number>;

/**
 * A limiter for one process. It remembers at most `maxKeys` buckets of each limit and forgets those that are full
 * again; limits do not push out each other's.
 */
export class MemoryLimiter implements Limiter {
  readonly #maxKeys: number;
  readonly #clock: Clock;
  readonly #limits = new Map<string, Buckets>();

  constructor(parts: { maxKeys: number; clock: Clock }) {
    this.#maxKeys = parts.maxKeys;
    this.#clock = parts.clock;
  }

  /** How many buckets are remembered. */
  get size(): number {
    return this.#limits.values().reduce((sum, buckets) => sum + buckets.size, 0);
  }

  async take(wanted: readonly Bucket[]): Promise<Taken> {
    const now = this.#clock.now();
    const decisions = wanted.map(({ limit, key }) => takeToken(this.#bucketsOf(limit).get(key) ?? now, now, limit));
    const waits = decisions.map((decision) => (decision.allowed ? 0 : decision.retryAfterMs));
    const retryAfterMs = Math.max(0, ...waits);
    if (retryAfterMs > 0) {
      return { allowed: false, retryAfterMs, levels: wanted.map((bucket) => this.#levelOf(bucket, now)) };
    }
    for (const [i, decision] of decisions.entries()) {
      if (decision.allowed) this.#keep(wanted[i]!, decision.fullAt, now);
    }
    return { allowed: true, levels: wanted.map((bucket) => this.#levelOf(bucket, now)) };
  }

  async giveBack(taken: readonly Bucket[]): Promise<void> {
    for (const { limit, key } of taken) {
      const buckets = this.#bucketsOf(limit);
      const fullAt = buckets.get(key);
      if (fullAt !== undefined) buckets.set(key, returnToken(fullAt, limit));
    }
  }

  #bucketsOf({ name }: Limit): Buckets {
    let buckets = this.#limits.get(name);
    if (buckets === undefined) this.#limits.set(name, (buckets = new Map()));
    return buckets;
  }

  #levelOf({ limit, key }: Bucket, now: number): BucketLevel {
    return { limit, fullInMs: boundFullAt(this.#bucketsOf(limit).get(key) ?? now, now, limit) - now };
  }

  #keep({ limit, key }: Bucket, fullAt: number, now: number): void {
    const buckets = this.#bucketsOf(limit);
    buckets.delete(key);
    buckets.set(key, fullAt);
    this.#forget(buckets, now);
  }

  /** Under a flood of keys the longest unused bucket goes first: its owner may gain a few tokens, memory never grows. */
  #forget(buckets: Buckets, now: number): void {
    for (const [key, fullAt] of buckets) {
      if (fullAt > now && buckets.size <= this.#maxKeys) return;
      buckets.delete(key);
    }
  }
}
