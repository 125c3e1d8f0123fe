import { randomBytes } from 'node:crypto';
import type { Clock, RandomBytes } from '../base/clock.ts';

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

export const systemRandom: RandomBytes = (length) => new Uint8Array(randomBytes(length));
