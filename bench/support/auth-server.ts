import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { Type } from 'typebox';
import { startLimiter } from '../../src/app/limiter.ts';
import { systemClock, systemRandom, systemSha256Hex } from '../../src/app/system.ts';
import { createKeys } from '../../src/core/key/keys.ts';
import { openMeter } from '../../src/core/meter/meter.ts';
import { createServer } from '../../src/http/server.ts';
import { requireCredential } from '../../src/http/shared/credentials.ts';
import { FreshCache } from '../../src/http/shared/fresh-cache.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { takeTokens } from '../../src/http/shared/rate-limit.ts';
import { prepareAnswer, sendReady } from '../../src/http/shared/ready-answer.ts';
import type { Surface } from '../../src/http/shared/surface.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createUsageJournals } from '../../src/store/usage-journal.ts';
import { measureUsage } from './usage.ts';

/**
 * One cached read, behind more and more of what a contract puts before it. The parts are the product's own, and so is
 * the server; only the routes are made up. Told what to do by IPC, as server.ts.
 */
const logger = createLogger({ level: 'warn' });
const registry = new Registry();
await using cleanup = new AsyncDisposableStack();
const database = cleanup.use(await openDatabase({ url: process.env.DATABASE_URL!, poolMax: 10 }));
const store = createStore(database);
const onError = (error: unknown) => logger.error({ err: error }, 'in the background');
const keys = cleanup.use(
  createKeys({ store, clock: systemClock, random: systemRandom, sha256Hex: systemSha256Hex, onUseLost: onError }),
);
const limiter = cleanup.use(startLimiter({ redisUrl: process.env.BENCH_REDIS_URL ?? null, logger, registry }));
const journalFolder = await mkdtemp(join(tmpdir(), 'touchmark-bench-journal-'));
cleanup.defer(() => rm(journalFolder, { recursive: true, force: true }));
const meter = cleanup.use(
  await openMeter({
    store,
    journals: createUsageJournals(journalFolder),
    policy: { freeCallsPerMonth: 1_000_000_000, callsPerCredit: 5_000 },
    clock: systemClock,
    onError,
  }),
);

const answers = new FreshCache({
  freshMs: 1000,
  maxEntries: 1000,
  clock: systemClock,
  make: async (id) => prepareAnswer({ id, text: 'x'.repeat(900) }),
});
const schema = { params: Type.Object({ id: Type.String({ maxLength: 64 }) }) };
const options = { schema, config: { cors: true } } as const;
/** Never empty, so that what is measured is the counting. */
const limit = { name: 'bench', count: 60_000_000, periodMs: 60_000 * 1000 };
const demand = { transports: ['bearer'], kinds: ['trackorigin-secret-live'], scope: 'read' } as const;

const surface: Surface = {
  pathPrefixes: ['/bench/'],
  presentError: (error) => ({ status: 500, body: { error: String(error) } }),
  register(app) {
    app.get('/bench/open/:id', options, async (request, reply) => {
      sendReady(request, reply, await answers.get(request.params.id), 'no-cache');
      return reply;
    });
    app.get('/bench/keyed/:id', options, async (request, reply) => {
      const { id } = await requireCredential(keys.authenticator, request, demand);
      await takeTokens(limiter, [{ limit, key: id }], reply);
      sendReady(request, reply, await answers.get(request.params.id), 'no-cache');
      return reply;
    });
    app.get('/bench/metered/:id', options, async (request, reply) => {
      const { id, accountId } = await requireCredential(keys.authenticator, request, demand);
      await takeTokens(limiter, [{ limit, key: id }], reply);
      if ((await meter.take(accountId!)) !== 'allowed') throw new Error('nothing left');
      sendReady(request, reply, await answers.get(request.params.id), 'no-cache');
      return reply;
    });
  },
};

const server = createServer({
  surfaces: [surface],
  clock: systemClock,
  random: systemRandom,
  logger,
  registry,
  readiness: {},
  trustedProxies: [],
  version: 'bench',
});
cleanup.defer(() => server.close());
const stopped = Promise.withResolvers<void>();
process.on('message', (message) => {
  if (message === 'usage') process.send!(measureUsage());
  if (message === 'stop') stopped.resolve();
});
process.send!({ url: await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT) }) });
await stopped.promise;
await cleanup.disposeAsync();
process.exit(0);
