import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from './breaker.ts';

function openBreaker(): Breaker {
  const breaker = new Breaker();
  for (let i = 0; i < 5; i++) breaker.recordFailure(0);
  return breaker;
}

test('a calendar is left alone after five failures in a row, not before', () => {
  const breaker = new Breaker();
  for (let i = 0; i < 4; i++) breaker.recordFailure(0);
  assert.ok(breaker.admit(0));
  breaker.recordFailure(0);
  assert.ok(!breaker.admit(1));
  assert.ok(!breaker.isClosed);
});

test('an answer in between starts the count again', () => {
  const breaker = new Breaker();
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
