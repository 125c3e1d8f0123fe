import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FreshCache, shareFor } from './fresh-cache.ts';

const clock = { time: 0, now: () => clock.time as number, sleep: async () => {} };

test('a value is made once for everyone who asks while it is fresh', async () => {
  let made = 0;
  const get = shareFor(1000, clock, async () => ++made);
  assert.deepEqual(await Promise.all([get(), get(), get()]), [1, 1, 1]);
  clock.time += 999;
  assert.equal(await get(), 1);
  clock.time += 1;
  assert.equal(await get(), 2);
});

test('a failure is told to those who waited for it, and not kept', async () => {
  let attempts = 0;
  const get = shareFor(1000, clock, async () => {
    if (++attempts === 1) throw new Error('no');
    return 'yes';
  });
  const results = await Promise.allSettled([get(), get()]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(await get(), 'yes');
  assert.equal(attempts, 2);
});

test('setting the time back does not keep a value for longer', async () => {
  let made = 0;
  const get = shareFor(1000, clock, async () => ++made);
  await get();
  clock.time -= 3_600_000;
  assert.equal(await get(), 2);
});

test('a flood of keys does not grow memory, and keys do not share values', async () => {
  const made: string[] = [];
  const cache = new FreshCache({
    freshMs: 1000,
    maxEntries: 2,
    clock,
    make: async (key) => {
      made.push(key);
      return key;
    },
  });
  for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) assert.equal(await cache.get(key), key);
  assert.deepEqual(made, ['a', 'b', 'c', 'a']);
});
