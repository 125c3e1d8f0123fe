import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import type { Clock } from '../../src/base/clock.ts';
import { countTokens } from '../../src/core/limit/gcra.ts';
import type { Limiter, Taken } from '../../src/core/limit/limiter.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import { createRedisLimiter, GIVE_BACK_SCRIPT, TAKE_SCRIPT } from '../../src/net/redis-limiter.ts';
import { hasRedis, type RedisServer, startRedis } from '../support/redis.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const START = 1_700_000_000_000;

/** A limiter that has nothing in it, and the time it goes by. */
interface Rig {
  readonly limiter: Limiter;
  now(): number;
  advance(ms: number): Promise<void>;
}

type Engine = { name: string; skip?: string; create(): Promise<Rig>; setUp(): Promise<void>; end(): Promise<void> };

const memory: Engine = {
  name: 'memory',
  setUp: async () => {},
  end: async () => {},
  async create() {
    const clock: Clock & { time: number } = { time: START, now: () => clock.time, sleep: async () => {} };
    return {
      limiter: new MemoryLimiter({ maxKeys: 1000, clock }),
      now: clock.now,
      advance: async (ms) => void (clock.time += ms),
    };
  },
};

/** Sends the very scripts, but that they read the time from a key the test sets, and nothing expires by the real one. */
function connectTimed(url: string): Redis {
  const timed = new Redis(url);
  return Object.assign(timed, {
    evalsha: () => Promise.reject(new Error('NOSCRIPT every script is sent in full')),
    eval(script: string, keyCount: number, ...rest: (string | number)[]) {
      assert.ok(script === TAKE_SCRIPT || script === GIVE_BACK_SCRIPT);
      const changed = script
        .replace("redis.call('TIME')", "redis.call('HMGET', 'now', 's', 'us')")
        .replace(", 'PX', full[i] - now)", ')');
      assert.ok(!changed.includes("'TIME'") && !changed.includes("'PX'"));
      return timed.call('eval', changed, keyCount, ...rest);
    },
  });
}

let server: RedisServer;
let redis: Redis;
const redisEngine: Engine = {
  name: 'redis',
  ...(!hasRedis() && { skip: 'redis-server is not on the PATH' }),
  async setUp() {
    server = await startRedis();
    redis = connectTimed(server.url);
  },
  async end() {
    redis.disconnect();
    await server[Symbol.asyncDispose]();
  },
  async create() {
    await redis.flushall();
    let now = START;
    const write = () => redis.hset('now', { s: Math.floor(now / 1000), us: (now % 1000) * 1000 });
    await write();
    const fail = () => assert.fail('Redis was taken for gone');
    const limiter = createRedisLimiter({
      redis,
      local: { take: fail, giveBack: fail },
      clock: { now: () => now, sleep: async () => {} },
      events: { onOutage: (error) => assert.fail(error), onRecovery: fail, onLocal: fail },
    });
    return {
      limiter,
      now: () => now,
      async advance(ms) {
        now += ms;
        await write();
      },
    };
  },
};

const RUNS = { numRuns: 40 };

