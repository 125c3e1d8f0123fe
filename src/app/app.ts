import { sql } from 'kysely';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { CodedError } from '../base/coded-error.ts';
import type { CertificateKeys } from '../config/certificate-keys.ts';
import type { Config } from '../config/config.ts';
import type { MoneyConfig } from '../config/money.ts';
import type { CalendarSecrets } from '../config/secrets.ts';
import type { TsaKeys } from '../config/tsa.ts';
import type { Mailer } from '../core/account/account.ts';
import type { JwtIssuer } from '../core/account/tokens.ts';
import type { LogKeys } from '../core/log/keys.ts';
import type { Store } from '../core/store.ts';
import { soleCalendarSurface } from '../http/calendar/surface.ts';
import { createServer } from '../http/server.ts';
import type { Surface } from '../http/shared/surface.ts';
import { type Database, type DatabaseLocation, openDatabase } from '../store/database.ts';
import { assertMigrated } from '../store/migrate.ts';
import { createStore } from '../store/store.ts';
import type { ConfiguredChain } from './chain.ts';
import { startLog } from './log.ts';
import { createParts, type Parts } from './parts.ts';
import { openServices, type Services } from './services.ts';
import { createSurfaces } from './surfaces.ts';
import { systemClock, systemRandom } from './system.ts';
import { startTsa } from './tsa.ts';
import { VERSION } from './version.ts';
import { createWeb, openScripts } from './web.ts';
import { createWebhookSignal, type WebhookSettings, type WebhookSignal, watchPublishes } from './webhooks.ts';
import { allWorkers, stampWorkers } from './work.ts';
import { registerWorkMetrics, type WorkRecord } from './work-metrics.ts';
import { startWorkers, type Worker, type WorkPace } from './workers.ts';

export interface AppSettings {
  readonly config: Config;
  readonly pace: WorkPace;
  readonly database: DatabaseLocation;
  readonly chain: ConfiguredChain;
  /** Keys of `config.ownCalendars`. */
  readonly calendarSecrets: ReadonlyMap<string, CalendarSecrets>;
  readonly money: MoneyConfig;
  /** Null: no mail is sent. */
  readonly mailer: Mailer | null;
  readonly logger: Logger;
}

/** What whoever signs the public log, and tokens, needs besides. */
export interface WorkSettings extends AppSettings {
  readonly logKeys: LogKeys;
  readonly tsaKeys: TsaKeys;
  readonly webhooks: WebhookSettings;
  /** Of `loadAccountSecret`. */
  readonly accountSecret: Uint8Array;
}

/** What a server needs besides. */
export interface ServerSettings extends WorkSettings {
  readonly certificateKeys: CertificateKeys;
  /** Others whose tokens are believed. */
  readonly jwtIssuers: readonly JwtIssuer[];
  /** Where nodes share limits; null: each counts for itself. */
  readonly redisUrl: string | null;
  /** Routes besides the product's own. */
  readonly surfaces: readonly Surface[];
  /** Called before the server takes requests. */
  readonly prepare: (services: Services, store: Store) => Promise<void>;
}

/** A running server. Disposal answers everything that was accepted, then stops. */
export interface App extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
}

export class ListenError extends CodedError<'cannot-listen'> {}

/** Starts the server, and the workers if the configuration says so. Errors: MigrationError, ListenError. */
export function startApp(settings: ServerSettings): Promise<App> {
  return listen(settings, {
    async makeSurfaces(running, cleanup) {
      const services = await openServices(settings, running, cleanup);
      await settings.prepare(services, running.store);
      const web = createWeb(settings, running, services, await openScripts());
      return [...createSurfaces(settings, running, services), ...web, ...settings.surfaces];
    },
    makeWorkers: (running) => allWorkers(running, settings),
  });
}

/** Starts the one calendar of `config.ownCalendars` at the root of its own server. */
export function startCalendar(settings: AppSettings): Promise<App> {
  return listen(settings, {
    makeSurfaces: async ({ parts }) => {
      const [calendar] = parts.calendars.values();
      return [soleCalendarSurface({ calendar: calendar!, version: VERSION })];
    },
    makeWorkers: ({ parts }) => stampWorkers(parts, settings.pace),
  });
}

