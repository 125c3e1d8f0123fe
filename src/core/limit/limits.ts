import type { Allowance } from './gcra.ts';
import type { Limit } from './limiter.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * What everybody is granted; the last word says whose a bucket is: a client address, a credential, an account.
 * What a contract documents is its number; the others say why. The free tier of orphograph is a setting of its own.
 */
const DEFAULT_ALLOWANCES = {
  'trackorigin-address': { count: 60, periodMs: MINUTE_MS },
  'trackorigin-publishable-key': { count: 600, periodMs: MINUTE_MS },
  'trackorigin-secret-key': { count: 3000, periodMs: MINUTE_MS },
  /** Of sandbox certificates and renditions: each is a row and an event of the public log, for ever. */
  'trackorigin-sandbox-account': { count: 300, periodMs: HOUR_MS },
  /** Of comparisons of audio by who has no key: coarse answers, and few. */
  'audio-address': { count: 20, periodMs: MINUTE_MS },
  /**
   * Of an account about the audio of one live certificate. Who may ask often enough climbs from score to score: thirty
   * thousand questions are known to suffice when each changes the best bit, which is most of a year at this pace.
   */
  'audio-certificate-account': { count: 100, periodMs: DAY_MS },
  /** A search compares with up to twenty certificates. */
  'audio-search-account': { count: 120, periodMs: MINUTE_MS },
  'origimark-address': { count: 10, periodMs: MINUTE_MS },
  'origimark-account': { count: 60, periodMs: MINUTE_MS },
  'origimark-key': { count: 1000, periodMs: MINUTE_MS },
  /** Of messages to authors: by who writes, and about one work by all together. */
  'relay-address': { count: 5, periodMs: HOUR_MS },
  'relay-certificate': { count: 20, periodMs: DAY_MS },
  /** Fair use of subscribers. */
  'orphograph-key': { count: 1000, periodMs: DAY_MS },
  'proofd-key': { count: 120, periodMs: MINUTE_MS },
  'proofd-create-key': { count: 30, periodMs: MINUTE_MS },
  'proofd-create-address': { count: 60, periodMs: MINUTE_MS },
  /** Signing a token costs a tenth of a millisecond. */
  'tsa-address': { count: 600, periodMs: MINUTE_MS },
  /** Each sends a request to an address that somebody else may own. */
  'webhook-test-account': { count: 10, periodMs: MINUTE_MS },
  /** A new key is a row that stays, also when it is revoked at once. */
  'new-key-account': { count: 60, periodMs: HOUR_MS },
  /** Pages about certificates, artists and digests, and a certificate's files: queries and drawing for each. */
  'page-address': { count: 300, periodMs: MINUTE_MS },
  /** Block headers for verifiers in browsers; each may cost a request to somebody else's server. */
  'header-address': { count: 300, periodMs: MINUTE_MS },
} as const satisfies Record<string, Allowance>;

export type LimitName = keyof typeof DEFAULT_ALLOWANCES;
export type Limits = Readonly<Record<LimitName, Limit>>;

export const LIMIT_NAMES = Object.keys(DEFAULT_ALLOWANCES) as LimitName[];

/** The limits, with `counts` in place of the documented ones where given; periods stay. */
export function createLimits(counts: Readonly<Partial<Record<LimitName, number>>> = {}): Limits {
  const limits = LIMIT_NAMES.map((name) => {
    const { count, periodMs } = DEFAULT_ALLOWANCES[name];
    return [name, { name, count: counts[name] ?? count, periodMs }] as const;
  });
  return Object.fromEntries(limits) as Limits;
}
