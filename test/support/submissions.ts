import type { ScheduledSubmission } from '../../src/core/anchor/store.ts';

/** A submission of a round that a calendar has accepted at `now`, and that is due. */
export function acceptedSubmission(
  round: { readonly id: string; readonly root: Uint8Array },
  calendar: string,
  now: number,
  accepted: Partial<ScheduledSubmission> = {},
): ScheduledSubmission {
  return {
    roundId: round.id,
    calendar,
    attempt: 1,
    url: 'https://calendar.example.org',
    state: 'pending',
    error: null,
    acceptedAt: now,
    proof: Uint8Array.of(1),
    commitment: round.root,
    lookupUri: 'https://calendar.example.org',
    upgrade: null,
    block: null,
    polls: 0,
    dueAt: now,
    resubmitAt: null,
    ...accepted,
  };
}
