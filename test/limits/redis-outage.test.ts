import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../src/app/system.ts';
import type { Taken } from '../../src/core/limit/limiter.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import { connectRedis, createRedisLimiter } from '../../src/net/redis-limiter.ts';
import { until } from '../support/orphograph.ts';
import { findFreePort } from '../support/postgres.ts';
import { hasRedis, startRedis } from '../support/redis.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const LIMIT = { name: 'test', count: 3, periodMs: DAY_MS };
const options = { skip: !hasRedis() && 'redis-server is not on the PATH' };

/** One node of an installation. */
function startNode(url: string) {
  const told = { outages: [] as Error[], recoveries: 0, local: 0 };
  const redis = connectRedis(url);
  const limiter = createRedisLimiter({
    redis,
    local: new MemoryLimiter({ maxKeys: 1000, clock: systemClock }),
    clock: systemClock,
    events: {
      onOutage: (error) => void told.outages.push(error),
      onRecovery: () => void told.recoveries++,
      onLocal: (requests) => void (told.local += requests),
    },
  });
  const take = (key: string): Promise<Taken> => limiter.take([{ limit: LIMIT, key }]);
  const isReady = () =>
    until(
      async () => redis.status,
      (status) => status === 'ready',
    );
  return { redis, limiter, take, told, isReady, [Symbol.dispose]: () => limiter[Symbol.dispose]() };
}

const grantsOf = (answers: Taken[]) => answers.filter(({ allowed }) => allowed).length;

test('nodes over one Redis share what there is', options, async () => {
  await using server = await startRedis();
  using one = startNode(server.url);
  using other = startNode(server.url);
  await Promise.all([one.isReady(), other.isReady()]);
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? one : other).take('a')));
  assert.equal(grantsOf(answers), 3);
  assert.equal(one.told.local + other.told.local, 0);
});

test('a bucket that is full again leaves nothing in Redis', options, async () => {
  await using server = await startRedis();
  using node = startNode(server.url);
  await node.isReady();
  const [taken] = await Promise.all([node.take('a'), node.take('b')]);
  const [key, ...others] = await node.redis.keys('*:a');
  assert.deepEqual(others, []);
  const ttl = await node.redis.pttl(key!);
  assert.ok(ttl > 0 && ttl <= taken.levels[0]!.fullInMs, `expires in ${ttl} ms`);
  await node.limiter.giveBack([{ limit: LIMIT, key: 'a' }]);
  assert.ok((await node.redis.pttl(key!)) > 0, 'it still expires');
});

test('a Redis that forgot its scripts is told them again', options, async () => {
  await using server = await startRedis();
  using node = startNode(server.url);
  await node.isReady();
  await node.take('a');
  await node.redis.script('FLUSH');
  for (const allowed of [true, true, false]) assert.equal((await node.take('a')).allowed, allowed);
  assert.deepEqual(node.told, { outages: [], recoveries: 0, local: 0 });
});

test(
  'without Redis each node goes on with its own limits, tells of it once, and comes back by itself',
  options,
  async () => {
    const port = await findFreePort();
    using node = startNode(`redis://127.0.0.1:${port}`);
    for (const allowed of [true, true, true, false]) assert.equal((await node.take('a')).allowed, allowed);
    assert.equal(node.told.outages.length, 1);
    assert.equal(node.told.local, 4);
    {
      await using _server = await startRedis(port);
      await until(
        () => node.take('b'),
        () => node.told.recoveries === 1,
      );
      const local = node.told.local;
      for (const allowed of [true, true, true, false]) assert.equal((await node.take('c')).allowed, allowed);
      assert.equal(node.told.local, local, 'Redis decides again');
    }
    await until(
      () => node.take('d'),
      () => node.told.outages.length === 2,
    );
    for (const allowed of [true, true, true, false]) assert.equal((await node.take('e')).allowed, allowed);
    assert.equal(node.told.outages.length, 2);
    assert.equal(node.told.recoveries, 1);
  },
);

test('a Redis that hangs holds up nobody', options, async () => {
  await using server = await startRedis();
  using node = startNode(server.url);
  await node.isReady();
  await node.take('a');
  server.freeze();
  // Whoever waited for Redis itself would be here for as long as it is frozen.
  const during = await Promise.all(Array.from({ length: 20 }, () => node.take('b')));
  assert.equal(grantsOf(during), 3);
  assert.equal(node.told.outages.length, 1);
  assert.match(node.told.outages[0]!.message, /no answer/);
  const before = node.told.local;
  for (let i = 0; i < 100; i++) await node.take(`key-${i}`);
  assert.equal(node.told.local, before + 100);
  server.thaw();
  await until(
    async () => {
      await delay(50);
      return node.take('c');
    },
    () => node.told.recoveries >= 1,
  );
  for (const allowed of [true, true, true, false]) assert.equal((await node.take('d')).allowed, allowed);
});

test('a Redis that answers nonsense is as good as gone', options, async () => {
  await using server = await startRedis();
  using node = startNode(server.url);
  await node.isReady();
  await node.take('a');
  const [key] = await node.redis.keys('*:a');
  await node.redis.del(key!);
  await node.redis.lpush(key!, 'not a bucket');
  for (const allowed of [true, true, true, false]) assert.equal((await node.take('a')).allowed, allowed);
  assert.equal(node.told.outages.length, 1);
});
