import type { Outcome } from './calendar-pool.ts';
import { type AnchorPolicy, nextPollMs } from './policy.ts';
import type { ScheduledSubmission } from './store.ts';

/** The record of what a calendar answered for a round, with the moments at which a worker takes it up again. */
export function recordOutcome(
  outcome: Outcome,
  { roundId, attempt, now, policy }: { roundId: string; attempt: number; now: number; policy: AnchorPolicy },
): ScheduledSubmission {
  const { calendar } = outcome;
  const common = { roundId, calendar: calendar.name, attempt, url: calendar.url, upgrade: null, block: null, polls: 0 };
  const dueAt = now + nextPollMs(policy, 0);
  if ('error' in outcome) {
    return {
      ...common,
      state: 'failed',
      error: outcome.error,
      acceptedAt: null,
      proof: null,
      commitment: null,
      lookupUri: null,
      dueAt,
      resubmitAt: null,
    };
  }
  return {
    ...common,
    ...outcome.acceptance,
    state: 'pending',
    error: null,
    acceptedAt: now,
    dueAt,
    // Ever more patience with each attempt, so that a calendar that never confirms is not fed one every day.
    resubmitAt: now + policy.overdueMs * 2 ** (attempt - 1),
  };
}
