import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../base/clock.ts';
import { MemoryLimiter } from './memory-limiter.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const START = 1_700_000_000_000;

const clock: Clock & { time: number } = { time: START, now: () => clock.time, sleep: async () => {} };

/** What every limiter has to do is in test/limits/limiter.test.ts; here is what only memory is about. */
function createLimiter(count: number, periodMs: number, maxKeys = 1000) {
  clock.time = START;
  const limiter = new MemoryLimiter({ maxKeys, clock });
  const take = (key: string, name = 'test') => limiter.take([{ limit: { name, count, periodMs }, key }]);
  return { limiter, take };
}

test('a flood of keys does not grow memory', async () => {
  const { limiter, take } = createLimiter(3, DAY_MS, 50);
  for (let i = 0; i < 10_000; i++) await take(`key-${i}`);
  assert.equal(limiter.size, 50);
});

test('a flood under one limit does not free anybody from another', async () => {
  const { take } = createLimiter(1, DAY_MS, 50);
  await take('a', 'other');
  for (let i = 0; i < 1000; i++) await take(`key-${i}`);
  assert.equal((await take('a', 'other')).allowed, false);
});

test('buckets that are full again are forgotten', async () => {
  const { limiter, take } = createLimiter(1, 1000);
  for (let i = 0; i < 100; i++) await take(`key-${i}`);
  clock.time += 1001;
  await take('last');
  assert.equal(limiter.size, 1);
});

test('a refusal of a key that was never seen leaves nothing behind', async () => {
  const { limiter, take } = createLimiter(1, DAY_MS);
  await take('a');
  const limit = { name: 'test', count: 1, periodMs: DAY_MS };
  for (let i = 0; i < 100; i++) {
    await limiter.take([
      { limit, key: 'a' },
      { limit, key: `new-${i}` },
    ]);
  }
  assert.equal(limiter.size, 1);
});