for (const engine of [memory, redisEngine]) {
  describe(`limits in ${engine.name}`, { ...(engine.skip !== undefined && { skip: engine.skip }) }, () => {
    before(engine.setUp);
    after(engine.end);

    async function rig(count: number, periodMs: number) {
      const created = await engine.create();
      const limit = { name: 'test', count, periodMs };
      const bucket = (key: string) => ({ limit, key });
      const take = (key: string): Promise<Taken> => created.limiter.take([bucket(key)]);
      return { ...created, limit, bucket, take };
    }

    test('in any window there are never more grants than a full bucket and what refills meanwhile', async () => {
      const steps = fc.array(fc.nat({ max: 4000 }), { minLength: 1, maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 7 }),
          fc.integer({ min: 7, max: 10_000 }),
          steps,
          async (count, periodMs, waits) => {
            const { take, advance, now } = await rig(count, periodMs);
            const grants: number[] = [];
            for (const wait of waits) {
              await advance(wait);
              if ((await take('a')).allowed) grants.push(now());
            }
            grants.forEach((from, i) => {
              grants.slice(i).forEach((to, n) => {
                assert.ok(n + 1 <= count + Math.floor(((to - from) * count) / periodMs));
              });
            });
          },
        ),
        RUNS,
      );
    });

    test('whoever waits as long as told is let in, and not a millisecond earlier', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 9, max: DAY_MS }),
          async (count, periodMs) => {
            const { take, advance } = await rig(count, periodMs);
            for (let i = 0; i < count; i++) assert.equal((await take('a')).allowed, true);
            const refused = await take('a');
            assert.ok(!refused.allowed);
            await advance(refused.retryAfterMs - 1);
            assert.equal((await take('a')).allowed, false);
            await advance(1);
            assert.equal((await take('a')).allowed, true);
          },
        ),
        RUNS,
      );
    });

    test('three a day are three at once, then one every eight hours', async () => {
      const { take, advance } = await rig(3, DAY_MS);
      for (const allowed of [true, true, true, false]) assert.equal((await take('a')).allowed, allowed);
      await advance(DAY_MS / 3);
      for (const allowed of [true, false]) assert.equal((await take('a')).allowed, allowed);
    });

    test('one key does not use up another one, nor one limit the key of another', async () => {
      const { take, limiter, limit } = await rig(1, DAY_MS);
      assert.equal((await take('a')).allowed, true);
      assert.equal((await take('b')).allowed, true);
      assert.equal((await limiter.take([{ limit: { ...limit, name: 'other' }, key: 'a' }])).allowed, true);
      assert.equal((await take('a')).allowed, false);
    });

    test('a refusal costs nothing', async () => {
      const { take, advance } = await rig(1, 1000);
      for (let i = 0; i < 100; i++) await take('a');
      await advance(1000);
      assert.equal((await take('a')).allowed, true);
    });

    test('of several buckets a request takes from all or, when one is empty, from none', async () => {
      const { limiter, take, bucket } = await rig(2, DAY_MS);
      const both = () => limiter.take([bucket('key'), bucket('address')]);
      await take('address');
      assert.equal((await both()).allowed, true);
      const refused = await both();
      assert.ok(!refused.allowed);
      assert.deepEqual(
        refused.levels.map(({ fullInMs }) => fullInMs),
        [DAY_MS / 2, DAY_MS],
      );
      assert.equal((await take('key')).allowed, true);
      assert.equal((await take('key')).allowed, false);
    });

    test('the wait that is told is enough for all of the buckets', async () => {
      const { limiter, bucket, take, advance } = await rig(1, 1000);
      const slow = { limit: { name: 'slow', count: 1, periodMs: 5000 }, key: 'a' };
      await take('a');
      await limiter.take([slow]);
      const refused = await limiter.take([bucket('a'), slow]);
      assert.ok(!refused.allowed);
      assert.equal(refused.retryAfterMs, 5000);
      await advance(5000);
      assert.equal((await limiter.take([bucket('a'), slow])).allowed, true);
    });

    test('what is said to be left can be taken, and nothing more', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 9, max: 100_000 }),
          fc.array(fc.nat({ max: 20_000 }), { maxLength: 8 }),
          async (count, periodMs, waits) => {
            const { take, advance, limit } = await rig(count, periodMs);
            let level = (await take('a')).levels[0]!;
            for (const wait of waits) {
              await advance(wait);
              level = (await take('a')).levels[0]!;
            }
            for (let left = countTokens(level.fullInMs, limit); left > 0; left--) {
              assert.equal((await take('a')).allowed, true);
            }
            assert.equal((await take('a')).allowed, false);
          },
        ),
        RUNS,
      );
    });

    test('requests that come together do not share a token', async () => {
      const { take } = await rig(7, DAY_MS);
      const answers = await Promise.all(Array.from({ length: 300 }, () => take('a')));
      assert.equal(answers.filter(({ allowed }) => allowed).length, 7);
    });

    test('a token given back can be taken again, and only once', async () => {
      const { take, limiter, bucket } = await rig(2, DAY_MS);
      await take('a');
      await take('a');
      await limiter.giveBack([bucket('a')]);
      assert.equal((await take('a')).allowed, true);
      assert.equal((await take('a')).allowed, false);
    });

    test('giving back what nobody knows of gives nothing', async () => {
      const { take, limiter, bucket } = await rig(1, DAY_MS);
      await limiter.giveBack([bucket('a')]);
      assert.equal((await take('a')).allowed, true);
      assert.equal((await take('a')).allowed, false);
    });

    test('setting the time back does not lock anyone out for longer than it takes to refill a token', async () => {
      const { take, advance } = await rig(3, 3000);
      for (let i = 0; i < 3; i++) await take('a');
      await advance(-DAY_MS);
      const refused = await take('a');
      assert.ok(!refused.allowed);
      assert.equal(refused.retryAfterMs, 1000);
    });
  });
}
