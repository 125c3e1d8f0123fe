import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { startLimiter } from '../../src/app/limiter.ts';
import { readConfig, readRedisUrl } from '../../src/config/config.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { findFreePort } from '../support/postgres.ts';

test('without configuration the limits are the documented ones', () => {
  const { limits, freeTier } = readConfig({});
  const documented = [
    ['trackorigin-address', 60, 1],
    ['trackorigin-publishable-key', 600, 1],
    ['trackorigin-secret-key', 3000, 1],
    ['origimark-address', 10, 1],
    ['origimark-account', 60, 1],
    ['origimark-key', 1000, 1],
    ['orphograph-key', 1000, 24 * 60],
    ['proofd-key', 120, 1],
    ['proofd-create-key', 30, 1],
    ['proofd-create-address', 60, 1],
  ] as const;
  for (const [name, count, minutes] of documented) {
    assert.deepEqual(limits[name], { name, count, periodMs: minutes * 60_000 });
  }
  assert.deepEqual([freeTier?.count, freeTier?.periodMs], [3, 24 * 3600_000]);
});

test('a limit is set by its name; a wrong name or count is told with the variable', () => {
  const { limits } = readConfig({ TOUCHMARK_LIMITS: 'proofd-key=7, origimark-key=999999' });
  assert.deepEqual([limits['proofd-key'].count, limits['proofd-key'].periodMs], [7, 60_000]);
  assert.equal(limits['origimark-key'].count, 999_999);
  assert.equal(limits['trackorigin-address'].count, 60);
  for (const wrong of [
    'proofd',
    'proofd-key',
    'proofd-key=0',
    'proofd-key=1.5',
    'proofd-key=-1',
    'nope=5',
    'constructor=5',
    'proofd-key=1000000',
  ]) {
    assert.throws(
      () => readConfig({ TOUCHMARK_LIMITS: wrong }),
      { code: 'bad-config', message: /TOUCHMARK_LIMITS/ },
      wrong,
    );
  }
});

test('an address of Redis that is none is refused without being repeated: it may hold a password', () => {
  assert.equal(readRedisUrl({}), null);
  assert.equal(
    readRedisUrl({ TOUCHMARK_REDIS_URL: 'rediss://:hunter2@[::1]:6380/2' }),
    'rediss://:hunter2@[::1]:6380/2',
  );
  for (const wrong of ['localhost:6379', 'http://u:hunter2@redis', 'redis://', 'redis:hunter2']) {
    assert.throws(
      () => readRedisUrl({ TOUCHMARK_REDIS_URL: wrong }),
      (error: Error) => error.message.includes('TOUCHMARK_REDIS_URL') && !error.message.includes('hunter2'),
      wrong,
    );
  }
});

test('a Redis that is not there is logged once and counted, without its password', async () => {
  const lines: string[] = [];
  const registry = new Registry();
  const logger = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  const redisUrl = `redis://user:hunter2@127.0.0.1:${await findFreePort()}`;
  using limiter = startLimiter({ redisUrl, logger, registry });
  const buckets = [{ limit: { name: 'test', count: 2, periodMs: 60_000 }, key: 'a' }];
  const answers = [await limiter.take(buckets), await limiter.take(buckets), await limiter.take(buckets)];
  assert.deepEqual(
    answers.map(({ allowed }) => allowed),
    [true, true, false],
  );
  assert.equal(lines.length, 1);
  assert.ok(!lines[0]!.includes('hunter2'));
  assert.match(await registry.metrics(), /^touchmark_limit_local_total 3$/m);
});
