import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { CodedError } from '../base/coded-error.ts';
import { repeat } from '../base/loop.ts';
import type { Config } from '../config/config.ts';
import type { CalendarSecrets } from '../config/secrets.ts';
import { type AnchorService, createAnchorService } from '../core/anchor/anchor.ts';
import type { CalendarTarget } from '../core/anchor/calendar.ts';
import { CalendarPool } from '../core/anchor/calendar-pool.ts';
import { UpgradeWorker } from '../core/anchor/upgrade.ts';
import { createJournal, type Journal } from '../core/calendar/journal.ts';
import { type CalendarService, openCalendar } from '../core/calendar/service.ts';
import { createStamper, type Stamper } from '../core/calendar/stamper.ts';
import { createStampWallet, type StampWallet } from '../core/calendar/wallet.ts';
import { MemoryLimiter } from '../core/limit/memory-limiter.ts';
import type { Store } from '../core/store.ts';
import { calendarSurface, soleCalendarSurface } from '../http/calendar/surface.ts';
import { DOCUMENTED_PRICING } from '../http/orphograph/config.ts';
import { createOrphograph } from '../http/orphograph/index.ts';
import { createServer } from '../http/server.ts';
import type { Surface } from '../http/shared/surface.ts';
import { createCalendarClient } from '../net/calendar-client.ts';
import { type Database, type DatabaseLocation, openDatabase } from '../store/database.ts';
import { assertMigrated } from '../store/migrate.ts';
import { createStore } from '../store/store.ts';
import type { ConfiguredChain } from './chain.ts';
import { callOwnCalendars } from './own-calendars.ts';
import { systemClock, systemRandom } from './system.ts';
import { VERSION } from './version.ts';
import { registerWorkMetrics, type WorkRecord } from './work-metrics.ts';

/** How often a worker looks for work that is due. Looking costs one indexed query. */
export interface WorkPace {
  readonly upgradeIntervalMs: number;
  readonly stampIntervalMs: number;
}

export const MAINNET_WORK_PACE: WorkPace = { upgradeIntervalMs: 15_000, stampIntervalMs: 15_000 };

/** Networks whose free anchors are remembered: tens of megabytes at the most. */
const FREE_TIER_MAX_NETWORKS = 200_000;

export interface AppSettings {
  readonly config: Config;
  readonly pace: WorkPace;
  readonly database: DatabaseLocation;
  readonly chain: ConfiguredChain;
  /** Keys of `config.ownCalendars`. */
  readonly calendarSecrets: ReadonlyMap<string, CalendarSecrets>;
  /** SHA-256 digests of the orphograph API keys that are not subject to the free tier. */
  readonly apiKeyDigests: readonly Uint8Array[];
  /** Routes besides the product's own. */
  readonly surfaces: readonly Surface[];
  readonly logger: Logger;
}

/** A running server. Disposal answers everything that was accepted, then stops. */
export interface App extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
}

export class ListenError extends CodedError<'cannot-listen'> {}

/** Starts the server, and the workers if the configuration says so. Errors: MigrationError, ListenError. */
export function startApp(settings: AppSettings): Promise<App> {
  return listen(settings, ({ parts, database, lastRuns }) => [
    createOrphograph({
      anchors: parts.anchors,
      freeTier:
        settings.config.freeTier &&
        new MemoryLimiter({
          allowance: settings.config.freeTier,
          maxKeys: FREE_TIER_MAX_NETWORKS,
          clock: systemClock,
        }),
      operations: { measureLedger: () => measureLedger(database), lastRuns: () => lastRuns },
      apiKeyDigests: settings.apiKeyDigests,
      network: settings.config.network,
      pricing: DOCUMENTED_PRICING,
      clock: systemClock,
    }),
    calendarSurface({ calendars: parts.calendars, version: VERSION }),
    ...settings.surfaces,
  ]);
}

/** Starts the one calendar of `config.ownCalendars` at the root of its own server. */
export function startCalendar(settings: AppSettings): Promise<App> {
  return listen(settings, ({ parts }) => {
    const [calendar] = parts.calendars.values();
    return [soleCalendarSurface({ calendar: calendar!, version: VERSION })];
  });
}

interface Running {
  readonly parts: Parts;
  readonly database: Database;
  readonly lastRuns: LastRuns;
}

