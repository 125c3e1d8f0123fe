import type { Clock, RandomBytes } from '../../base/clock.ts';
import { CodedError } from '../../base/coded-error.ts';
import { GroupCommit, GroupCommitError } from '../batch/group-commit.ts';
import type { Store } from '../store.ts';
import type { CalendarPool, Outcome } from './calendar-pool.ts';
import type { AnchorPolicy } from './policy.ts';
import { type ComposedProof, ProofComposer } from './proof.ts';
import type { AnchorRequest, Receipt, Submission } from './receipt.ts';
import { buildRound, MAX_ROUND_RECEIPTS } from './round.ts';
import type { AnchorCounts, StoredReceipt } from './store.ts';
import { recordOutcome } from './submission.ts';

/** The second one, which is always full, is hashed and submitted while the first one is being committed. */
const MAX_ROUNDS_IN_FLIGHT = 2;
/** About a second of work at full rate; who comes after that is told to come again. */
const MAX_WAITING_RECEIPTS = 25_000;

export type AnchorErrorCode = 'calendars-unreachable' | 'anchor-overloaded' | 'shutting-down';
export class AnchorError extends CodedError<AnchorErrorCode> {}

/** A receipt as it was committed, with what each calendar answered. */
export interface Anchored {
  readonly receipt: Receipt;
  readonly submissions: readonly Submission[];
}

export interface CalendarHealth {
  readonly name: string;
  readonly url: string;
  readonly reachable: boolean;
  /** Rounds it accepted longer ago than it should take to confirm them. */
  readonly overdue: number;
}

export interface AnchorService {
  /** All requests of one call share a round. What is answered is durable. Errors: AnchorError, and then nothing is kept. */
  submit(requests: readonly AnchorRequest[]): Promise<readonly Anchored[]>;
  find(id: string): Promise<StoredReceipt | null>;
  /** One proof file for each calendar that accepted the receipt's round. */
  composeProofs(stored: StoredReceipt): readonly ComposedProof[];
  counts(): Promise<AnchorCounts>;
  /** `overdue` is 0 for all when no counts are given. */
  calendars(counts: AnchorCounts | null): readonly CalendarHealth[];
  /** Stops taking requests; resolves when all that were taken have been answered and late answers are stored. */
  close(): Promise<void>;
}

export function createAnchorService(parts: {
  store: Store;
  pool: CalendarPool;
  policy: AnchorPolicy;
  clock: Clock;
  random: RandomBytes;
  /** Told of a late answer that could not be stored; the calendar is asked again later, so nothing is lost. */
  onLateError: (error: unknown) => void;
}): AnchorService {
  const { store, pool, policy, clock, random } = parts;
  const composer = new ProofComposer();
  const lateAnswers = new Set<Promise<void>>();

  async function anchorRound(requests: readonly AnchorRequest[]): Promise<readonly Anchored[]> {
    const { round, receipts } = buildRound(requests, clock.now(), random);
    const { outcomes, late } = await pool.gather(round.root);
    if (!outcomes.some((outcome) => 'acceptance' in outcome)) {
      throw new AnchorError('calendars-unreachable', 'no calendar accepted the digest; nothing was recorded');
    }
    const submissions = outcomes.map((outcome) => record(outcome, round.id));
    await store.transact(({ anchor }) => anchor.insertRound(round, receipts, submissions));
    for (const answer of late) keepLate(answer, round.id);
    return receipts.map((receipt) => ({ receipt, submissions }));
  }

  function record(outcome: Outcome, roundId: string) {
    return recordOutcome(outcome, { roundId, attempt: 1, now: clock.now(), policy });
  }

  function keepLate(answer: Promise<Outcome>, roundId: string): void {
    const kept = answer
      .then(async (outcome) => {
        if ('error' in outcome) return;
        await store.transact(({ anchor }) => anchor.saveSubmission(record(outcome, roundId)));
      })
      .catch(parts.onLateError)
      .finally(() => lateAnswers.delete(kept));
    lateAnswers.add(kept);
  }

  const rounds = new GroupCommit(anchorRound, {
    maxGroup: MAX_ROUND_RECEIPTS,
    maxInFlight: MAX_ROUNDS_IN_FLIGHT,
    maxWaiting: MAX_WAITING_RECEIPTS,
  });

  return {
    submit: (requests) => rounds.add(requests).catch(rethrowAsAnchorError),
    find: (id) => store.anchor.findReceipt(id),
    composeProofs: (stored) => composer.composeAll(stored),
    counts: () => store.anchor.countAnchors(clock.now(), clock.now() - policy.overdueMs),
    calendars: (counts) =>
      pool.targets.map(({ name, url }) => ({
        name,
        url,
        reachable: pool.isReachable(name),
        overdue: counts?.overdue[name] ?? 0,
      })),
    async close() {
      await rounds.close();
      await Promise.all(lateAnswers);
    },
  };
}

function rethrowAsAnchorError(error: unknown): never {
  if (!(error instanceof GroupCommitError)) throw error;
  throw error.code === 'closed'
    ? new AnchorError('shutting-down', 'the server is shutting down', { cause: error })
    : new AnchorError('anchor-overloaded', 'too many digests are waiting already', { cause: error });
}
