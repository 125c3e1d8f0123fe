import type { AttestedBlock, Receipt, Round, Submission } from './receipt.ts';
import type { ReceiptState } from './receipt-state.ts';

/** A receipt together with the round and the submissions its proofs run through. */
export interface StoredReceipt {
  readonly receipt: Receipt;
  readonly round: Round;
  /** By calendar name, then attempt. */
  readonly submissions: readonly Submission[];
}

export interface AnchorCounts {
  readonly receipts: number;
  readonly lastDay: number;
  readonly lastWeek: number;
  readonly lastAnchorAt: number | null;
  /** Rounds that a calendar has accepted before `overdueBefore`, not confirmed, and is still asked about, by calendar. */
  readonly overdue: Readonly<Record<string, number>>;
}

/** A submission with everything a worker changes of it. Times are epoch ms; null means never. */
export interface ScheduledSubmission extends Submission {
  /** How often it was looked at since it entered its state. */
  readonly polls: number;
  /** When a worker looks at it next. */
  readonly dueAt: number | null;
  /** When the root is sent again, here and elsewhere, unless a block has been checked by then. */
  readonly resubmitAt: number | null;
}

/** A submission taken for work until its lease ends, with the root it is about. */
export interface ClaimedSubmission extends ScheduledSubmission {
  readonly root: Uint8Array;
}

/** Which of an account's receipts are asked for; null means any. */
export interface OwnedQuery {
  readonly accountId: string;
  /** Only those that come after this one, newest first. */
  readonly before: Pick<Receipt, 'createdAt' | 'id'> | null;
  /** What the digest starts with: up to 64 lower-case hex digits. */
  readonly digestPrefix: string | null;
  /** What occurs in the label, in whatever case. */
  readonly label: string | null;
  readonly isPrivate: boolean | null;
  readonly limit: number;
}

export interface AnchorReader {
  findReceipt(id: string): Promise<StoredReceipt | null>;
  /** What can still change of these receipts, by id; what does not exist is left out. */
  readStates(ids: readonly string[]): Promise<ReadonlyMap<string, ReceiptState>>;
  /** Newest first, then by id downwards. */
  listOwned(query: OwnedQuery): Promise<readonly StoredReceipt[]>;
  /** Everything that was sent to calendars for a round, by calendar and attempt. */
  listSubmissions(roundId: string): Promise<readonly Submission[]>;
  countAnchors(now: number, overdueBefore: number): Promise<AnchorCounts>;
  /** Blocks that confirmed submissions rest on, down to `depth` below the highest of them. */
  listConfirmedBlocks(depth: number): Promise<readonly BlockRef[]>;
  /** Receipts after `afterId` in id order, for checks that walk everything. */
  listReceipts(afterId: string, limit: number): Promise<readonly StoredReceipt[]>;
}

export interface AnchorWriter {
  insertRound(round: Round, receipts: readonly Receipt[], submissions: readonly ScheduledSubmission[]): Promise<void>;
  /** Inserts an attempt. One that is there already is replaced only while it is `failed`; a pruned round gets none. */
  saveSubmission(submission: ScheduledSubmission): Promise<void>;
  /** Takes submissions in `state` that are due, oldest first, and makes them due again at `leaseUntil`. */
  claimDue(state: Submission['state'], now: number, leaseUntil: number, limit: number): Promise<ClaimedSubmission[]>;
  /** Takes submissions that waited too long for Bitcoin, and puts them off to `leaseUntil`. */
  claimResubmissions(now: number, leaseUntil: number, limit: number): Promise<ClaimedSubmission[]>;
  /** Replaces what a worker changes of claimed submissions; one whose lease was lost meanwhile is left alone. */
  updateClaimed(submissions: readonly ScheduledSubmission[], leaseUntil: number): Promise<void>;
  /** The root was sent again; that is not done twice for one attempt. */
  clearResubmission(submission: Pick<Submission, 'roundId' | 'calendar' | 'attempt'>): Promise<void>;
  /** Turns every submission confirmed by this block back into a pending one. */
  unconfirmBlock(block: BlockRef, schedule: { dueAt: number; resubmitAt: number }): Promise<string[]>;
  /** Sets each round's status from its submissions; a round that stays pinned keeps its moment. */
  refreshRounds(roundIds: readonly string[], now: number): Promise<void>;
  /** False when the account has no receipt with this id. */
  setPrivacy(accountId: string, id: string, isPrivate: boolean): Promise<boolean>;
  /**
   * Deletes the anonymous receipts of up to `maxRounds` rounds made before `before`, and the rounds that are empty then.
   * Resolves with how many rounds were taken up.
   */
  pruneAnonymous(before: number, now: number, maxRounds: number): Promise<number>;
}

export type BlockRef = Pick<AttestedBlock, 'height' | 'hash'>;
