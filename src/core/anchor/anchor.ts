import type { Clock, RandomBytes } from '../../base/clock.ts';
import { CodedError } from '../../base/coded-error.ts';
import { GroupCommit, GroupCommitError } from '../batch/group-commit.ts';
import type { PurseId } from '../meter/ledger.ts';
import type { Store } from '../store.ts';
import type { CalendarPool, Outcome } from './calendar-pool.ts';
import { chargePurses } from './charge.ts';
import type { AnchorPolicy } from './policy.ts';
import { type ComposedProof, ProofComposer } from './proof.ts';
import type { AnchorRequest, Receipt, Submission } from './receipt.ts';
import type { ReceiptState } from './receipt-state.ts';
import { buildRound, MAX_ROUND_RECEIPTS } from './round.ts';
import type { AnchorCounts, OwnedQuery, StoredReceipt } from './store.ts';
import { recordOutcome } from './submission.ts';

/** The second one, which is always full, is hashed and submitted while the first one is being committed. */
const MAX_ROUNDS_IN_FLIGHT = 2;
/** About a second of work at full rate; who comes after that is told to come again. */
const MAX_WAITING_RECEIPTS = 25_000;

/** Ids whose state is read by one query. */
const MAX_STATES_READ = 500;

export type AnchorErrorCode = 'calendars-unreachable' | 'anchor-overloaded' | 'shutting-down';
export class AnchorError extends CodedError<AnchorErrorCode> {}

/** A receipt as it was committed, with what each calendar answered. */
export interface Anchored {
  readonly receipt: Receipt;
  readonly submissions: readonly Submission[];
}

/** What came of requests that cost a credit each. */
export interface Charged {
  /** In the order of the requests; null for one that the purse had no credit for. */
  readonly anchored: readonly (Anchored | null)[];
  /** What is left in the purse. */
  readonly balance: number;
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
  /** The same, for one credit a receipt, which is taken if and only if the receipt is kept. */
  submitCharged(purse: PurseId, requests: readonly AnchorRequest[]): Promise<Charged>;
  find(id: string): Promise<StoredReceipt | null>;
  /** Much cheaper than `find`. */
  readState(id: string): Promise<ReceiptState | null>;
  listOwned(query: OwnedQuery): Promise<readonly StoredReceipt[]>;
  /** False when the account has no receipt with this id. */
  setPrivacy(accountId: string, id: string, isPrivate: boolean): Promise<boolean>;
  /** One proof file for each calendar that accepted the receipt's round. */
  composeProofs(stored: StoredReceipt): readonly ComposedProof[];
  counts(): Promise<AnchorCounts>;
  /** `overdue` is 0 for all when no counts are given. */
  calendars(counts: AnchorCounts | null): readonly CalendarHealth[];
  /** Stops taking requests; resolves when all that were taken have been answered and late answers are stored. */
  close(): Promise<void>;
}

interface Item {
  readonly request: AnchorRequest;
  readonly purse: PurseId | null;
}

interface Result {
  readonly anchored: Anchored | null;
  readonly balance: number;
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

  async function anchorRound(items: readonly Item[]): Promise<readonly Result[]> {
    const requests = items.map(({ request }) => request);
    const { round, receipts } = buildRound(requests, clock.now(), random);
    const { outcomes, late } = await pool.gather(round.root);
    if (!outcomes.some((outcome) => 'acceptance' in outcome)) {
      throw new AnchorError('calendars-unreachable', 'no calendar accepted the digest; nothing was recorded');
    }
    const submissions = outcomes.map((outcome) => record(outcome, round.id));
    const purses = items.map(({ purse }) => purse);
    const charges = await store.transact(async ({ anchor, ledger }) => {
      const charged = await chargePurses(ledger, purses, { reference: round.id, now: round.createdAt });
      const paid = receipts.filter((_, i) => charged[i]!.isPaid);
      if (paid.length > 0) await anchor.insertRound(round, paid, submissions);
      return charged;
    });
    if (charges.some(({ isPaid }) => isPaid)) for (const answer of late) keepLate(answer, round.id);
    return receipts.map((receipt, i) => {
      const { isPaid, balance } = charges[i]!;
      return { anchored: isPaid ? { receipt, submissions } : null, balance };
    });
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

  function addToRound(requests: readonly AnchorRequest[], purse: PurseId | null): Promise<readonly Result[]> {
    return rounds.add(requests.map((request) => ({ request, purse }))).catch(rethrowAsAnchorError);
  }

  // Who waits here has a request open, which bounds how many there are.
  const states = new GroupCommit(readStates, { maxGroup: MAX_STATES_READ, maxInFlight: 2, maxWaiting: Infinity });

  async function readStates(ids: readonly string[]): Promise<readonly (ReceiptState | null)[]> {
    const known = await store.anchor.readStates(ids);
    return ids.map((id) => known.get(id) ?? null);
  }

  return {
    submit: async (requests) => (await addToRound(requests, null)).map(({ anchored }) => anchored!),
    async submitCharged(purse, requests) {
      const results = await addToRound(requests, purse);
      return { anchored: results.map(({ anchored }) => anchored), balance: results.at(-1)?.balance ?? 0 };
    },
    find: (id) => store.anchor.findReceipt(id),
    readState: async (id) => (await states.add([id]))[0]!,
    listOwned: (query) => store.anchor.listOwned(query),
    setPrivacy: (accountId, id, isPrivate) =>
      store.transact(({ anchor }) => anchor.setPrivacy(accountId, id, isPrivate)),
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
