/** When things happen; all times in milliseconds. Defaults are for public calendars and the main network. */
export interface AnchorPolicy {
  /** A round goes on at this moment if `enoughCalendars` have accepted it… */
  readonly enoughMs: number;
  readonly enoughCalendars: number;
  /** …and at this one whatever has come in. */
  readonly allMs: number;
  /** How long a calendar that failed again and again is left alone at first. */
  readonly breakerPauseMs: number;
  /** Blocks on top of, and with, the attested one before a receipt is called pinned. */
  readonly confirmations: number;
  /** The first look at a calendar for an upgrade, and the bounds between which further looks slow down. */
  readonly firstPollMs: number;
  readonly maxPollMs: number;
  /** How soon a held attestation is looked at again while its block is not deep enough. */
  readonly recheckMs: number;
  /** A calendar that accepted but has not confirmed after this long is called overdue, and the root is sent again. */
  readonly overdueMs: number;
  /** A submission that is not confirmed this long after it was accepted is not looked at any more. */
  readonly giveUpMs: number;
  /** How long a calendar that did not accept a round is asked again. */
  readonly retryFailedMs: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export const MAINNET_ANCHOR_POLICY: AnchorPolicy = {
  enoughMs: 2 * SECOND_MS,
  enoughCalendars: 3,
  allMs: 10 * SECOND_MS,
  breakerPauseMs: 15 * SECOND_MS,
  confirmations: 6,
  firstPollMs: 30 * MINUTE_MS,
  maxPollMs: 2 * HOUR_MS,
  recheckMs: 10 * MINUTE_MS,
  overdueMs: 24 * HOUR_MS,
  giveUpMs: 14 * 24 * HOUR_MS,
  retryFailedMs: 24 * HOUR_MS,
};

/** A waiting submission is looked at again after a pause that grows by half each time. */
export function nextPollMs(policy: AnchorPolicy, polls: number): number {
  return Math.min(policy.maxPollMs, policy.firstPollMs * 1.5 ** Math.min(polls, 64));
}
