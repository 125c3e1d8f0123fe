import { LRUCache } from 'lru-cache';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';
import { GroupCommit } from '../batch/group-commit.ts';
import type { Store } from '../store.ts';
import { composeEnvelope } from './envelope.ts';
import { Lane, type LaneItem, type PreparedEvent } from './lane.ts';
import { type DeliveryPolicy, nextPauseMs } from './policy.ts';
import { listValid, type SecretBox } from './secret.ts';
import { composeHeaders, type HmacSha256, orderKeys } from './signature.ts';
import type { AttemptOutcome, DeliveryAttempt, DeliveryCommit, DueRetry, LaneCommit, LaneKey } from './store.ts';
import type { SealedSecret, WebhookSubscription } from './subscription.ts';
import { type Exchange, parseRetryAfter, type WebhookTransport } from './transport.ts';

export interface DelivererParts {
  readonly store: Store;
  readonly transport: WebhookTransport;
  readonly box: SecretBox;
  readonly hmac: HmacSha256;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly policy: DeliveryPolicy;
  /** Of no other process that runs; one that starts anew under the same name takes up what it had. */
  readonly nodeId: string;
  readonly onAttempt: (outcome: AttemptOutcome) => void;
  readonly onError: (error: unknown) => void;
}

export interface Deliverer {
  /** Something was published: look at once. */
  nudge(): void;
  /** A subscription was changed by this very process: what is sent from now on is sent as it is now. */
  noteChange(key: LaneKey): void;
  /** Delivers until the signal aborts, then lets what is under way end, and gives its lanes back. */
  run(signal: AbortSignal): Promise<void>;
}

/** Idle workers look so often; what this very process publishes, it is told of. */
const POLL_MS = 150;
/** What other processes change of subscriptions is known within this, and before any event that comes later is sent. */
const CHECK_CHANGES_MS = 500;
const ERROR_PAUSE_MS = 1_000;
/** Longer than an attempt may take, so that a lane is never taken from a worker that only waits for an answer. */
const LEASE_MS = 60_000;
const RENEW_AFTER_MS = 15_000;
const SEQUENCE_LIMIT = 1_000;
/** Few at a time, so that workers that start together share them. */
const ACQUIRE_LIMIT = 64;
/** Requests of this process that are under way; each holds a connection. */
const MAX_IN_FLIGHT = 1_024;
/** Of them, those of one account: two receivers at full speed. However many of its receivers hang, others have room. */
const MAX_IN_FLIGHT_PER_ACCOUNT = 64;
const MAX_COMMIT = 1_000;
/** Bodies of events that several lanes are about to send. */
const CACHE_BYTES = 64 * 2 ** 20;

/** What is to be written of a lane; without a delivery, that its worker still lives. */
interface Result {
  readonly lane: Lane;
  readonly delivery: {
    readonly item: LaneItem;
    readonly attempt: DeliveryAttempt;
    readonly isGone: boolean;
  } | null;
}

/**
 * Sends events to their subscriptions. A *lane* is the way to one subscription; a worker takes it for itself by lease,
 * so that order, concurrency and pauses of one receiver are decided in one place, and no delivery needs a row before it
 * fails: events that wait are those beyond the lane's cursor.
 */
