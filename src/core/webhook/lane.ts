import type { SequencedEvent } from './envelope.ts';
import { keyOf } from './lane-key.ts';
import type { AcquiredLane, DueRetry, LaneKey, SettledLane } from './store.ts';
import type { WebhookSubscription } from './subscription.ts';

/** An event as it is sent to every subscription of its contract. */
export interface PreparedEvent extends SequencedEvent {
  readonly body: Uint8Array;
}

/** One event for one receiver. */
export interface LaneItem {
  readonly event: PreparedEvent;
  /** Made so far. */
  readonly attempts: number;
  /** Whether it has a row among the retries. */
  readonly isRetry: boolean;
  /** Epoch ms. */
  readonly dueAt: number;
}

/** A receiver that nothing is known of gets so many requests at once; each quick success allows one more. */
const START_CONCURRENCY = 4;
/** A request that is on its way costs memory on both sides; a receiver that answers within 30 ms gets 1,000 a second. */
const MAX_CONCURRENCY = 32;
/** A slower success is none that more requests at once would make better. */
const QUICK_MS = 2_000;
/** Failed attempts one after another after which nothing is sent for a while. */
const BREAKER_AFTER = 5;
const MAX_PAUSE_MS = 5 * 60_000;
/** Events ahead of the first that is not settled: what one slow answer may keep in memory. */
const WINDOW = 5_000;
const MAX_READ = 256;
/** Rows of one subscription that wait to be tried again; beyond them events wait in the outbox, which costs nothing. */
const MAX_RETRIES = 10_000;
/** A lane is kept so long after its last event, so that a steady trickle does not take and give it back each time. */
const LINGER_MS = 2_000;

/**
 * What one worker knows of a subscription while it has it: what to send next, how much at once, and up to where
 * everything is settled. No clock and no I/O.
 */
export class Lane {
  readonly key: LaneKey;
  subscription: WebhookSubscription;
  failures: number;
  /** Changes of its subscription that this process has made, and how many of them `subscription` has. */
  changesMade = 0;
  changesRead = 0;
  /** Another worker has it, or it is gone. */
  isLost = false;
  renewedAt: number;

  /** New events that were read and are not settled, in order. */
  readonly #open = new Set<number>();
  readonly #fresh: LaneItem[] = [];
  #retries: LaneItem[] = [];
  /** Numbers of retries that are in memory and whose row may be as it was. */
  readonly #heldRetries = new Set<number>();
  #readTo: number;
  /** Beyond the cursor, but settled by whoever had the lane before. */
  readonly #settledBefore: ReadonlySet<number>;
  #mayHaveNew = true;
  #retryCount: number;
  #nextRetryAt = Number.NEGATIVE_INFINITY;
  #inFlight = 0;
  /** Results that are not written. */
  #unwritten = 0;
  /** Goes up when rows of retries change. */
  #version = 0;
  #concurrency = START_CONCURRENCY;
  #failedInRow = 0;
  #pausedUntil = 0;
  #pauseMs = 0;
  #activeAt: number;
  readonly #firstPauseMs: number;

  constructor(acquired: AcquiredLane, state: SettledLane & { readonly firstPauseMs: number; readonly now: number }) {
    const { subscription, cursor, failures } = acquired;
    this.key = keyOf(subscription);
    this.subscription = subscription;
    this.failures = failures;
    this.#readTo = cursor;
    this.#retryCount = state.retries;
    this.#settledBefore = new Set(state.settled);
    this.#firstPauseMs = state.firstPauseMs;
    this.#activeAt = state.now;
    this.renewedAt = state.now;
  }

  /** Everything up to this is settled, or has a row among the retries. */
  get cursor(): number {
    const [first] = this.#open;
    return first === undefined ? this.#readTo : first - 1;
  }

  get readTo(): number {
    return this.#readTo;
  }

  /** Nothing is sent until its subscription was read again. */
  get isStale(): boolean {
    return this.changesRead < this.changesMade;
  }

  get heldRetries(): number {
    return this.#heldRetries.size;
  }

