import type { Clock } from '../../base/clock.ts';
import { GroupCommit } from '../batch/group-commit.ts';
import type { Store } from '../store.ts';
import { composeCommit, type Result } from './commit.ts';
import type { Lane } from './lane.ts';
import { nameLane } from './lane-key.ts';
import type { DeliveryCommit } from './store.ts';

export interface ResultWriter {
  /** Resolves when they are written, or given up. */
  add(results: readonly Result[]): Promise<unknown>;
  /** Waits for what was added. */
  close(): Promise<void>;
}

const MAX_COMMIT = 1_000;
const ERROR_PAUSE_MS = 1_000;

/** Writes results of all lanes together, in the order in which they came. */
export function createResultWriter(parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly disableAfter: number;
  /** Once it is aborted, what cannot be written is given up. */
  readonly stopping: AbortSignal;
  readonly leaseFromNow: () => Pick<DeliveryCommit, 'nodeId' | 'now' | 'leaseUntil'>;
  /** Called for a lane that is this process's no more. */
  readonly drop: (lane: Lane) => void;
  readonly onError: (error: unknown) => void;
}): ResultWriter {
  const { store, clock, disableAfter, stopping, leaseFromNow, drop, onError } = parts;

  /** Tries until they are written: nobody else knows them. */
  async function writeGroup(group: readonly Result[]): Promise<readonly null[]> {
    const results = group.filter(({ lane }) => !lane.isLost);
    const held = new Set(results.map(({ lane }) => lane));
    const commit = composeCommit(results, leaseFromNow(), disableAfter);
    for (;;) {
      try {
        await write(commit, held);
        break;
      } catch (error) {
        onError(error);
        if (stopping.aborted) {
          // Whoever has the lanes next sends these once more.
          for (const lane of held) drop(lane);
          break;
        }
        await clock.sleep(ERROR_PAUSE_MS, stopping);
      }
    }
    for (const { lane, delivery } of group) if (delivery !== null) lane.written(delivery.item);
    return group.map(() => null);
  }

  async function write(commit: DeliveryCommit, held: Iterable<Lane>): Promise<void> {
    const kept = await store.transact(({ webhook }) => webhook.commit(commit));
    const names = new Set(kept.map(nameLane));
    for (const lane of held) {
      if (names.has(nameLane(lane.key))) lane.renewedAt = commit.now;
      else drop(lane);
    }
  }

  return new GroupCommit<Result, null>(writeGroup, {
    maxGroup: MAX_COMMIT,
    maxInFlight: 1,
    maxWaiting: Number.MAX_SAFE_INTEGER,
  });
}
