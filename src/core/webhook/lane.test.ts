import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lane, type LaneItem, type PreparedEvent } from './lane.ts';
import type { WebhookSubscription } from './subscription.ts';

const subscription: WebhookSubscription = {
  ...{ accountId: 'a', id: 'whs_1', contract: 'trackorigin', isSandbox: false, url: 'https://hook.example/' },
  ...{ types: ['cert.issued'], description: null, isOrdered: false, secrets: [], disabled: null },
  ...{ createdAt: 0, updatedAt: 0 },
};
const FIRST_PAUSE_MS = 30_000;
const HOUR_MS = 3_600_000;

function prepare(sequence: number): PreparedEvent {
  return {
    ...{ id: `evt_${sequence}`, contract: 'trackorigin', type: 'cert.issued', isTest: false, createdAt: 0 },
    ...{ sequence, accountId: null, dataJson: '{}', body: new Uint8Array() },
  } as const;
}

function createLane(numbers: readonly number[]): Lane {
  const acquired = { subscription, cursor: 0, failures: 0, isHeld: false };
  const lane = new Lane(acquired, { retries: 0, settled: [], firstPauseMs: FIRST_PAUSE_MS, now: 0 });
  lane.addNew(numbers.map(prepare), { numbers, head: numbers.length, limit: 100 });
  return lane;
}

/** Whose receiver has just failed five times in a row, at 0; a retry of each is due at 1. */
function createBrokenLane(numbers: readonly number[]): Lane {
  const lane = createLane(numbers);
  for (let i = 0; i < 5; i++) fail(lane, lane.takeNext(0)!, 0);
  return lane;
}

function fail(lane: Lane, item: LaneItem, now: number): void {
  lane.finish(item, { isSuccess: false, nextAt: now + 1, tookMs: 10, retryAfterMs: null, now });
  lane.settle(item);
  lane.written(item);
}

function addDue(lane: Lane, now: number): void {
  const rows = [1, 2].map((sequence) => ({ sequence, attempts: 1, dueAt: 1, event: prepare(sequence) }));
  lane.addRetries(rows, { isAll: true, version: lane.version, now });
}

test('while the breaker of a lane is open, retries wait as new events do, and one attempt shows what is next', () => {
  const lane = createBrokenLane([1, 2, 3, 4, 5, 6]);
  addDue(lane, FIRST_PAUSE_MS - 1);
  assert.equal(lane.takeNext(FIRST_PAUSE_MS - 1), null);
  const item = lane.takeNext(FIRST_PAUSE_MS)!;
  assert.deepEqual([item.event.sequence, item.isRetry], [1, true]);
  assert.equal(lane.takeNext(FIRST_PAUSE_MS), null, 'one at a time');
  fail(lane, item, FIRST_PAUSE_MS);
  assert.equal(lane.takeNext(FIRST_PAUSE_MS * 3 - 1), null, 'the pause has doubled');
  assert.notEqual(lane.takeNext(FIRST_PAUSE_MS * 3), null);
});

test('a pause that a receiver asked for holds no retry back', () => {
  const lane = createLane([1, 2]);
  const item = lane.takeNext(0)!;
  lane.finish(item, { isSuccess: false, nextAt: 1, tookMs: 10, retryAfterMs: HOUR_MS, now: 0 });
  assert.equal(lane.takeNext(1), null);
  addDue(lane, 1);
  assert.equal(lane.takeNext(1)!.isRetry, true);
});

test('a lane is not given back while its breaker is open: the next worker would not know of it', () => {
  const lane = createBrokenLane([1, 2, 3, 4, 5]);
  assert.equal(lane.isIdle(FIRST_PAUSE_MS - 1), false);
  assert.equal(lane.isIdle(FIRST_PAUSE_MS), true);
});