/** What is behind every way to run. */
export interface Running {
  readonly parts: Parts;
  readonly store: Store;
  readonly registry: Registry;
  readonly database: Database;
  readonly record: WorkRecord;
  readonly lastRuns: LastRuns;
  readonly webhookSignal: WebhookSignal;
}

/** When the workers of this process last ended a pass, in epoch ms. */
interface LastRuns {
  upgradeAt: number | null;
  expiryAt: number | null;
}

async function listen(
  settings: AppSettings,
  {
    makeSurfaces,
    makeWorkers,
  }: {
    makeSurfaces: (running: Running, cleanup: AsyncDisposableStack) => Promise<readonly Surface[]>;
    makeWorkers: (running: Running) => readonly Worker[];
  },
): Promise<App> {
  const { config, logger } = settings;
  await using cleanup = new AsyncDisposableStack();
  const running = await open(settings, cleanup);
  const surfaces = await makeSurfaces(running, cleanup);
  const url = await listenAt(config.http.port, surfaces, { settings, running, cleanup });
  cleanup.defer(() => running.parts.drain());
  const onFailure = running.record.failure;
  if (config.runsWorkers) cleanup.use(startWorkers(makeWorkers(running), { logger, onFailure }));
  const started = cleanup.move();
  return { url, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Serves surfaces, probes and metrics until `cleanup` is disposed of; resolves with the address. Errors: ListenError. */
async function listenAt(
  port: number,
  surfaces: readonly Surface[],
  { settings: { config, logger }, running: { database, registry }, cleanup }: ListenParts,
): Promise<string> {
  const { host, trustedProxies } = config.http;
  const server = createServer({
    surfaces,
    clock: systemClock,
    random: systemRandom,
    logger,
    registry,
    // Bitcoin is not among these: with it out of reach anchoring goes on, and upgrades wait. Metrics tell.
    readiness: { database: () => sql`select 1`.execute(database.kysely) },
    trustedProxies,
    version: VERSION,
  });
  cleanup.defer(() => server.close());
  return server.listen({ host, port }).catch((error) => {
    throw new ListenError('cannot-listen', describeListenFailure(host, port, error), { cause: error });
  });
}

interface ListenParts {
  readonly settings: AppSettings;
  readonly running: Running;
  readonly cleanup: AsyncDisposableStack;
}

function describeListenFailure(host: string, port: number, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is in use; PORT names another`;
  return `cannot listen on ${host}, port ${port} (HOST, PORT): ${message}`;
}

/**
 * Starts the workers alone: `touchmark work`. Any number may run beside any number of servers. On a port, unless it is
 * null, there are probes and metrics. Errors: MigrationError, ListenError.
 */
export async function startWork(settings: WorkSettings, port: number | null): Promise<AsyncDisposable> {
  await using cleanup = new AsyncDisposableStack();
  const running = await open(settings, cleanup);
  const { logger } = settings;
  if (port !== null) await listenAt(port, [], { settings, running, cleanup });
  await startLog(settings, running, true, cleanup);
  await startTsa(settings, running, true, cleanup);
  cleanup.use(startWorkers(allWorkers(running, settings), { logger, onFailure: running.record.failure }));
  const started = cleanup.move();
  return { [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function open(settings: AppSettings, cleanup: AsyncDisposableStack): Promise<Running> {
  const database = cleanup.use(await openDatabase(settings.database));
  await assertMigrated(database);
  const webhookSignal = createWebhookSignal();
  const store = watchPublishes(createStore(database), webhookSignal);
  const parts = cleanup.use(await createParts(settings, store));
  const registry = new Registry();
  const record = registerWorkMetrics(registry, parts.anchors);
  return { parts, store, database, registry, record, lastRuns: { upgradeAt: null, expiryAt: null }, webhookSignal };
}