  get version(): number {
    return this.#version;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** There may be more of everything. */
  wake(now: number): void {
    this.#mayHaveNew = true;
    this.#nextRetryAt = Number.NEGATIVE_INFINITY;
    this.#activeAt = now;
  }

  /** How many new events to read; 0: none are wanted. */
  wantsNew(now: number): number {
    if (!this.#mayHaveNew || this.#isBlocked() || this.#retryCount >= MAX_RETRIES) return 0;
    if (this.#open.size >= WINDOW) return 0;
    const isPaused = now < this.#pausedUntil;
    const wanted = isPaused ? 1 : Math.min(MAX_READ, this.#concurrency * 8);
    return this.#fresh.length * 2 > wanted || (isPaused && this.#fresh.length > 0) ? 0 : wanted;
  }

  wantsRetries(now: number): number {
    if (this.#retries.length > 0 || now < this.#nextRetryAt || this.#isBroken(now)) return 0;
    if (!this.subscription.isOrdered) return this.#concurrency * 2;
    // Another one may only be known when the one before it has its row, or has none.
    return this.#inFlight > 0 || this.#unwritten > 0 ? 0 : 1;
  }

  /** Takes in new events; `head` is the newest number there was when they were read, `limit` how many were asked for. */
  addNew(events: readonly PreparedEvent[], read: { numbers: readonly number[]; head: number; limit: number }): void {
    const isAll = read.numbers.length < read.limit;
    this.#readTo = Math.max(this.#readTo, isAll ? read.head : read.numbers.at(-1)!);
    if (isAll) this.#mayHaveNew = false;
    for (const event of events) {
      if (this.#settledBefore.has(event.sequence)) continue;
      this.#open.add(event.sequence);
      this.#fresh.push({ event, attempts: 0, isRetry: false, dueAt: 0 });
    }
  }

  /** Which of the rows are news. */
  unknownRetries(rows: readonly DueRetry[]): readonly DueRetry[] {
    return rows.filter(({ sequence }) => !this.#heldRetries.has(sequence));
  }

  /** Takes in rows of retries; `version` is what it was when they were asked for. */
  addRetries(
    rows: readonly (DueRetry & { readonly event: PreparedEvent })[],
    read: { readonly isAll: boolean; readonly version: number; readonly now: number },
  ): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { event, attempts, dueAt } of rows) {
      if (dueAt > read.now) {
        next = Math.min(next, dueAt);
        continue;
      }
      this.#heldRetries.add(event.sequence);
      this.#retries.push({ event, attempts, isRetry: true, dueAt });
    }
    this.#retryCount = Math.max(this.#retryCount, this.#heldRetries.size);
    // More of them: asked for again when these are under way.
    if (!read.isAll && next === Number.POSITIVE_INFINITY) next = read.now;
    if (read.version !== this.#version) {
      this.#nextRetryAt = Math.min(this.#nextRetryAt, next);
      return;
    }
    this.#nextRetryAt = next;
    if (read.isAll) this.#retryCount = rows.length + this.#heldRetries.size;
  }

  /** What may be sent now, or null. It counts as under way. */
  takeNext(now: number): LaneItem | null {
    const item = this.#pick(now);
    if (item === null) return null;
    this.#inFlight++;
    this.#activeAt = now;
    return item;
  }

  #pick(now: number): LaneItem | null {
    if (this.isLost || this.isStale || this.#inFlight >= (this.subscription.isOrdered ? 1 : this.#concurrency))
      return null;
    if (this.#isBroken(now)) return null;
    // A pause that the receiver asked for is for new events; what is due goes on, one at a time.
    const isPaused = now < this.#pausedUntil;
    if (this.#retries.length > 0 && !(isPaused && this.#inFlight > 0)) return this.#retries.shift()!;
    if (isPaused || this.#isBlocked()) return null;
    return this.#fresh.shift() ?? null;
  }

  /** Whether what comes next has to wait for one that failed. */
  #isBlocked(): boolean {
    return this.subscription.isOrdered && this.#retryCount > 0;
  }

  /** Whether the breaker is open. The first attempt after it shows whether the receiver is back. */
  #isBroken(now: number): boolean {
    return this.#failedInRow >= BREAKER_AFTER && now < this.#pausedUntil;
  }

  /** An attempt has ended; what came of it is about to be written. */
  finish(
    item: LaneItem,
    result: {
      readonly isSuccess: boolean;
      /** Null: the delivery has ended. */
      readonly nextAt: number | null;
      readonly tookMs: number;
      readonly retryAfterMs: number | null;
      readonly now: number;
    },
  ): void {
    const { isSuccess, nextAt, now } = result;
    this.#inFlight--;
    this.#unwritten++;
    this.#version++;
    this.#activeAt = now;
    if (nextAt !== null) this.#nextRetryAt = Math.min(this.#nextRetryAt, nextAt);
    if (nextAt !== null && !item.isRetry) this.#retryCount++;
    if (nextAt === null && item.isRetry) this.#retryCount--;
    if (isSuccess) {
      this.#failedInRow = 0;
      this.#pausedUntil = 0;
      this.#pauseMs = 0;
      if (result.tookMs < QUICK_MS) this.#concurrency = Math.min(MAX_CONCURRENCY, this.#concurrency + 1);
      return;
    }
    this.#failedInRow++;
    this.#concurrency = Math.max(1, this.#concurrency >> 1);
    const asked = Math.min(result.retryAfterMs ?? 0, MAX_PAUSE_MS);
    if (this.#failedInRow >= BREAKER_AFTER) {
      this.#pauseMs = Math.min(Math.max(this.#firstPauseMs, this.#pauseMs * 2), MAX_PAUSE_MS);
    }
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.max(asked, this.#pauseMs));
  }

  /** From now on `cursor` counts it in; called when its result is about to be written. */
  settle({ event, isRetry }: LaneItem): void {
    if (!isRetry) this.#open.delete(event.sequence);
  }

  /** Its result is written. */
  written({ event, isRetry }: LaneItem): void {
    this.#unwritten--;
    this.#version++;
    if (!isRetry) return;
    this.#heldRetries.delete(event.sequence);
    // Its row may have become a replay, which was left out while the attempt was under way.
    this.#nextRetryAt = Number.NEGATIVE_INFINITY;
  }

  /** Whether nothing is under way, and nothing is lost by giving it back. */
  isIdle(now: number): boolean {
    if (this.#inFlight > 0 || this.#unwritten > 0 || now < this.#activeAt + LINGER_MS) return false;
    // Whoever takes it next knows nothing of the breaker.
    if (this.#isBroken(now)) return false;
    const waits = this.#isBlocked() && now + LINGER_MS < this.#nextRetryAt;
    return this.#retries.length === 0 && (waits || (this.#fresh.length === 0 && !this.#mayHaveNew));
  }
}
