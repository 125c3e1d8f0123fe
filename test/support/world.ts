import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type ServerSettings, startApp } from '../../src/app/app.ts';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { createCertificateKey, loadCertificateKeys } from '../../src/config/certificate-keys.ts';
import { readConfig } from '../../src/config/config.ts';
import { createLogSecrets, loadLogKeys } from '../../src/config/log.ts';
import { readMoney } from '../../src/config/money.ts';
import { createCalendarSecrets, loadCalendarSecrets } from '../../src/config/secrets.ts';
import type { AnchorPolicy } from '../../src/core/anchor/policy.ts';
import { createStampWallet } from '../../src/core/calendar/wallet.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { createBitcoinCoreChain } from '../../src/net/chain/bitcoin-core.ts';
import { openRegtestChain, type RegtestChain } from '../../src/sandbox/regtest-chain.ts';
import { createTestDatabase, type Engine } from './databases.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { findFreePort } from './postgres.ts';
import { makeTsaKeys } from './tsa-certificates.ts';

export const CALENDAR_NAMES = ['a', 'b', 'alice', 'finney', 'btc'] as const;

/** A server with five real calendars and a real regtest node, each reached through a proxy that can misbehave. */
export interface World extends AsyncDisposable {
  readonly url: string;
  readonly chain: RegtestChain;
  /** In front of each calendar. */
  readonly calendars: Readonly<Record<(typeof CALENDAR_NAMES)[number], FaultProxy>>;
  /** In front of the Bitcoin node. */
  readonly bitcoin: FaultProxy;
  /** Stops the server and starts it again on the same database. */
  restart(): Promise<void>;
}

/** Everything in seconds instead of hours. */
const FAST_POLICY: AnchorPolicy = {
  enoughMs: 1_000,
  enoughCalendars: 3,
  allMs: 3_000,
  breakerPauseMs: 100,
  confirmations: 1,
  firstPollMs: 200,
  maxPollMs: 400,
  recheckMs: 200,
  overdueMs: 60_000,
  giveUpMs: 600_000,
  retryFailedMs: 60_000,
};

export async function startWorld(engine: Engine, policy: Partial<AnchorPolicy> = {}): Promise<World> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-world-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const database = cleanup.use(await createTestDatabase(engine));
  const port = await findFreePort();
  const proxies = cleanup.use(new AsyncDisposableStack());
  const calendars = Object.fromEntries(
    await Promise.all(
      CALENDAR_NAMES.map(async (name) => {
        const proxy = proxies.use(await startFaultProxy(`http://127.0.0.1:${port}/calendar/${name}`));
        return [name, proxy] as const;
      }),
    ),
  ) as unknown as World['calendars'];

  await createCalendarSecrets(folder, CALENDAR_NAMES, systemRandom, async () => null);
  const calendarSecrets = await loadCalendarSecrets(folder, CALENDAR_NAMES);
  const scripts = [...calendarSecrets.values()].map(
    ({ walletKey }) => createStampWallet(walletKey, 'regtest').scriptPubKey,
  );
  const chain = cleanup.use(await openRegtestChain({ folder: null, rpcPort: 0, apiKey: 'test', payTo: scripts }));
  const bitcoin = proxies.use(await startFaultProxy(new URL(chain.rpcUrl).origin));
  const rpcUrl = new URL(chain.rpcUrl);
  rpcUrl.host = new URL(bitcoin.url).host;

  await createLogSecrets(folder, 'touchmark.example.org/log', systemRandom);
  await createCertificateKey(folder, systemRandom, systemClock);
  const config = readConfig({ PORT: String(port), TOUCHMARK_FREE_ANCHORS_PER_DAY: 'unlimited' });
  const targets = CALENDAR_NAMES.map((name) => ({ name, url: calendars[name].url }));
  const node = createBitcoinCoreChain({ url: rpcUrl.href, network: 'regtest', timeoutMs: 1_000 });
  const settings: ServerSettings = {
    config: {
      ...config,
      dataFolder: folder,
      network: 'regtest',
      ownCalendars: targets,
      anchor: {
        calendars: targets,
        lookupPatterns: targets.map(({ url }) => url),
        policy: { ...FAST_POLICY, ...policy },
      },
      stamp: { ...config.stamp, minIntervalMs: 200, minConfirmations: 1, walletBirthHeight: 480 },
    },
    pace: { upgradeIntervalMs: 150, stampIntervalMs: 150, orderIntervalMs: 150 },
    database: database.location,
    chain: { reader: node, writer: node, payments: node },
    calendarSecrets,
    money: readMoney({}, 'regtest'),
    mailer: null,
    accountSecret: systemRandom(32),
    certificateKeys: await loadCertificateKeys(folder),
    logKeys: await loadLogKeys(folder, { origin: null }),
    tsaKeys: await makeTsaKeys(folder),
    webhooks: { key: systemRandom(32), proxyUrl: null },
    jwtIssuers: [],
    redisUrl: null,
    surfaces: [],
    prepare: async () => {},
    logger: createLogger({ level: 'silent' }),
  };
  let app: App = await startApp(settings);
  cleanup.defer(() => app[Symbol.asyncDispose]());
  const world = cleanup.move();
  return {
    url: app.url,
    chain,
    calendars,
    bitcoin,
    async restart() {
      await app[Symbol.asyncDispose]();
      app = await startApp(settings);
    },
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  };
}
