import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from './breaker.ts';

function openBreaker(): Breaker {
  const breaker = new Breaker(15_000);
  for (let i = 0; i < 5; i++) breaker.recordFailure(0);
  return breaker;
}

test('a calendar is left alone after five failures in a row, not before', () => {
  const breaker = new Breaker(15_000);
  for (let i = 0; i < 4; i++) breaker.recordFailure(0);
  assert.ok(breaker.admit(0));
  breaker.recordFailure(0);
  assert.ok(!breaker.admit(1));
  assert.ok(!breaker.isClosed);
});

test('an answer in between starts the count again', () => {
  const breaker = new Breaker(15_000);
  for (let i = 0; i < 20; i++) {
    if (i % 4 === 3) breaker.recordSuccess();
    else breaker.recordFailure(0);
  }
  assert.ok(breaker.isClosed);
});

test('after the pause one caller tries, and only one', () => {
  const breaker = openBreaker();
  assert.ok(!breaker.admit(14_999));
  assert.ok(breaker.admit(15_000));
  assert.ok(!breaker.admit(15_000));
});

test('a try that fails doubles the pause up to ten minutes', () => {
  const breaker = openBreaker();
  let now = 0;
  const pauses = Array.from({ length: 8 }, () => {
    const from = now;
    while (!breaker.admit(now)) now += 1_000;
    breaker.recordFailure(now);
    return (now - from) / 1_000;
  });
  assert.deepEqual(pauses, [15, 30, 60, 120, 240, 480, 600, 600]);
});

test('a try that succeeds closes it', () => {
  const breaker = openBreaker();
  assert.ok(breaker.admit(20_000));
  breaker.recordSuccess();
  assert.ok(breaker.isClosed && breaker.admit(20_000) && breaker.admit(20_000));
});

test('a clock that is set back does not make a pause longer', () => {
  const breaker = new Breaker(15_000);
  const dayMs = 24 * 60 * 60 * 1000;
  for (let i = 0; i < 5; i++) breaker.recordFailure(dayMs);
  assert.ok(!breaker.admit(dayMs + 1));
  assert.ok(breaker.admit(0));
});

test('a calendar that is only slow is tried again after the first pause, however often it was slow', () => {
  const breaker = openBreaker();
  let now = 0;
  for (let i = 0; i < 10; i++) {
    now += 15_000;
    assert.ok(breaker.admit(now));
    breaker.recordFailure(now);
    breaker.recordLate(now);
  }
});

test('failures of requests that were under way when it opened do not lengthen the pause', () => {
  const breaker = openBreaker();
  for (let i = 0; i < 100; i++) breaker.recordFailure(0);
  assert.ok(breaker.admit(15_000));
});
