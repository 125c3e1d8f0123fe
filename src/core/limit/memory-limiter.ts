import type { Clock } from '../../base/clock.ts';
import { type Allowance, returnToken, takeToken } from './gcra.ts';
import type { Limiter, Taken } from './limiter.ts';

/** A limiter for one process. It remembers at most `maxKeys` buckets and forgets those that are full again. */
export class MemoryLimiter implements Limiter {
  readonly allowance: Allowance;
  readonly #maxKeys: number;
  readonly #clock: Clock;
  /** Key to the moment its bucket is full; in the order of last use, which is nearly the order of those moments. */
  readonly #buckets = new Map<string, number>();

  constructor(parts: { allowance: Allowance; maxKeys: number; clock: Clock }) {
    this.allowance = parts.allowance;
    this.#maxKeys = parts.maxKeys;
    this.#clock = parts.clock;
  }

  /** How many buckets are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  take(key: string): Taken {
    const now = this.#clock.now();
    const decision = takeToken(this.#buckets.get(key) ?? now, now, this.allowance);
    if (!decision.allowed) return decision;
    this.#buckets.delete(key);
    this.#buckets.set(key, decision.fullAt);
    this.#forget(now);
    return decision;
  }

  giveBack(key: string): void {
    const fullAt = this.#buckets.get(key);
    if (fullAt !== undefined) this.#buckets.set(key, returnToken(fullAt, this.allowance));
  }

  /** Under a flood of keys the longest unused bucket goes first: its owner may gain a few tokens, memory never grows. */
  #forget(now: number): void {
    for (const [key, fullAt] of this.#buckets) {
      if (fullAt > now && this.#buckets.size <= this.#maxKeys) return;
      this.#buckets.delete(key);
    }
  }
}
