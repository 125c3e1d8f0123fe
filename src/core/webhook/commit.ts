import type { Lane, LaneItem } from './lane.ts';
import type { DeliveryAttempt, DeliveryCommit, DueRetry, LaneCommit, LaneKey } from './store.ts';

/** What is to be written of a lane; without a delivery, that its worker still lives. */
export interface Result {
  readonly lane: Lane;
  readonly delivery: {
    readonly item: LaneItem;
    readonly attempt: DeliveryAttempt;
    readonly isGone: boolean;
  } | null;
}

/** Puts results of many lanes together for the store, and settles them in their lanes. */
export function composeCommit(
  results: readonly Result[],
  lease: Pick<DeliveryCommit, 'nodeId' | 'now' | 'leaseUntil'>,
  /** Deliveries that fail one after another, until a subscription is disabled. */
  disableAfter: number,
): DeliveryCommit {
  const attempts: (LaneKey & DeliveryAttempt)[] = [];
  const retries: (LaneKey & DueRetry)[] = [];
  const settled: (LaneKey & Pick<DueRetry, 'sequence' | 'attempts'>)[] = [];
  const disables = new Map<Lane, LaneCommit['disable']>();
  for (const { lane, delivery } of results) {
    disables.set(lane, disables.get(lane) ?? null);
    if (delivery === null) continue;
    const { item, attempt, isGone } = delivery;
    const { sequence, isTest } = item.event;
    lane.settle(item);
    attempts.push({ ...lane.key, ...attempt });
    if (attempt.nextAt !== null) {
      retries.push({ ...lane.key, sequence, attempts: attempt.attempt, dueAt: attempt.nextAt });
      continue;
    }
    if (item.isRetry) settled.push({ ...lane.key, sequence, attempts: item.attempts });
    if (attempt.outcome === 'succeeded') lane.failures = 0;
    else if (!isTest) lane.failures++;
    if (isGone) disables.set(lane, 'gone');
    else if (lane.failures >= disableAfter) disables.set(lane, disables.get(lane) ?? 'failures');
  }
  const lanes = [...disables].map(
    ([lane, disable]): LaneCommit => ({ ...lane.key, cursor: lane.cursor, failures: lane.failures, disable }),
  );
  return { ...lease, lanes, attempts, retries, settled };
}
