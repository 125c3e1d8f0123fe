import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import type { Limiter } from '../core/limit/limiter.ts';
import { MemoryLimiter } from '../core/limit/memory-limiter.ts';
import { connectRedis, createRedisLimiter } from '../net/redis-limiter.ts';
import { systemClock } from './system.ts';

/** Buckets of each limit that a process remembers: tens of megabytes at the most. */
const MAX_KEYS = 200_000;

/** The limits of this process, shared over Redis when there is one. */
export function startLimiter(parts: {
  readonly redisUrl: string | null;
  readonly logger: Logger;
  readonly registry: Registry;
}): Limiter & Disposable {
  const { redisUrl, logger, registry } = parts;
  const local = new MemoryLimiter({ maxKeys: MAX_KEYS, clock: systemClock });
  if (redisUrl === null) return Object.assign(local, { [Symbol.dispose]() {} });
  const decidedLocally = new Counter({
    name: 'touchmark_limit_local_total',
    help: 'Requests whose limits were decided by this process alone, since Redis did not answer',
    registers: [registry],
  });
  return createRedisLimiter({
    redis: connectRedis(redisUrl),
    local,
    clock: systemClock,
    events: {
      // The error itself may hold a password, or the addresses of clients.
      onOutage: ({ message }) =>
        logger.warn({ reason: message }, 'Redis does not answer; limits go on in each process'),
      onRecovery: () => logger.info('Redis answers again; limits are shared'),
      onLocal: (requests) => decidedLocally.inc(requests),
    },
  });
}
