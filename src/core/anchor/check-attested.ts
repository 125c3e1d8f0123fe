import { equalBytes } from '../../base/bytes.ts';
import { CodedError } from '../../base/coded-error.ts';
import { mapConcurrently } from '../../base/concurrency.ts';
import { decodeTimestamp } from '../../proof/ots/codec.ts';
import { walkAttestations } from '../../proof/ots/timestamp.ts';
import type { ChainView } from './chain-view.ts';
import type { ScheduledSubmission } from './store.ts';
import { claimDue, postpone, recordLearnt, type WorkParts } from './work.ts';

const MAX_CONCURRENT_CHECKS = 32;
/** An attestation further above the tip than a source can sensibly be behind (two weeks) names no block. */
const FUTURE_BLOCKS_MAX = 2016;

/** Holds the attested submissions that are due against the chain. Resolves with how many were taken and confirmed. */
export async function checkAttested(parts: WorkParts, view: ChainView): Promise<{ taken: number; confirmed: number }> {
  const claims = await claimDue(parts, 'attested');
  const learnt = await mapConcurrently(claims, MAX_CONCURRENT_CHECKS, (claim) => checkSubmission(parts, claim, view));
  await recordLearnt(parts, claims, learnt);
  return { taken: claims.length, confirmed: learnt.filter(({ state }) => state === 'confirmed').length };
}

/** An attested submission as the chain makes it: confirmed, still waiting for blocks, or refuted and pending again. */
export async function checkSubmission(
  parts: Pick<WorkParts, 'clock' | 'policy'>,
  submission: ScheduledSubmission,
  view: ChainView,
): Promise<ScheduledSubmission> {
  const { clock, policy } = parts;
  const waiting = { ...submission, dueAt: clock.now() + policy.recheckMs };
  const heights = bitcoinAttestations(submission);
  let refuted: number | null = null;
  try {
    for (const { height, message } of heights) {
      const confirmations = view.tip.height - height + 1;
      if (confirmations >= policy.confirmations) {
        const found = await view.block(height);
        if (found === null) return waiting;
        if (equalBytes(found.merkleRoot, message)) {
          return { ...submission, state: 'confirmed', error: null, block: found.block, dueAt: null, resubmitAt: null };
        }
      } else if (-confirmations < FUTURE_BLOCKS_MAX) return waiting;
      refuted = height;
    }
  } catch (error) {
    // A source in trouble says nothing about this submission; the next pass asks again.
    if (!(error instanceof CodedError)) throw error;
    return { ...waiting, error: error.message };
  }
  return postpone(parts, submission, `the proof does not lead to the Merkle root of block ${refuted}`);
}

function bitcoinAttestations({ upgrade, commitment }: ScheduledSubmission): { height: number; message: Uint8Array }[] {
  return [...walkAttestations(decodeTimestamp(upgrade!, commitment!))].flatMap(({ message, attestation }) =>
    attestation.type === 'bitcoin' ? [{ height: attestation.height, message }] : [],
  );
}
