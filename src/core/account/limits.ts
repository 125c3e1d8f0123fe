import type { Limit } from '../limit/limiter.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Against guessing and against mail nobody asked for. The last word says whose a bucket is: a client network, an
 * e-mail address as one network names it, or all do. A password that was right gives its tokens back, so only guesses count.
 */
export const ACCOUNT_LIMITS = {
  /** Of one network at one password: twenty guesses an hour are none worth making. */
  guessAddress: { name: 'account-guess-address', count: 20, periodMs: HOUR_MS },
  /** Of all networks at one password. Much more, so that nobody is locked out by somebody else's guessing. */
  guessAddressAll: { name: 'account-guess-address-all', count: 500, periodMs: HOUR_MS },
  guessNetwork: { name: 'account-guess-network', count: 60, periodMs: 15 * MINUTE_MS },
  /** Whatever makes a mail to an address: sign-up, verification, reset, change; asked for by one network, and by all. */
  mailAddress: { name: 'account-mail-address', count: 6, periodMs: HOUR_MS },
  mailAddressAll: { name: 'account-mail-address-all', count: 30, periodMs: HOUR_MS },
  mailNetwork: { name: 'account-mail-network', count: 30, periodMs: HOUR_MS },
} as const satisfies Record<string, Limit>;
