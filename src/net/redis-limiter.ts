import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Clock } from '../base/clock.ts';
import type { Bucket, Limiter, Taken } from '../core/limit/limiter.ts';

/** What a request waits for Redis at the most; in one network an answer takes less than one. */
const ANSWER_TIMEOUT_MS = 50;
/** After a failure Redis is left alone for this long, then one batch of requests tries it. */
const RETRY_AFTER_MS = 1000;
/** A connection on which an answer is due for so long is dead, whatever the system says, and is made anew. */
const DEAD_AFTER_MS = 2000;
const RECONNECT_MAX_MS = 1000;
/** About a millisecond of the server's time, during which it does nothing else. */
const BATCH_MAX = 100;
const KEY_PREFIX = 'touchmark:limit:';

/**
 * Takes of several requests, one after the other; the same arithmetic as core/limit/gcra.ts. ARGV has, for each
 * request, the number of its buckets, then count and period of each. The answer has, for each request, 0 or the wait
 * in ms, then for each of its buckets the ms until it is full. Lua shows large numbers with an exponent, hence `format`.
 */
export const TAKE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer, key, arg = {}, 0, 1
while arg <= #ARGV do
  local buckets, wait, full, last = tonumber(ARGV[arg]), 0, {}, {}
  for i = 1, buckets do
    local count, period = tonumber(ARGV[arg + 2 * i - 1]), tonumber(ARGV[arg + 2 * i])
    local token = math.ceil(period / count)
    local capacity = token * count
    local known = tonumber(redis.call('GET', KEYS[key + i]) or now)
    full[i] = math.min(math.max(known, now), now + capacity)
    last[i] = full[i] + token
    wait = math.max(wait, last[i] - capacity - now)
  end
  answer[#answer + 1] = wait
  for i = 1, buckets do
    if wait == 0 then
      full[i] = last[i]
      redis.call('SET', KEYS[key + i], string.format('%.0f', full[i]), 'PX', full[i] - now)
    end
    answer[#answer + 1] = full[i] - now
  end
  key, arg = key + buckets, arg + 2 * buckets + 1
end
return answer`;

/** ARGV has count and period of each bucket. */
export const GIVE_BACK_SCRIPT = `
for i, name in ipairs(KEYS) do
  local full = redis.call('GET', name)
  if full then
    local token = math.ceil(tonumber(ARGV[2 * i]) / tonumber(ARGV[2 * i - 1]))
    redis.call('SET', name, string.format('%.0f', full - token), 'KEEPTTL')
  end
end
return 1`;

/** Told to whoever runs the server: once for an outage, not once for each request. */
export interface RedisEvents {
  onOutage(error: Error): void;
  onRecovery(): void;
  /** So many requests were decided on this node alone. */
  onLocal(requests: number): void;
}

interface Waiting {
  readonly buckets: readonly Bucket[];
  readonly resolve: (taken: Taken | Promise<Taken>) => void;
}

/** Connects in the background and for as long as it takes; until then, and after losing it, commands fail at once. */
export function connectRedis(url: string): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    socketTimeout: DEAD_AFTER_MS,
    retryStrategy: (attempts) => Math.min(attempts * 50, RECONNECT_MAX_MS),
  });
  // Without a listener ioredis prints each failed attempt; what it means for requests is seen by them.
  redis.on('error', () => {});
  return redis;
}

/**
 * Limits that all nodes over one Redis share, by the time of that server. While it does not answer, each node goes on
 * with `local`; nobody is refused for that, and nobody waits longer than 50 ms. Disposal closes the connection.
 */
export function createRedisLimiter(parts: {
  readonly redis: Redis;
  readonly local: Limiter;
  readonly clock: Clock;
  readonly events: RedisEvents;
}): Limiter & Disposable {
  const { redis, local, clock, events } = parts;
  const waiting: Waiting[] = [];
  /** Null while Redis answers. */
  let retryAt: number | null = null;

  function isLeftAlone(): boolean {
    return retryAt !== null && clock.now() < retryAt;
  }

  /** Runs on Redis, or returns null when that fails or is not worth trying. */
  async function tryRedis<T>(run: () => Promise<T>): Promise<T | null> {
    if (isLeftAlone()) return null;
    // Of those that come during a try only this one waits for it.
    if (retryAt !== null) retryAt = clock.now() + RETRY_AFTER_MS;
    try {
      const result = await withDeadline(run());
      if (retryAt !== null) {
        retryAt = null;
        events.onRecovery();
      }
      return result;
    } catch (error) {
      if (retryAt === null) events.onOutage(error as Error);
      retryAt = clock.now() + RETRY_AFTER_MS;
      return null;
    }
  }

  async function flush(): Promise<void> {
    const batch = waiting.splice(0, BATCH_MAX);
    if (waiting.length > 0) void flush();
    const keys = batch.flatMap(({ buckets }) => buckets.map(keyOf));
    const args = batch.flatMap(({ buckets }) => [buckets.length, ...buckets.flatMap(allowanceOf)]);
    const numbers = (await tryRedis(() => evaluate(redis, TAKE, keys, args))) as number[] | null;
    if (numbers === null) {
      events.onLocal(batch.length);
      for (const { buckets, resolve } of batch) resolve(local.take(buckets));
      return;
    }
    let at = 0;
    for (const { buckets, resolve } of batch) {
      const retryAfterMs = numbers[at++]!;
      const levels = buckets.map(({ limit }) => ({ limit, fullInMs: numbers[at++]! }));
      resolve(retryAfterMs > 0 ? { allowed: false, levels, retryAfterMs } : { allowed: true, levels });
    }
  }

  return {
    take(buckets) {
      if (isLeftAlone()) {
        events.onLocal(1);
        return local.take(buckets);
      }
      const { promise, resolve } = Promise.withResolvers<Taken>();
      // What arrives in the same turn of the event loop shares one round trip.
      if (waiting.push({ buckets, resolve }) === 1) setImmediate(flush);
      return promise;
    },

    async giveBack(buckets) {
      const run = () => evaluate(redis, GIVE_BACK, buckets.map(keyOf), buckets.flatMap(allowanceOf));
      if ((await tryRedis(run)) === null) await local.giveBack(buckets);
    },

    [Symbol.dispose]: () => redis.disconnect(),
  };
}

interface Script {
  readonly text: string;
  readonly sha1: string;
}

const TAKE = createScript(TAKE_SCRIPT);
const GIVE_BACK = createScript(GIVE_BACK_SCRIPT);

function createScript(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/** By its digest; in full when the server does not know it, as after a restart. */
async function evaluate(redis: Redis, script: Script, keys: string[], args: (string | number)[]): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha1, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await redis.eval(script.text, keys.length, ...keys, ...args);
  }
}

function withDeadline<T>(work: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const fail = () => reject(new Error(`no answer in ${ANSWER_TIMEOUT_MS} ms`));
  // When this process was too busy to look, the answer is there and unread: reading comes before `setImmediate`.
  const timer = setTimeout(() => setImmediate(fail), ANSWER_TIMEOUT_MS);
  work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}

function keyOf({ limit, key }: Bucket): string {
  return `${KEY_PREFIX}${limit.name}:${key}`;
}

function allowanceOf({ limit }: Bucket): [number, number] {
  return [limit.count, limit.periodMs];
}
