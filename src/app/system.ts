import { hash, randomBytes } from 'node:crypto';
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

export const systemRandom: RandomBytes = (length) => new Uint8Array(randomBytes(length));
