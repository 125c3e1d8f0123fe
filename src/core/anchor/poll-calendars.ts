import { CodedError } from '../../base/coded-error.ts';
import { mapConcurrently } from '../../base/concurrency.ts';
import { decodeTimestamp, encodeTimestamp } from '../../proof/ots/codec.ts';
import { graft, NODES_DEPTH_MAX, timestampDepth, walkAttestations } from '../../proof/ots/timestamp.ts';
import type { ChainView } from './chain-view.ts';
import { checkSubmission } from './check-attested.ts';
import { HEAD_NODES_MAX } from './round.ts';
import type { ClaimedSubmission, ScheduledSubmission } from './store.ts';
import { claimDue, postpone, recordLearnt, type WorkParts } from './work.ts';

/** Requests under way to calendars at once. */
const MAX_CONCURRENT_LOOKUPS = 32;

/**
 * Asks calendars about the pending submissions that are due; what they hand out is checked at once when the chain can
 * be seen. Resolves with how many were taken, upgraded and confirmed.
 */
export async function pollCalendars(
  parts: WorkParts,
  view: ChainView | null,
  signal: AbortSignal,
): Promise<{ taken: number; upgraded: number; confirmed: number }> {
  const claims = await claimDue(parts, 'pending');
  const learnt = await mapConcurrently(claims, MAX_CONCURRENT_LOOKUPS, async (claim) => {
    // Being told to stop is no failure of the calendar's: the next worker asks at once.
    if (signal.aborted) return { ...claim, dueAt: parts.clock.now() };
    const polled = await poll(parts, claim, signal);
    return polled.state === 'attested' && view !== null ? checkSubmission(parts, polled, view) : polled;
  });
  await recordLearnt(parts, claims, learnt);
  return {
    taken: claims.length,
    upgraded: learnt.filter(({ state }) => state !== 'pending').length,
    confirmed: learnt.filter(({ state }) => state === 'confirmed').length,
  };
}

async function poll(parts: WorkParts, claim: ClaimedSubmission, signal: AbortSignal): Promise<ScheduledSubmission> {
  const { pool, client, clock } = parts;
  // The list may have changed since the proof came in: what is not in it now is not asked.
  if (!pool.isAllowed(claim.lookupUri!)) return postpone(parts, claim, 'its calendar is no longer configured');
  try {
    const answer = await client.lookup(claim.lookupUri!, claim.commitment!, signal);
    if (!answer.found) return postpone(parts, claim, answer.reason);
    const upgrade = decodeTimestamp(answer.proof, claim.commitment!);
    if (![...walkAttestations(upgrade)].some(({ attestation }) => attestation.type === 'bitcoin')) {
      return postpone(parts, claim, 'the calendar answered without a Bitcoin attestation');
    }
    const whole = graft(decodeTimestamp(claim.proof!, claim.root), claim.commitment!, upgrade);
    if (timestampDepth(whole) + HEAD_NODES_MAX > NODES_DEPTH_MAX) {
      return postpone(parts, claim, 'the calendar answered with a proof too deep for any file');
    }
    return {
      ...claim,
      state: 'attested',
      error: null,
      upgrade: encodeTimestamp(upgrade),
      polls: 0,
      dueAt: clock.now(),
    };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return signal.aborted ? { ...claim, dueAt: clock.now() } : postpone(parts, claim, error.message);
  }
}
