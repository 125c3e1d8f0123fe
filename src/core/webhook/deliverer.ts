import type { Store } from '../store.ts';
import { type AttemptParts, createAttempts } from './attempt.ts';
import { InFlight } from './in-flight.ts';
import { Lane, type LaneItem } from './lane.ts';
import { keyOf, nameLane } from './lane-key.ts';
import { createPreparedEvents } from './prepared-events.ts';
import { createResultWriter } from './result-writer.ts';
import type { AttemptOutcome, DeliveryCommit, DueRetry, LaneKey } from './store.ts';

export interface DelivererParts extends AttemptParts {
  readonly store: Store;
  /** Of no other process that runs; one that starts anew under the same name takes up what it had. */
  readonly nodeId: string;
  readonly onAttempt: (outcome: AttemptOutcome) => void;
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

/**
 * Sends events to their subscriptions. A *lane* is the way to one subscription; a worker takes it for itself by lease,
 * so that order, concurrency and pauses of one receiver are decided in one place, and no delivery needs a row before it
 * fails: events that wait are those beyond the lane's cursor.
 */
export function createDeliverer(parts: DelivererParts): Deliverer {
  const { store, clock, policy, nodeId } = parts;
  const attempt = createAttempts(parts);
  const prepare = createPreparedEvents(store.webhook);
  const lanes = new Map<string, Lane>();
  /** Lanes that could send, were there room. */
  const starved = new Set<Lane>();
  const inFlight = new InFlight();
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  const results = createResultWriter({
    ...{ store, clock, leaseFromNow, drop, onError: parts.onError },
    ...{ disableAfter: policy.disableAfter, stopping: stopping.signal },
  });
  let wake = new AbortController();
  let isNudged = false;
  let changesCheckedAt = Number.NEGATIVE_INFINITY;

  function leaseFromNow(): Pick<DeliveryCommit, 'nodeId' | 'now' | 'leaseUntil'> {
    const now = clock.now();
    return { nodeId, now, leaseUntil: now + LEASE_MS };
  }

  function nudge(): void {
    isNudged = true;
    wake.abort();
  }

  function noteChange(key: LaneKey): void {
    const lane = lanes.get(nameLane(key));
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
    const lease = leaseFromNow();
    const { now } = lease;
    const acquired = await store.transact(({ webhook }) => webhook.acquire({ ...lease, limit: ACQUIRE_LIMIT }));
    const news = acquired.filter(({ subscription, isHeld }) => {
      const known = lanes.get(nameLane(keyOf(subscription)));
      if (known === undefined) return true;
      if (isHeld) known.wake(now);
      // It was disabled and enabled meanwhile: what is known of it is of before.
      else drop(known);
      return !isHeld;
    });
    if (news.length === 0) return acquired.length;
    const asked = news.map(({ subscription, cursor }) => ({ ...keyOf(subscription), cursor }));
    const states = await store.webhook.readSettled(asked);
    const firstPauseMs = (policy.scheduleMs[0] ?? 0) / 2;
    news.forEach((one, i) => {
      const lane = new Lane(one, { ...states[i]!, firstPauseMs, now });
      lanes.set(nameLane(lane.key), lane);
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

  /** A retry whose event was pruned. */
  function forget({ key }: Lane, { sequence, attempts }: DueRetry): void {
    const settled = [{ ...key, sequence, attempts }];
    const commit = { ...leaseFromNow(), lanes: [], attempts: [], retries: [], settled };
    track(store.transact(({ webhook }) => webhook.commit(commit)).then(() => {}, parts.onError));
  }

  function track(work: Promise<void>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  function pump(lane: Lane): void {
    const { accountId } = lane.key;
    while (!stopping.signal.aborted) {
      if (!inFlight.hasRoomFor(accountId)) {
        starved.add(lane);
        return;
      }
      const item = lane.takeNext(clock.now());
      if (item === null) return;
      inFlight.add(accountId);
      track(deliver(lane, item));
    }
  }

  async function deliver(lane: Lane, item: LaneItem): Promise<void> {
    const { attempt: line, isGone, retryAfterMs } = await attempt(item, lane.subscription);
    const { outcome, nextAt, durationMs } = line;
    const now = line.startedAt + durationMs;
    inFlight.remove(lane.key.accountId);
    lane.finish(item, { isSuccess: outcome === 'succeeded', nextAt, tookMs: durationMs, retryAfterMs, now });
    parts.onAttempt(outcome);
    const written = results.add([{ lane, delivery: { item, attempt: line, isGone } }]);
    // Those that wait come first, so that lanes of one account take turns.
    feedStarved();
    pump(lane);
    if (lane.wantsNew(now) > 0 || lane.wantsRetries(now) > 0) nudge();
    await written;
  }

  function feedStarved(): void {
    for (const lane of starved) {
      if (inFlight.isFull) return;
      if (!inFlight.hasRoomFor(lane.key.accountId)) continue;
      starved.delete(lane);
      pump(lane);
    }
  }

  function drop(lane: Lane): void {
    lane.isLost = true;
    starved.delete(lane);
    const name = nameLane(lane.key);
    if (lanes.get(name) === lane) lanes.delete(name);
  }

  async function readChanges(asked: readonly Lane[]): Promise<void> {
    if (asked.length === 0) return;
    const known = asked.map((lane) => ({ ...lane.key, updatedAt: lane.subscription.updatedAt }));
    // One that is made while the question is under way may not be in the answer.
    const made = asked.map(({ changesMade }) => changesMade);
    for (const changed of await store.webhook.readChanged(nodeId, known)) {
      const lane = lanes.get(nameLane(changed));
      if (lane === undefined) continue;
      if (changed.subscription === null) drop(lane);
      else lane.subscription = changed.subscription;
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
    await giveBack([...lanes.values()].filter((lane) => lane.isIdle(now)));
  }

  async function giveBack(given: readonly Lane[]): Promise<void> {
    if (given.length === 0) return;
    for (const lane of given) drop(lane);
    const released = given.map(({ key, cursor }) => ({ ...key, cursor }));
    await store.transact(({ webhook }) => webhook.release(nodeId, released));
  }

  async function stop(): Promise<void> {
    stopping.abort();
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
