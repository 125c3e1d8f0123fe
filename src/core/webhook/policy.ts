const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How deliveries are tried. */
export interface DeliveryPolicy {
  /** The pause after each failed attempt; after one more failure than there are pauses, the delivery has failed. */
  readonly scheduleMs: readonly number[];
  /** From connecting to the end of the answer's headers. */
  readonly timeoutMs: number;
  /** Deliveries that fail one after another, until the subscription is disabled. */
  readonly disableAfter: number;
}

/** The trackorigin contract, section 07; origimark names none and gets the same. The timeout is ours. */
export const DOCUMENTED_DELIVERY_POLICY: DeliveryPolicy = {
  scheduleMs: [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS, 6 * HOUR_MS],
  timeoutMs: 15 * SECOND_MS,
  disableAfter: 10,
};

/** What is kept, so that a dead endpoint cannot fill the disk. */
export interface WebhookRetention {
  /** Of events and of the delivery log. */
  readonly ageMs: number;
  /** Attempts of one subscription in the log. */
  readonly attemptsPerSubscription: number;
}

export const DEFAULT_WEBHOOK_RETENTION: WebhookRetention = { ageMs: 30 * DAY_MS, attemptsPerSubscription: 10_000 };

/** Pauses become up to a tenth longer, never shorter, so that what failed together does not come back together. */
const JITTER = 0.1;
/** A receiver may ask for a longer pause with Retry-After, but not for more than this many times the documented one. */
const RETRY_AFTER_FACTOR = 2;

/**
 * When a delivery is tried again after the attempt with this number, from 1, has failed; null: it has failed for good.
 *
 * @param retryAfterMs What the receiver asked for, or null.
 * @param chance A number from 0 to 1.
 */
export function nextPauseMs(
  { scheduleMs }: DeliveryPolicy,
  attempt: number,
  retryAfterMs: number | null,
  chance: number,
): number | null {
  const base = scheduleMs[attempt - 1];
  if (base === undefined) return null;
  const wanted = Math.min(Math.max(retryAfterMs ?? 0, base), base * RETRY_AFTER_FACTOR);
  return Math.round(wanted * (1 + JITTER * chance));
}
