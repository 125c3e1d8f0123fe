import { hash, randomFillSync } from 'node:crypto';
import type { Clock, RandomBytes } from '../base/clock.ts';
import type { Sha256Hex } from '../core/key/authenticator.ts';

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now(), sleep };

/** Without an error for every sleep that is cut short: the anchoring path starts six of them for each round. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal?.aborted) return Promise.resolve();
  const timer = setTimeout(end, ms);
  signal?.addEventListener('abort', end, { once: true });
  function end(): void {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    resolve();
  }
  return promise;
}

/** Five times as fast as one in JavaScript. */
export const systemSha256Hex: Sha256Hex = (text) => hash('sha256', text, 'hex');

/** Asking the system costs the same for many bytes as for a few, and a certificate needs six times a few. */
const pool = new Uint8Array(4096);
let taken = pool.length;

export const systemRandom: RandomBytes = (length) => {
  if (length > pool.length / 16) return randomFillSync(new Uint8Array(length));
  if (taken + length > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  const bytes = pool.slice(taken, taken + length);
  // What was given is nobody else's.
  pool.fill(0, taken, taken + length);
  taken += length;
  return bytes;
};
