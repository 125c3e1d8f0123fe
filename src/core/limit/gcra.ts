/** A token bucket: `count` tokens at most, refilled smoothly so that an empty one is full again after `periodMs`. */
export interface Allowance {
  readonly count: number;
  readonly periodMs: number;
}

export type Decision =
  | { readonly allowed: true; readonly fullAt: number }
  | { readonly allowed: false; readonly retryAfterMs: number };

/**
 * Takes one token (generic cell rate algorithm, ITU-T I.371). `fullAt`, the moment at which the bucket is full again,
 * is all that is kept of a bucket; a bucket nobody took from has any moment in the past. Times are epoch ms.
 */
export function takeToken(fullAt: number, now: number, allowance: Allowance): Decision {
  const capacityMs = tokenMs(allowance) * allowance.count;
  // No bucket is emptier than empty, also when the system's time was set back.
  const known = Math.min(Math.max(fullAt, now), now + capacityMs);
  const next = known + tokenMs(allowance);
  const retryAfterMs = next - capacityMs - now;
  return retryAfterMs <= 0 ? { allowed: true, fullAt: next } : { allowed: false, retryAfterMs };
}

/** Puts back a token that was taken for something that then did not happen. */
export function returnToken(fullAt: number, allowance: Allowance): number {
  return fullAt - tokenMs(allowance);
}

/** Rounded up, so that sums stay exact and the rate is never more than was granted. */
function tokenMs({ count, periodMs }: Allowance): number {
  return Math.ceil(periodMs / count);
}
