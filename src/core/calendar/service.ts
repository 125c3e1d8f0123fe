import { concatBytes } from '../../base/bytes.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import type { Store } from '../store.ts';
import { createAggregator } from './aggregator.ts';
import { coveredFrom } from './coverage.ts';
import { CalendarError } from './error.ts';
import type { Journal } from './journal.ts';
import type { StampPolicy } from './policy.ts';
import { createRangeTrees } from './range-tree.ts';
import { nextStampAt } from './stamper.ts';
import type { FoundCommitment, StamperCondition, StampSummary } from './store.ts';
import { STAMP_VBYTES } from './wallet.ts';

/** Stamps a status shows. */
const STATUS_STAMPS = 20;

/** How old the answer to "can it anchor at present?" may be. */
const CONDITION_AGE_MS = 1_000;

/** Txids are in internal byte order. */
export type CalendarLookup =
  /** `proof`: the canonical serialisation of the timestamp from the commitment to the Bitcoin attestation. */
  | { readonly state: 'published'; readonly proof: Uint8Array }
  /** In a transaction that was in a block; `needed` confirmations make it published. */
  | { readonly state: 'mined'; readonly txid: Uint8Array; readonly needed: number }
  | { readonly state: 'pending' }
  | { readonly state: 'unknown' };

/** Times are epoch ms, amounts satoshi, hashes in internal byte order. */
export interface CalendarStatus {
  readonly name: string;
  readonly uri: string;
  readonly network: string;
  readonly address: string;
  /** Coins in blocks, not spent in blocks. */
  readonly balanceSats: number;
  readonly lastPosition: number;
  /** Commitments that are not in a block. */
  readonly pendingCommitments: number;
  /** When the next stamp is opened at the earliest; null while one is waiting for its block or nothing is queued. */
  readonly nextStampAt: number | null;
  readonly best: { readonly height: number; readonly hash: Uint8Array } | null;
  readonly minConfirmations: number;
  readonly condition: StamperCondition | null;
  readonly conditionSince: number | null;
  /** The newest stamps, newest first. */
  readonly stamps: readonly StampStatus[];
}

export interface StampStatus extends Omit<StampSummary, 'tail'> {
  readonly confirmations: number;
  /** sat/vB. */
  readonly feeRate: number;
}

/** A calendar as its protocol shows it. */
export interface CalendarService {
  /** The address that pending attestations name. */
  readonly uri: string;
  /** See `Aggregator.submit`; besides, errors with `anchoring-down` where that is configured. */
  submit(digest: Uint8Array): Promise<Uint8Array>;
  lookup(commitment: Uint8Array): Promise<CalendarLookup>;
  /** The tip (32 bytes) that the newest unconfirmed transaction commits to, null when there is none. */
  tip(): Promise<Uint8Array | null>;
  status(): Promise<CalendarStatus>;
  /** See `Aggregator.drain`. */
  drain(): Promise<void>;
}

export interface CalendarOptions {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** The address that pending attestations name. */
  readonly uri: string;
  readonly store: Store;
  readonly journal: Journal;
  /** 32 secret bytes. */
  readonly hmacKey: Uint8Array;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly wallet: { readonly network: string; readonly address: string };
  readonly policy: Pick<StampPolicy, 'minConfirmations' | 'minIntervalMs'>;
  /** Refuse digests once the stamper has been hindered for this long; null: queue them for as long as it takes. */
  readonly refuseAfterMs: number | null;
}

/** Registers the calendar in the store, if it is new, and opens it. */
export async function openCalendar(options: CalendarOptions): Promise<CalendarService> {
  const { name, uri, store, clock, wallet, policy, refuseAfterMs } = options;
  await store.transact(({ calendar }) => calendar.registerCalendar(name, uri));
  const aggregator = createAggregator(options);
  const trees = createRangeTrees(store.calendar, name);
  let anchoring = { until: 0, answer: Promise.resolve(true) };

  async function canAnchor(afterMs: number): Promise<boolean> {
    const state = await store.calendar.readStamper(name);
    return !state || state.conditionSince === null || clock.now() - state.conditionSince < afterMs;
  }

  return {
    uri,

    async submit(digest) {
      if (refuseAfterMs !== null) {
        const now = clock.now();
        if (now >= anchoring.until) anchoring = { until: now + CONDITION_AGE_MS, answer: canAnchor(refuseAfterMs) };
        if (!(await anchoring.answer)) throw new CalendarError('anchoring-down', 'no transaction reaches Bitcoin');
      }
      return aggregator.submit(digest);
    },

    async lookup(commitment) {
      const found = await store.calendar.findCommitment(name, commitment);
      if (!found) return { state: 'unknown' };
      const { stamp, position } = found;
      if (stamp?.tail == null) return { state: 'pending' };
      if (confirmations(stamp, found.bestHeight) < policy.minConfirmations) {
        return { state: 'mined', txid: stamp.txid, needed: policy.minConfirmations };
      }
      const path = await trees.path(stamp.fromPosition, stamp.toPosition, position);
      return { state: 'published', proof: concatBytes(path, stamp.tail) };
    },

    async tip() {
      const [newest] = await store.calendar.listStamps(name, 1);
      return newest && newest.minedHeight === null && !newest.abandoned ? newest.tip : null;
    },

    async status() {
      const [state, stamps, coins, recent] = await Promise.all([
        store.calendar.readStamper(name),
        store.calendar.listUnsettledStamps(name),
        store.calendar.listCoins(name),
        store.calendar.listStamps(name, STATUS_STAMPS),
      ]);
      if (!state) throw new Error(`no calendar named ${name} is registered`);
      const mined = stamps.filter(({ minedHeight }) => minedHeight !== null);
      const isWaiting = stamps.some(({ minedHeight, abandoned }) => minedHeight === null && !abandoned);
      const pendingCommitments = state.lastPosition - coveredFrom(state.settledPosition, mined);
      return {
        name,
        uri,
        network: wallet.network,
        address: wallet.address,
        balanceSats: coins
          .filter(({ minedHeight, spentHeight }) => minedHeight !== null && spentHeight === null)
          .reduce((sum, { valueSats }) => sum + valueSats, 0),
        lastPosition: state.lastPosition,
        pendingCommitments,
        nextStampAt:
          isWaiting || pendingCommitments === 0
            ? null
            : Math.max(clock.now(), nextStampAt(stamps, policy.minIntervalMs)),
        best: state.best,
        minConfirmations: policy.minConfirmations,
        condition: state.condition,
        conditionSince: state.conditionSince,
        stamps: recent.map(({ tail, ...stamp }) => ({
          ...stamp,
          confirmations: confirmations(stamp, state.best?.height ?? null),
          feeRate: stamp.feeSats / STAMP_VBYTES,
        })),
      };
    },

    drain: aggregator.drain,
  };
}

function confirmations(
  { minedHeight }: { readonly minedHeight: number | null },
  bestHeight: FoundCommitment['bestHeight'],
): number {
  return minedHeight === null || bestHeight === null ? 0 : bestHeight - minedHeight + 1;
}