export function createDeliverer(parts: DelivererParts): Deliverer {
  const { store, transport, box, hmac, clock, random, policy, nodeId } = parts;
  const lanes = new Map<string, Lane>();
  /** Lanes that could send, were there room. */
  const starved = new Set<Lane>();
  const underWay = new Set<Promise<void>>();
  const events = new LRUCache<number, PreparedEvent>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ body }) => body.length * 2 + 200,
  });
  const results = new GroupCommit<Result, null>(writeResults, {
    maxGroup: MAX_COMMIT,
    maxInFlight: 1,
    maxWaiting: Number.MAX_SAFE_INTEGER,
  });
  const opened = new WeakMap<SealedSecret, string>();
  let wake = new AbortController();
  let isNudged = false;
  let isStopping = false;
  let inFlight = 0;
  /** By account; those with none are missing. */
  const inFlightOf = new Map<string, number>();
  let changesCheckedAt = Number.NEGATIVE_INFINITY;

  function nudge(): void {
    isNudged = true;
    wake.abort();
  }

  function noteChange({ accountId, subscriptionId }: LaneKey): void {
    const lane = lanes.get(nameOf(accountId, subscriptionId));
    if (lane === undefined) return;
    lane.changesMade++;
    nudge();
  }

  async function turn(): Promise<boolean> {
    const now = clock.now();
    const { isWaiting, isReady } = await store.webhook.peek(nodeId, now);
    let sequenced = 0;
    if (isWaiting) sequenced = await store.transact(({ webhook }) => webhook.sequence(now, SEQUENCE_LIMIT));
    const acquired = isReady || sequenced > 0 ? await acquire() : 0;
    await fill();
    for (const lane of lanes.values()) pump(lane);
    await renew();
    await giveBackIdle();
    return sequenced === SEQUENCE_LIMIT || acquired === ACQUIRE_LIMIT;
  }

  async function acquire(): Promise<number> {
    const now = clock.now();
    const lease = { nodeId, now, leaseUntil: now + LEASE_MS, limit: ACQUIRE_LIMIT };
    const acquired = await store.transact(({ webhook }) => webhook.acquire(lease));
    const news = acquired.filter(({ subscription }) => !lanes.has(nameOf(subscription.accountId, subscription.id)));
    for (const { subscription } of acquired) lanes.get(nameOf(subscription.accountId, subscription.id))?.wake(now);
    if (news.length === 0) return acquired.length;
    const settled = await store.webhook.readSettled(
      news.map(({ subscription, cursor }) => ({
        accountId: subscription.accountId,
        subscriptionId: subscription.id,
        cursor,
      })),
    );
    news.forEach((lane, i) => {
      const { retries, settled: numbers } = settled[i]!;
      const firstPauseMs = (policy.scheduleMs[0] ?? 0) / 2;
      const taken = new Lane(lane, { retries, settled: numbers, firstPauseMs, now });
      lanes.set(nameOf(taken.key.accountId, taken.key.subscriptionId), taken);
    });
    return acquired.length;
  }

  /** Reads what lanes are to send next: two queries for all lanes, and one for the events that are not in memory. */
  async function fill(): Promise<void> {
    const now = clock.now();
    const all = [...lanes.values()];
    const fresh = all.flatMap((lane) => {
      const limit = lane.wantsNew(now);
      return limit === 0 ? [] : [{ lane, limit, ...lane.key, after: lane.readTo }];
    });
    const due = all.flatMap((lane) => {
      const wanted = lane.wantsRetries(now);
      if (wanted === 0) return [];
      const limit = wanted + lane.heldRetries;
      return [{ lane, limit, version: lane.version, ...lane.key, isOrdered: lane.subscription.isOrdered }];
    });
    const isCheckDue = !(now - changesCheckedAt >= 0 && now - changesCheckedAt < CHECK_CHANGES_MS);
    if (isCheckDue) changesCheckedAt = now;
    const next = fresh.length === 0 ? { head: 0, lanes: [] } : await store.webhook.readNext(fresh);
    const retries = due.length === 0 ? [] : await store.webhook.readRetries(due);
    const unknown = retries.map((rows, i) => due[i]!.lane.unknownRetries(rows));
    const found = await prepare([...next.lanes.flat(), ...unknown.flatMap((rows) => rows.map((row) => row.sequence))]);
    // After the reads, so that nobody is sent an event by what he had changed before it came.
    const read = new Set([...fresh, ...due].map(({ lane }) => lane));
    await readChanges(isCheckDue ? all : all.filter((lane) => lane.isStale || read.has(lane)));
    fresh.forEach(({ lane, limit }, i) => {
      const numbers = next.lanes[i]!;
      const prepared = numbers.flatMap((sequence) => found.get(sequence) ?? []);
      lane.addNew(prepared, { numbers, head: next.head, limit });
    });
    due.forEach(({ lane, limit, version }, i) => {
      const rows = unknown[i]!.flatMap((row) => {
        const event = found.get(row.sequence);
        if (event === undefined) forget(lane, row);
        return event === undefined ? [] : [{ ...row, event }];
      });
      lane.addRetries(rows, { isAll: retries[i]!.length < limit, version, now });
    });
  }

  /** Events by their numbers; those that are kept no more are missing. */
  async function prepare(sequences: readonly number[]): Promise<ReadonlyMap<number, PreparedEvent>> {
    const found = new Map<number, PreparedEvent>();
    const missing = new Set<number>();
    for (const sequence of sequences) {
      const event = events.get(sequence);
      if (event === undefined) missing.add(sequence);
      else found.set(sequence, event);
    }
    if (missing.size === 0) return found;
    for (const event of await store.webhook.findEvents([...missing])) {
      const prepared = { ...event, body: new TextEncoder().encode(composeEnvelope(event)) };
      events.set(event.sequence, prepared);
      found.set(event.sequence, prepared);
    }
    return found;
  }

  /** A retry whose event was pruned. */
  function forget({ key }: Lane, { sequence, attempts }: DueRetry): void {
    const commit = { ...emptyCommit(), settled: [{ ...key, sequence, attempts }] };
    const written = store.transact(({ webhook }) => webhook.commit(commit)).then(() => {}, parts.onError);
    track(written);
  }

  function track(work: Promise<void>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  function pump(lane: Lane): void {
    while (!isStopping) {
      if (inFlight >= MAX_IN_FLIGHT || isFull(lane)) {
        starved.add(lane);
        return;
      }
      const item = lane.takeNext(clock.now());
      if (item === null) return;
      countInFlight(lane, 1);
      track(deliver(lane, item));
    }
  }

  function isFull({ key }: Lane): boolean {
    return (inFlightOf.get(key.accountId) ?? 0) >= MAX_IN_FLIGHT_PER_ACCOUNT;
  }

  function countInFlight({ key: { accountId } }: Lane, change: 1 | -1): void {
    inFlight += change;
    const own = (inFlightOf.get(accountId) ?? 0) + change;
    if (own === 0) inFlightOf.delete(accountId);
    else inFlightOf.set(accountId, own);
  }

  async function deliver(lane: Lane, item: LaneItem): Promise<void> {
    const { event } = item;
    const { subscription } = lane;
    const startedAt = clock.now();
    const id = `whd_${encodeUlid(startedAt, random(10))}`;
    const number = item.attempts + 1;
    const timestamp = Math.floor(startedAt / 1000);
    const { id: eventId, contract, type, sequence, body } = event;
    const { url } = subscription;
    const sign = () => {
      const keys = orderKeys(keysOf(subscription, startedAt), number);
      return composeHeaders({ contract, eventId, type, sequence, deliveryId: id, body, timestamp }, keys, hmac);
    };
    const exchange = await exchangeSigned(sign, { url, body, timeoutMs: policy.timeoutMs });

    const now = clock.now();
    const { status } = exchange;
    const isSuccess = status !== null && status >= 200 && status < 300;
    const isGone = status === 410;
    const retryAfterMs = isSuccess ? null : parseRetryAfter(exchange.retryAfter, now);
    const pauseMs =
      isSuccess || isGone || event.isTest ? null : nextPauseMs(policy, number, retryAfterMs, random(1)[0]! / 255);
    const nextAt = pauseMs === null ? null : now + pauseMs;
    const outcome: AttemptOutcome = isSuccess ? 'succeeded' : nextAt === null ? 'failed' : 'retrying';
    countInFlight(lane, -1);
    lane.finish(item, { isSuccess, nextAt, tookMs: now - startedAt, retryAfterMs, now });
    parts.onAttempt(outcome);
    const attempt: DeliveryAttempt = {
      id,
      subscriptionId: subscription.id,
      sequence,
      attempt: number,
      outcome,
      status,
      error: exchange.fault,
      response: exchange.response,
      url,
      startedAt,
      durationMs: now - startedAt,
      nextAt,
    };
    const written = results.add([{ lane, delivery: { item, attempt, isGone } }]);
    // Those that wait come first, so that lanes of one account take turns.
    feedStarved();
    pump(lane);
    if (lane.wantsNew(now) > 0 || lane.wantsRetries(now) > 0) nudge();
    await written;
  }

  /** Opened once, since every delivery needs them. */
  function keysOf({ id, secrets }: WebhookSubscription, at: number): readonly string[] {
    return listValid(secrets, at).map((secret) => {
      const known = opened.get(secret) ?? box.open(secret.sealed, id);
      opened.set(secret, known);
      return known;
    });
  }

  async function exchangeSigned(
    sign: () => Record<string, string>,
    request: { readonly url: string; readonly body: Uint8Array; readonly timeoutMs: number },
  ): Promise<Exchange> {
    try {
      return await transport.send({ ...request, headers: sign() });
    } catch (error) {
      parts.onError(error);
      return { status: null, fault: 'unsigned', response: '', retryAfter: null };
    }
  }

  function feedStarved(): void {
    for (const lane of starved) {
      if (inFlight >= MAX_IN_FLIGHT) return;
      if (isFull(lane)) continue;
      starved.delete(lane);
      pump(lane);
    }
  }

  /** Writes results of all lanes together, and tries until they are written: nobody else knows them. */
  async function writeResults(group: readonly Result[]): Promise<readonly null[]> {
    const commit = composeCommit(group.filter(({ lane }) => !lane.isLost));
    for (;;) {
      try {
        await write(commit);
        break;
      } catch (error) {
        parts.onError(error);
        if (isStopping) {
          // Whoever has the lanes next sends these once more.
          for (const { lane } of group) drop(lane);
          break;
        }
        await clock.sleep(ERROR_PAUSE_MS, wakeOnStop.signal);
      }
    }
    for (const { lane, delivery } of group) if (delivery !== null) lane.written(delivery.item);
    return group.map(() => null);
  }

  const wakeOnStop = new AbortController();

  function composeCommit(group: readonly Result[]): DeliveryCommit {
    const commit = emptyCommit();
    const changes = new Map<Lane, LaneCommit['disable']>();
    for (const { lane, delivery } of group) {
      changes.set(lane, changes.get(lane) ?? null);
      if (delivery === null) continue;
      const { item, attempt, isGone } = delivery;
      const { sequence, isTest } = item.event;
      lane.settle(item);
      commit.attempts.push({ ...lane.key, ...attempt });
      if (attempt.nextAt !== null) {
        commit.retries.push({ ...lane.key, sequence, attempts: attempt.attempt, dueAt: attempt.nextAt });
        continue;
      }
      if (item.isRetry) commit.settled.push({ ...lane.key, sequence, attempts: item.attempts });
      if (attempt.outcome === 'succeeded') lane.failures = 0;
      else if (!isTest) lane.failures++;
      if (isGone) changes.set(lane, 'gone');
      else if (lane.failures >= policy.disableAfter) changes.set(lane, changes.get(lane) ?? 'failures');
    }
    for (const [lane, disable] of changes) {
      commit.lanes.push({ ...lane.key, cursor: lane.cursor, failures: lane.failures, disable });
    }
    return commit;
  }

  function emptyCommit() {
    const now = clock.now();
    return {
      nodeId,
      now,
      leaseUntil: now + LEASE_MS,
      lanes: [] as LaneCommit[],
      attempts: [] as (LaneKey & DeliveryAttempt)[],
      retries: [] as (LaneKey & DueRetry)[],
      settled: [] as (LaneKey & Pick<DueRetry, 'sequence' | 'attempts'>)[],
    };
  }

  /** Writes, and lets go of lanes that turn out to be somebody else's. */
  async function write(commit: DeliveryCommit): Promise<void> {
    const kept = await store.transact(({ webhook }) => webhook.commit(commit));
    const names = new Set(kept.map(({ accountId, subscriptionId }) => nameOf(accountId, subscriptionId)));
    for (const { accountId, subscriptionId, disable } of commit.lanes) {
      const name = nameOf(accountId, subscriptionId);
      const lane = lanes.get(name);
      if (lane === undefined) continue;
      if (!names.has(name) || disable !== null) drop(lane);
      else lane.renewedAt = commit.now;
    }
  }

  function drop(lane: Lane): void {
    lane.isLost = true;
    starved.delete(lane);
    lanes.delete(nameOf(lane.key.accountId, lane.key.subscriptionId));
  }

  async function readChanges(asked: readonly Lane[]): Promise<void> {
    if (asked.length === 0) return;
    const known = asked.map((lane) => ({ ...lane.key, updatedAt: lane.subscription.updatedAt }));
    // One that is made while the question is under way may not be in the answer.
    const made = asked.map(({ changesMade }) => changesMade);
    for (const { accountId, subscriptionId, subscription } of await store.webhook.readChanged(nodeId, known)) {
      const lane = lanes.get(nameOf(accountId, subscriptionId));
      if (lane === undefined) continue;
      if (subscription === null) drop(lane);
      else lane.subscription = subscription;
    }
    asked.forEach((lane, i) => {
      lane.changesRead = made[i]!;
    });
  }

  async function renew(): Promise<void> {
    const now = clock.now();
    const due = [...lanes.values()].filter(({ renewedAt }) => renewedAt + RENEW_AFTER_MS < now);
    if (due.length === 0) return;
    // In turn with results, since a cursor must not be written before what it counts in.
    await results.add(due.map((lane) => ({ lane, delivery: null })));
  }

  async function giveBackIdle(): Promise<void> {
    const now = clock.now();
    const idle = [...lanes.values()].filter((lane) => lane.isIdle(now));
    await giveBack(idle);
  }

  async function giveBack(given: readonly Lane[]): Promise<void> {
    if (given.length === 0) return;
    for (const lane of given) drop(lane);
    const released = given.map(({ key, cursor }) => ({ ...key, cursor }));
    await store.transact(({ webhook }) => webhook.release(nodeId, released));
  }

  async function stop(): Promise<void> {
    isStopping = true;
    wakeOnStop.abort();
    await Promise.all(underWay);
    await results.close();
    // What cannot be given back is free when its lease ends.
    await giveBack([...lanes.values()]).catch(parts.onError);
  }

  return {
    nudge,
    noteChange,
    async run(signal) {
      signal.addEventListener('abort', nudge, { once: true });
      await store.transact(({ webhook }) => webhook.releaseAll(nodeId, clock.now()));
      while (!signal.aborted) {
        wake = new AbortController();
        isNudged = false;
        const isBusy = await turn().catch(async (error: unknown) => {
          parts.onError(error);
          await clock.sleep(ERROR_PAUSE_MS, signal);
          return false;
        });
        if (!isBusy && !isNudged && !signal.aborted) await clock.sleep(POLL_MS, wake.signal);
      }
      await stop();
    },
  };
}

function nameOf(accountId: string, subscriptionId: string): string {
  return `${accountId} ${subscriptionId}`;
}
