import { mapConcurrently } from '../../base/concurrency.ts';
import { nextPollMs } from './policy.ts';
import type { ClaimedSubmission } from './store.ts';
import { recordOutcome } from './submission.ts';
import { CLAIM_LIMIT, claimDue, type WorkParts } from './work.ts';

const MAX_CONCURRENT_SUBMISSIONS = 16;

/** Gives rounds to the calendars that did not accept them at first. One claim a pass, so that it holds up nothing else. */
export async function retryFailed(parts: WorkParts, signal: AbortSignal): Promise<void> {
  const { store, policy, clock } = parts;
  const claims = await claimDue(parts, 'failed');
  await mapConcurrently(claims, MAX_CONCURRENT_SUBMISSIONS, async (claim) => {
    if (signal.aborted || (await submitAgain(parts, claim, claim.calendar, claim.attempt))) return;
    const polls = claim.polls + 1;
    const isGivenUp = polls * policy.maxPollMs > policy.retryFailedMs;
    const dueAt = isGivenUp ? null : clock.now() + nextPollMs(policy, polls);
    await store.transact(({ anchor }) => anchor.updateClaimed([{ ...claim, polls, dueAt }], claim.dueAt!));
  });
}

/**
 * A calendar accepted a round and never confirmed it: the root goes to that calendar once more, and to every calendar
 * that lacks it. What nobody takes is tried again later. Resolves with how many rounds were taken up.
 */
export async function resubmitOverdue(parts: WorkParts, signal: AbortSignal): Promise<number> {
  const { store, clock, policy } = parts;
  const now = clock.now();
  const claims = await store.transact(({ anchor }) =>
    anchor.claimResubmissions(now, now + policy.maxPollMs, CLAIM_LIMIT),
  );
  await mapConcurrently(claims, MAX_CONCURRENT_SUBMISSIONS, async (claim) => {
    if (signal.aborted) return;
    const { isPinned, targets } = await chooseTargets(parts, claim);
    const accepted = await Promise.all(targets.map(({ name, attempt }) => submitAgain(parts, claim, name, attempt)));
    if (isPinned || accepted.includes(true)) await store.transact(({ anchor }) => anchor.clearResubmission(claim));
  });
  return claims.length;
}

async function chooseTargets(
  { store, pool }: WorkParts,
  claim: ClaimedSubmission,
): Promise<{ isPinned: boolean; targets: { name: string; attempt: number }[] }> {
  const held = await store.anchor.listSubmissions(claim.roundId);
  if (held.some(({ state }) => state === 'confirmed')) return { isPinned: true, targets: [] };
  const targets = pool.targets.flatMap(({ name }) => {
    const attempts = held.filter(({ calendar, state }) => calendar === name && state !== 'failed');
    if (attempts.length === 0) return [{ name, attempt: 1 }];
    const isLatest = attempts.every(({ attempt }) => attempt <= claim.attempt);
    return name === claim.calendar && isLatest ? [{ name, attempt: claim.attempt + 1 }] : [];
  });
  return { isPinned: false, targets };
}

/** Whether the calendar accepted and that is recorded. */
async function submitAgain(
  { store, pool, policy, clock }: WorkParts,
  claim: ClaimedSubmission,
  name: string,
  attempt: number,
): Promise<boolean> {
  const calendar = pool.targets.find((target) => target.name === name);
  if (calendar === undefined) return false;
  const outcome = await pool.submit(calendar, claim.root);
  if ('error' in outcome) return false;
  const record = recordOutcome(outcome, { roundId: claim.roundId, attempt, now: clock.now(), policy });
  await store.transact(({ anchor }) => anchor.saveSubmission(record));
  return true;
}
