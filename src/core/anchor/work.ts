import type { Clock } from '../../base/clock.ts';
import type { ChainReader } from '../chain.ts';
import type { Store } from '../store.ts';
import type { CalendarClient } from './calendar-client.ts';
import type { CalendarPool } from './calendar-pool.ts';
import { type AnchorPolicy, nextPollMs } from './policy.ts';
import type { ClaimedSubmission, ScheduledSubmission } from './store.ts';

/** What the steps of the upgrade worker work with. */
export interface WorkParts {
  readonly store: Store;
  readonly pool: CalendarPool;
  readonly client: CalendarClient;
  readonly chain: ChainReader;
  readonly policy: AnchorPolicy;
  readonly clock: Clock;
}

/** Submissions taken at a time; what is learnt about them is written in one transaction. */
export const CLAIM_LIMIT = 256;
/** Longer than a claim can take when every request times out; a worker that dies gives its claim back after this. */
const LEASE_MS = 180_000;

export function claimDue(
  { store, clock }: WorkParts,
  state: ClaimedSubmission['state'],
): Promise<readonly ClaimedSubmission[]> {
  const now = clock.now();
  return store.transact(({ anchor }) => anchor.claimDue(state, now, now + LEASE_MS, CLAIM_LIMIT));
}

/** Writes what was learnt about a claim, and the status of the rounds it touches, in one transaction. */
export async function recordLearnt(
  { store, clock }: WorkParts,
  claims: readonly ClaimedSubmission[],
  learnt: readonly ScheduledSubmission[],
): Promise<void> {
  if (learnt.length === 0) return;
  const rounds = learnt.filter(({ state }, i) => state !== claims[i]!.state).map(({ roundId }) => roundId);
  await store.transact(async ({ anchor }) => {
    await anchor.updateClaimed(learnt, claims[0]!.dueAt!);
    await anchor.refreshRounds([...new Set(rounds)], clock.now());
  });
}

/** Still, or again, waiting for its calendar; looked at ever less often, and no more once it is given up. */
export function postpone(
  { clock, policy }: Pick<WorkParts, 'clock' | 'policy'>,
  submission: ScheduledSubmission,
  error: string,
): ScheduledSubmission {
  const now = clock.now();
  const isGivenUp = now - (submission.acceptedAt ?? now) > policy.giveUpMs;
  const dueAt = isGivenUp ? null : now + nextPollMs(policy, submission.polls);
  return { ...submission, state: 'pending', error, upgrade: null, polls: submission.polls + 1, dueAt };
}

/** Repeats a step until it took less than a full claim, or the work is to stop. */
export async function drain(signal: AbortSignal, step: () => Promise<number>): Promise<void> {
  while (!signal.aborted && (await step()) === CLAIM_LIMIT);
}
