import type { Limit } from '../limit/limiter.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Against guessing and against mail nobody asked for. The last word says whose a bucket is: a client network, or an
 * e-mail address. A password that was right gives its tokens back, so only guesses count.
 */
export const ACCOUNT_LIMITS = {
  /** Twenty guesses an hour at one password are none worth making; who forgot it has a reset of its own. */
  guessAddress: { name: 'account-guess-address', count: 20, periodMs: HOUR_MS },
  guessNetwork: { name: 'account-guess-network', count: 60, periodMs: 15 * MINUTE_MS },
  /** Whatever makes a mail to an address: sign-up, verification, reset, change. */
  mailAddress: { name: 'account-mail-address', count: 6, periodMs: HOUR_MS },
  mailNetwork: { name: 'account-mail-network', count: 30, periodMs: HOUR_MS },
} as const satisfies Record<string, Limit>;
