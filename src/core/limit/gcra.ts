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
  const next = boundFullAt(fullAt, now, allowance) + tokenMs(allowance);
  const retryAfterMs = next - capacityMs(allowance) - now;
  return retryAfterMs <= 0 ? { allowed: true, fullAt: next } : { allowed: false, retryAfterMs };
}

/** No bucket is fuller than full, or emptier than empty: the latter also when the system's time was set back. */
export function boundFullAt(fullAt: number, now: number, allowance: Allowance): number {
  return Math.min(Math.max(fullAt, now), now + capacityMs(allowance));
}

/** Puts back a token that was taken for something that then did not happen. */
export function returnToken(fullAt: number, allowance: Allowance): number {
  return fullAt - tokenMs(allowance);
}

/** Whole tokens in a bucket that is full again in `fullInMs`. */
export function countTokens(fullInMs: number, allowance: Allowance): number {
  return Math.max(0, Math.floor((capacityMs(allowance) - fullInMs) / tokenMs(allowance)));
}

function capacityMs(allowance: Allowance): number {
  return tokenMs(allowance) * allowance.count;
}

/** Rounded up, so that sums stay exact and the rate is never more than was granted. */
function tokenMs({ count, periodMs }: Allowance): number {
  return Math.ceil(periodMs / count);
}