async function listen(settings: AppSettings, makeSurfaces: (running: Running) => readonly Surface[]): Promise<App> {
  const { config, logger } = settings;
  await using cleanup = new AsyncDisposableStack();
  const database = cleanup.use(await openDatabase(settings.database));
  await assertMigrated(database);
  const parts = cleanup.use(await createParts(settings, createStore(database)));
  const registry = new Registry();
  const record = registerWorkMetrics(registry, parts.anchors);
  const lastRuns: LastRuns = { upgradeAt: null, expiryAt: null };
  const server = createServer({
    surfaces: makeSurfaces({ parts, database, lastRuns }),
    clock: systemClock,
    random: systemRandom,
    logger,
    registry,
    // Bitcoin is not among these: with it out of reach anchoring goes on, and upgrades wait. Metrics tell.
    readiness: { database: () => sql`select 1`.execute(database.kysely) },
    trustedProxies: config.http.trustedProxies,
    version: VERSION,
  });
  cleanup.defer(() => server.close());
  cleanup.defer(() => parts.drain());
  const url = await server.listen({ host: config.http.host, port: config.http.port }).catch((error) => {
    throw new ListenError('cannot-listen', describeListenFailure(config.http, error), { cause: error });
  });
  if (config.runsWorkers) cleanup.use(startWorkers(parts, settings, record, lastRuns));
  const started = cleanup.move();
  return { url, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function describeListenFailure({ host, port }: Config['http'], { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is in use; PORT names another`;
  return `cannot listen on ${host}, port ${port} (HOST, PORT): ${message}`;
}

/** Starts workers without a server: `touchmark work`. Any number may run beside any number of servers. */
export async function startWork(settings: AppSettings): Promise<AsyncDisposable> {
  await using cleanup = new AsyncDisposableStack();
  const database = cleanup.use(await openDatabase(settings.database));
  await assertMigrated(database);
  const parts = cleanup.use(await createParts(settings, createStore(database)));
  cleanup.use(
    startWorkers(parts, settings, registerWorkMetrics(new Registry(), parts.anchors), {
      upgradeAt: null,
      expiryAt: null,
    }),
  );
  const started = cleanup.move();
  return { [Symbol.asyncDispose]: () => started.disposeAsync() };
}

interface Parts extends AsyncDisposable {
  readonly anchors: AnchorService;
  readonly upgrades: UpgradeWorker;
  readonly calendars: ReadonlyMap<string, CalendarService>;
  readonly stampers: readonly Stamper[];
  /** Answers what was accepted and takes nothing new. */
  drain(): Promise<void>;
}

async function createParts(settings: AppSettings, store: Store): Promise<Parts> {
  const { config, logger, chain } = settings;
  const calendars = new Map<string, CalendarService>();
  const journal = createJournal(store);
  const stampers: Stamper[] = [];
  // The embedded engine has one process at a time: a restarted one need not wait for the lease of the one that died.
  const nodeId = 'url' in settings.database ? randomUUID() : 'embedded';
  for (const target of config.ownCalendars) {
    const { hmacKey, walletKey, birthHeight } = settings.calendarSecrets.get(target.name)!;
    const wallet = createStampWallet(walletKey, config.network);
    calendars.set(target.name, await openOwnCalendar(target, { config, store, journal, hmacKey, wallet }));
    const log = (event: object) => logger.info({ calendar: target.name, ...event }, 'stamper');
    stampers.push(
      createStamper({
        name: target.name,
        store,
        chain: chain.writer,
        wallet,
        clock: systemClock,
        policy: { ...config.stamp, walletBirthHeight: birthHeight ?? config.stamp.walletBirthHeight },
        nodeId,
        log,
      }),
    );
  }
  const { policy, calendars: targets, lookupPatterns: allowedUris } = config.anchor;
  const remote = createCalendarClient();
  const local = [...calendars.values()].filter(({ uri }) => uri.startsWith(`${config.http.publicUrl}/`));
  const client = callOwnCalendars(remote, new Map(local.map((calendar) => [calendar.uri, calendar])));
  const common = { store, policy, clock: systemClock };
  const pool = new CalendarPool({ targets, allowedUris, client, policy, clock: systemClock });
  const anchors = createAnchorService({
    ...common,
    pool,
    random: systemRandom,
    onLateError: (error) => logger.warn({ err: error }, 'a late calendar answer could not be stored'),
  });
  return {
    anchors,
    upgrades: new UpgradeWorker({ ...common, pool, client, chain: chain.reader }),
    calendars,
    stampers,
    // Rounds first: they may be waiting for these very calendars.
    async drain() {
      await anchors.close();
      await Promise.all([...calendars.values()].map((calendar) => calendar.drain()));
    },
    [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
  };
}

function openOwnCalendar(
  { name, url }: CalendarTarget,
  own: { config: Config; store: Store; journal: Journal; hmacKey: Uint8Array; wallet: StampWallet },
): Promise<CalendarService> {
  return openCalendar({
    ...own,
    name,
    uri: url,
    clock: systemClock,
    random: systemRandom,
    policy: own.config.stamp,
    refuseAfterMs: null,
  });
}

/** When the workers of this process last ended a pass, in epoch ms. */
interface LastRuns {
  upgradeAt: number | null;
  expiryAt: number | null;
}

function startWorkers(
  parts: Parts,
  { logger, pace }: AppSettings,
  record: WorkRecord,
  lastRuns: LastRuns,
): AsyncDisposable {
  const stop = new AbortController();
  const loop = (name: string, intervalMs: number, pass: (signal: AbortSignal) => Promise<unknown>) =>
    repeat(pass, {
      intervalMs,
      clock: systemClock,
      signal: stop.signal,
      onError: (error) => {
        record.failure(name);
        logger.warn({ worker: name, err: error }, 'a worker pass failed; it will be tried again');
      },
    });
  const loops = [
    loop('upgrade', pace.upgradeIntervalMs, async (signal) => {
      record.upgrade(await parts.upgrades.run(signal));
      lastRuns.upgradeAt = systemClock.now();
    }),
    ...parts.stampers.map((stamper) => loop('stamp', pace.stampIntervalMs, () => stamper.tick())),
  ];
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(loops);
    },
  };
}

async function measureLedger({ kysely }: Database): Promise<{ anchors: number; upgrades: number; expiries: number }> {
  const { rows } = await sql<{ anchors: number; upgrades: number }>`
    select pg_total_relation_size('receipt') + pg_total_relation_size('round') as anchors,
      pg_total_relation_size('submission') as upgrades`.execute(kysely);
  return { ...rows[0]!, expiries: 0 };
}
