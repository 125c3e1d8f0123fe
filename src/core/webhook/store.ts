import type { Registry } from '../certificate/certificate.ts';
import type { SequencedEvent } from './envelope.ts';
import type { DisabledReason, WebhookOwner, WebhookSubscription } from './subscription.ts';

/** Names a subscription's deliveries. */
export interface LaneKey {
  readonly accountId: string;
  readonly subscriptionId: string;
}

/** succeeded and failed end a delivery; retrying does not. */
export type AttemptOutcome = 'succeeded' | 'retrying' | 'failed';

/** A line of the delivery log. Times are epoch ms. */
export interface DeliveryAttempt {
  /** `whd_` and a ULID. */
  readonly id: string;
  readonly subscriptionId: string;
  readonly sequence: number;
  /** From 1; a replay starts anew. */
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  readonly status: number | null;
  readonly error: string | null;
  readonly response: string;
  readonly url: string;
  readonly startedAt: number;
  readonly durationMs: number;
  /** When it is tried again; null when it is not. */
  readonly nextAt: number | null;
}

/** With its event, unless that is kept no more. */
export type LoggedAttempt = DeliveryAttempt & { readonly event: SequencedEvent | null };

export interface AttemptFilter {
  /** Only older ones than this attempt. */
  readonly before: string | null;
  readonly outcome: AttemptOutcome | null;
  readonly limit: number;
}

/** A subscription as its owner sees it. */
export interface OwnWebhook {
  readonly subscription: WebhookSubscription;
  /** Deliveries that failed for good, one after another. */
  readonly failures: number;
}

export interface WebhookReader {
  /** Oldest first. */
  list(accountId: string, contract: Registry): Promise<readonly OwnWebhook[]>;
  find(accountId: string, contract: Registry, id: string): Promise<OwnWebhook | null>;
  /** Newest first. */
  listAttempts(key: LaneKey, filter: AttemptFilter): Promise<readonly LoggedAttempt[]>;
  /** Of any subscription of the account under the contract. */
  findAttempt(accountId: string, contract: Registry, id: string): Promise<DeliveryAttempt | null>;
  /** What an owner's receivers are told, tests left out, in order, with the newest number of all. */
  listEvents(
    owner: WebhookOwner,
    contract: Registry,
    after: number,
    limit: number,
  ): Promise<{ readonly events: readonly SequencedEvent[]; readonly head: number }>;

  /** What the next call of `sequence`, and of `acquire`, would find. Cheap: idle workers ask all the time. */
  peek(nodeId: string, now: number): Promise<{ readonly isWaiting: boolean; readonly isReady: boolean }>;
  /** Numbers beyond the cursor that were attempted already, by whoever had the lane before. */
  readSettled(lanes: readonly (LaneKey & { readonly cursor: number })[]): Promise<readonly SettledLane[]>;
  /** Numbers of the next events of each lane, in order. */
  readNext(lanes: readonly NextDemand[]): Promise<{ readonly head: number; readonly lanes: readonly number[][] }>;
  /** The retries of each lane that are due first, or, where it is ordered, those with the lowest numbers. */
  readRetries(lanes: readonly RetryDemand[]): Promise<readonly (readonly DueRetry[])[]>;
  /** Those that are still kept, in any order. */
  findEvents(sequences: readonly number[]): Promise<readonly SequencedEvent[]>;
  /** What became of lanes that a worker has, where that is no longer what it knows; in any order. */
  readChanged(nodeId: string, lanes: readonly KnownLane[]): Promise<readonly ChangedLane[]>;
}

export interface SettledLane {
  readonly settled: readonly number[];
  /** Rows that wait to be tried again. */
  readonly retries: number;
}

export type NextDemand = LaneKey & { readonly after: number; readonly limit: number };
export type RetryDemand = LaneKey & { readonly isOrdered: boolean; readonly limit: number };

/** A lane as its worker knows it. */
export type KnownLane = LaneKey & {
  /** Of its subscription. */
  readonly updatedAt: number;
};

export type ChangedLane = LaneKey & {
  /** Null when it is disabled or gone, or the lane is another worker's. */
  readonly subscription: WebhookSubscription | null;
};

export interface DueRetry {
  readonly sequence: number;
  /** Made so far. */
  readonly attempts: number;
  readonly dueAt: number;
}

