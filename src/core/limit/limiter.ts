import type { Allowance } from './gcra.ts';

export type Taken = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMs: number };

/** One bucket a key, all with the same allowance. */
export interface Limiter {
  readonly allowance: Allowance;
  take(key: string): Taken;
  giveBack(key: string): void;
}
