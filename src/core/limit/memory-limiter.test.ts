import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '../../base/clock.ts';
import { MemoryLimiter } from './memory-limiter.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const START = 1_700_000_000_000;

const clock: Clock & { time: number } = { time: START, now: () => clock.time, sleep: async () => {} };

function createLimiter(count: number, periodMs: number, maxKeys = 1000): MemoryLimiter {
  clock.time = START;
  return new MemoryLimiter({ allowance: { count, periodMs }, maxKeys, clock });
}

test('in any window there are never more grants than a full bucket and what refills meanwhile', () => {
  const steps = fc.array(fc.nat({ max: 4000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 7, max: 10_000 }),
      steps,
      (count, periodMs, waits) => {
        const limiter = createLimiter(count, periodMs);
        const grants: number[] = [];
        for (const wait of waits) {
          clock.time += wait;
          if (limiter.take('a').allowed) grants.push(clock.time);
        }
        grants.forEach((from, i) => {
          grants.slice(i).forEach((to, n) => {
            assert.ok(n + 1 <= count + Math.floor(((to - from) * count) / periodMs));
          });
        });
      },
    ),
  );
});

test('whoever waits as long as told is let in, and not a millisecond earlier', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 9, max: DAY_MS }), (count, periodMs) => {
      const limiter = createLimiter(count, periodMs);
      for (let i = 0; i < count; i++) assert.equal(limiter.take('a').allowed, true);
      const refused = limiter.take('a');
      assert.ok(!refused.allowed);
      clock.time += refused.retryAfterMs - 1;
      assert.equal(limiter.take('a').allowed, false);
      clock.time += 1;
      assert.equal(limiter.take('a').allowed, true);
    }),
  );
});

test('three a day are three at once, then one every eight hours', () => {
  const limiter = createLimiter(3, DAY_MS);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => limiter.take('a').allowed),
    [true, true, true, false],
  );
  clock.time += DAY_MS / 3;
  assert.deepEqual(
    [1, 2].map(() => limiter.take('a').allowed),
    [true, false],
  );
});

test('one key does not use up another one', () => {
  const limiter = createLimiter(1, DAY_MS);
  assert.equal(limiter.take('a').allowed, true);
  assert.equal(limiter.take('b').allowed, true);
  assert.equal(limiter.take('a').allowed, false);
});

test('a refusal costs nothing', () => {
  const limiter = createLimiter(1, 1000);
  limiter.take('a');
  for (let i = 0; i < 100; i++) limiter.take('a');
  clock.time += 1000;
  assert.equal(limiter.take('a').allowed, true);
});

test('a token given back can be taken again, and only once', () => {
  const limiter = createLimiter(2, DAY_MS);
  limiter.take('a');
  limiter.take('a');
  limiter.giveBack('a');
  assert.equal(limiter.take('a').allowed, true);
  assert.equal(limiter.take('a').allowed, false);
});

test('a flood of keys does not grow memory', () => {
  const limiter = createLimiter(3, DAY_MS, 50);
  for (let i = 0; i < 10_000; i++) limiter.take(`key-${i}`);
  assert.equal(limiter.size, 50);
});

test('buckets that are full again are forgotten', () => {
  const limiter = createLimiter(1, 1000);
  for (let i = 0; i < 100; i++) limiter.take(`key-${i}`);
  clock.time += 1001;
  limiter.take('last');
  assert.equal(limiter.size, 1);
});

test('setting the time back does not lock anyone out for longer than it takes to refill a token', () => {
  const limiter = createLimiter(3, 3000);
  for (let i = 0; i < 3; i++) limiter.take('a');
  clock.time -= DAY_MS;
  assert.deepEqual(limiter.take('a'), { allowed: false, retryAfterMs: 1000 });
});