/** A lane that a worker took. */
export interface AcquiredLane {
  readonly subscription: WebhookSubscription;
  readonly cursor: number;
  readonly failures: number;
  /** It was this worker's all the time. */
  readonly isHeld: boolean;
}

/** What a worker has to write about a lane. */
export interface LaneCommit extends LaneKey {
  readonly cursor: number;
  readonly failures: number;
  readonly disable: Exclude<DisabledReason, 'owner'> | null;
}

export interface DeliveryCommit {
  readonly nodeId: string;
  readonly now: number;
  readonly leaseUntil: number;
  readonly lanes: readonly LaneCommit[];
  readonly attempts: readonly (LaneKey & DeliveryAttempt)[];
  readonly retries: readonly (LaneKey & DueRetry)[];
  /** Rows of retries that are done with, as they were sent: one with other `attempts` was asked for meanwhile. */
  readonly settled: readonly (LaneKey & Pick<DueRetry, 'sequence' | 'attempts'>)[];
}

/** Which events are to be sent once more. */
export type ReplayRange =
  | { readonly fromSequence: number; readonly toSequence: number }
  /** Those since then, epoch ms, whose newest attempt failed, or that were never tried, as far as the log goes back. */
  | { readonly failedSince: number };

export interface ReplayBounds {
  /** Epoch ms. */
  readonly now: number;
  /** Events at most. */
  readonly limit: number;
  /** Lines that the log of a subscription may have, see WebhookRetention: if it has so many, older ones may be gone. */
  readonly logLines: number;
}

export interface WebhookWriter {
  /** Locks its lane, then itself, until the transaction ends. */
  lock(accountId: string, contract: Registry, id: string): Promise<WebhookSubscription | null>;
  count(accountId: string, contract: Registry): Promise<number>;
  /** Events that have a number by now are none of its. */
  insert(subscription: WebhookSubscription): Promise<void>;
  save(subscription: WebhookSubscription): Promise<void>;
  /** Nothing that was published up to now is sent. Whoever has the lane loses it. */
  restart(key: LaneKey): Promise<void>;
  /** Nothing waits to be tried again. */
  dropRetries(key: LaneKey): Promise<void>;
  remove(key: LaneKey): Promise<void>;
  removeOfAccount(accountId: string): Promise<void>;
  /** Has an event sent once more, now, whatever came of it. */
  retryNow(key: LaneKey, sequence: number, now: number): Promise<void>;
  /**
   * The same for those of a range that its filter lets through, lowest numbers first, and none from before the
   * subscription; resolves with how many.
   */
  retryRange(key: LaneKey, range: ReplayRange, bounds: ReplayBounds): Promise<number>;

  /** Gives numbers to events that have none, in the order of their times, and wakes the lanes; resolves with how many. */
  sequence(now: number, limit: number): Promise<number>;
  /** Takes lanes that are ready, or whose worker is gone. Those that the worker has already are only woken. */
  acquire(lease: {
    readonly nodeId: string;
    readonly now: number;
    readonly leaseUntil: number;
    readonly limit: number;
  }): Promise<readonly AcquiredLane[]>;
  /** Writes what came of deliveries; of lanes that the worker has lost, nothing. Resolves with those that it still has. The same again changes nothing. */
  commit(commit: DeliveryCommit): Promise<readonly LaneKey[]>;
  /** Gives lanes back; they are ready again when a retry is due, or something happens. */
  release(nodeId: string, lanes: readonly (LaneKey & { readonly cursor: number })[]): Promise<void>;
  /** Gives back whatever a process of this name left behind. */
  releaseAll(nodeId: string, now: number): Promise<void>;

  /** Subscriptions whose owner is to be told that they were disabled; they are due again at `leaseUntil`. */
  claimNotices(now: number, leaseUntil: number, limit: number): Promise<readonly WebhookSubscription[]>;
  settleNotice(key: LaneKey): Promise<void>;

  /** Deletes at most `limit` events that are older than an epoch ms; resolves with how many. */
  pruneEvents(before: number, limit: number): Promise<number>;
  /** Deletes at most `limit` attempts of each subscription with an id below; resolves with how many. */
  pruneAttempts(belowId: string, limit: number): Promise<number>;
  /** Deletes at most `limit` of the oldest attempts of each subscription that has more than `keep`. */
  pruneSurplus(keep: number, limit: number): Promise<number>;
}
