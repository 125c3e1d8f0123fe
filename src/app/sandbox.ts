import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HDKey } from '@scure/bip32';
import type { Logger } from 'pino';
import { decodeHex } from '../base/hex.ts';
import { createCertificateKey, loadCertificateKeys } from '../config/certificate-keys.ts';
import type { Config } from '../config/config.ts';
import { createLogSecrets, defaultLogOrigin, loadLogKeys } from '../config/log.ts';
import type { MoneyConfig } from '../config/money.ts';
import {
  createAccountSecret,
  createCalendarSecrets,
  loadAccountSecret,
  loadCalendarSecrets,
  writePrivateFile,
} from '../config/secrets.ts';
import { createTsaSecret, loadTsaKeys } from '../config/tsa.ts';
import { createWebhookKey, loadWebhookKey } from '../config/webhooks.ts';
import { createStampWallet } from '../core/calendar/wallet.ts';
import { createReceivingWallet } from '../core/order/receiving-wallet.ts';
import { presentPlainError } from '../http/shared/plain-errors.ts';
import { createBitcoinCoreChain } from '../net/chain/bitcoin-core.ts';
import { createEsploraChain } from '../net/chain/esplora.ts';
import { esploraFacade } from '../sandbox/esplora-facade.ts';
import { createOutbox, outboxRoutes } from '../sandbox/outbox.ts';
import { openRegtestChain, type RegtestChain } from '../sandbox/regtest-chain.ts';
import { type DatabaseLocation, openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { type App, type ServerSettings, startApp } from './app.ts';
import {
  ACCOUNT_EMAIL,
  OPERATOR_EMAIL,
  openSandboxSecrets,
  type SandboxKeys,
  type SandboxSecrets,
  seedSandbox,
} from './sandbox-account.ts';
import { systemClock, systemRandom } from './system.ts';
import type { WorkPace } from './workers.ts';

/** The names that the orphograph contract documents. */
const CALENDAR_NAMES = ['a', 'b', 'alice', 'finney', 'btc'];
const BLOCK_INTERVAL_MS = 2_000;
/** The coinbases of a fresh chain are paid in turn up to its start; what comes after this height is plenty. */
const WALLET_BIRTH_HEIGHT = 480;
const PACE: WorkPace = { upgradeIntervalMs: 1_000, stampIntervalMs: 1_000, orderIntervalMs: 1_000 };
/** Bitcoin costs what an operator says it does; here it is a round number. */
const USD_PER_BTC = 60_000;
/** Version bytes of extended keys of test networks (BIP 32), and the account of native segwit wallets there (BIP 84). */
const TEST_KEY_VERSIONS = { private: 0x04358394, public: 0x043587cf };
const WALLET_PATH = "m/84'/1'/0'";
/** Of the public log's checkpoints. */
const LOG_ANCHOR_INTERVAL_MS = 30_000;
/** The sandbox's time-stamps are signed with what it made itself. */
const NO_FILES = { ownFiles: null, rootsFile: null };
const ESPLORA_PATH = '/sandbox/esplora';

export interface SandboxSettings {
  readonly config: Config;
  /** Prices and Stripe as they are configured; where no wallet is, one of the sandbox's own takes payments. */
  readonly money: MoneyConfig;
  readonly database: DatabaseLocation;
  readonly logger: Logger;
  readonly blockIntervalMs?: number;
}

export interface Sandbox extends App {
  readonly chain: RegtestChain;
  /** What `sandbox.json` says. */
  readonly description: SandboxDescription;
}

interface Login {
  readonly email: string;
  readonly password: string;
}

export interface SandboxDescription {
  readonly base_url: string;
  readonly account: Login;
  readonly operator: Login;
  readonly keys: {
    readonly trackorigin: {
      readonly publishable_live: string;
      readonly secret_live: string;
      readonly publishable_test: string;
      readonly secret_test: string;
    };
    readonly origimark: { readonly api_key: string };
    readonly orphograph: { readonly api_key: string; readonly pack_token: string };
    readonly proofd: { readonly api_key: string };
  };
  readonly bitcoin: { readonly network: 'regtest'; readonly esplora_url: string; readonly rpc_url: string };
}

/**
 * A whole world in one process: a regtest node that mines every few seconds, five calendars of our own, the server, and
 * an embedded database, all kept in the data folder. Nothing behind the composition knows that it is in a sandbox.
 */
export async function startSandbox(settings: SandboxSettings): Promise<Sandbox> {
  const { logger } = settings;
  const { dataFolder, http } = settings.config;
  await mkdir(dataFolder, { recursive: true });
  await using cleanup = new AsyncDisposableStack();
  const secrets = await openSandboxSecrets(dataFolder);
  // No chain yet: its coinbases pay to these very keys.
  await createCalendarSecrets(dataFolder, CALENDAR_NAMES, systemRandom, async () => null);
  await createAccountSecret(dataFolder, systemRandom);
  await createCertificateKey(dataFolder, systemRandom, systemClock);
  await createLogSecrets(dataFolder, defaultLogOrigin(http.publicUrl), systemRandom);
  await createWebhookKey(dataFolder, systemRandom);
  await createTsaSecret(dataFolder, new URL(http.publicUrl).host, systemRandom, systemClock);
  const calendarSecrets = await loadCalendarSecrets(dataFolder, CALENDAR_NAMES);
  {
    await using database = await openDatabase(settings.database);
    await migrate(database);
  }
  const chain = cleanup.use(
    await openRegtestChain({
      folder: join(dataFolder, 'regtest'),
      rpcPort: 0,
      apiKey: secrets.rpc_key,
      payTo: [...calendarSecrets.values()].map(({ walletKey }) => createStampWallet(walletKey, 'regtest').scriptPubKey),
    }),
  );
  const baseUrl = http.publicUrl;
  const bitcoin = { network: 'regtest', esplora_url: `${baseUrl}${ESPLORA_PATH}`, rpc_url: chain.rpcUrl } as const;
  let keys: SandboxKeys | undefined;
  const app = cleanup.use(
    await startApp({
      ...serverSettings(settings, { chain, bitcoin, secrets }),
      calendarSecrets,
      accountSecret: await loadAccountSecret(dataFolder),
      certificateKeys: await loadCertificateKeys(dataFolder),
      logKeys: await loadLogKeys(dataFolder, { origin: null }),
      tsaKeys: await loadTsaKeys(dataFolder, NO_FILES),
      webhooks: { key: await loadWebhookKey(dataFolder), proxyUrl: null },
      async prepare(services, store) {
        keys = await seedSandbox(services, store, dataFolder, secrets);
      },
    }),
  );
  chain.startMining(settings.blockIntervalMs ?? BLOCK_INTERVAL_MS, (error) =>
    logger.error({ err: error }, 'the regtest chain stopped mining'),
  );
  const description = describe(baseUrl, bitcoin, secrets, keys!);
  await writePrivateFile(join(dataFolder, 'sandbox.json'), `${JSON.stringify(description, null, 2)}\n`);
  const started = cleanup.move();
  return { url: app.url, chain, description, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function describe(
  baseUrl: string,
  bitcoin: SandboxDescription['bitcoin'],
  secrets: SandboxSecrets,
  keys: SandboxKeys,
): SandboxDescription {
  return {
    base_url: baseUrl,
    account: { email: ACCOUNT_EMAIL, password: secrets.account_password },
    operator: { email: OPERATOR_EMAIL, password: secrets.operator_password },
    keys: {
      trackorigin: {
        publishable_live: keys['trackorigin-publishable-live'],
        secret_live: keys['trackorigin-secret-live'],
        publishable_test: keys['trackorigin-publishable-test'],
        secret_test: keys['trackorigin-secret-test'],
      },
      origimark: { api_key: keys.origimark },
      orphograph: { api_key: keys.orphograph, pack_token: keys['orphograph-pack'] },
      proofd: { api_key: keys.proofd },
    },
    bitcoin,
  };
}

function serverSettings(
  { config, money, database, logger }: SandboxSettings,
  world: { chain: RegtestChain; bitcoin: SandboxDescription['bitcoin']; secrets: SandboxSecrets },
): Omit<
  ServerSettings,
  'calendarSecrets' | 'accountSecret' | 'certificateKeys' | 'logKeys' | 'tsaKeys' | 'webhooks' | 'prepare'
> {
  const { chain, bitcoin } = world;
  const calendars = CALENDAR_NAMES.map((name) => ({ name, url: `${config.http.publicUrl}/calendar/${name}` }));
  const outbox = createOutbox(systemClock);
  const esplora = createEsploraChain({ url: bitcoin.esplora_url, network: 'regtest' });
  return {
    config: {
      ...config,
      network: 'regtest',
      ownCalendars: calendars,
      anchor: {
        calendars,
        lookupPatterns: calendars.map(({ url }) => url),
        policy: {
          ...config.anchor.policy,
          confirmations: 1,
          firstPollMs: 2_000,
          maxPollMs: 5_000,
          recheckMs: 1_000,
          overdueMs: 120_000,
        },
      },
      log: { ...config.log, anchorIntervalMs: LOG_ANCHOR_INTERVAL_MS },
      webhooks: { ...config.webhooks, allowsLoopback: true },
      stamp: { ...config.stamp, minIntervalMs: 2_000, minConfirmations: 1, walletBirthHeight: WALLET_BIRTH_HEIGHT },
    },
    pace: PACE,
    database,
    chain: {
      reader: esplora,
      writer: createBitcoinCoreChain({ url: bitcoin.rpc_url, network: 'regtest' }),
      payments: esplora,
    },
    money: { ...money, bitcoin: money.bitcoin ?? ownWallet(world.secrets) },
    mailer: outbox,
    jwtIssuers: [],
    redisUrl: null,
    surfaces: [
      {
        pathPrefixes: ['/sandbox'],
        register(app) {
          app.register(esploraFacade(chain), { prefix: ESPLORA_PATH });
          app.register(outboxRoutes(outbox), { prefix: '/sandbox' });
        },
        presentError: presentPlainError,
      },
    ],
    logger,
  };
}

function ownWallet({ wallet_seed }: SandboxSecrets): MoneyConfig['bitcoin'] {
  const account = HDKey.fromMasterSeed(decodeHex(wallet_seed)!, TEST_KEY_VERSIONS).derive(WALLET_PATH);
  return {
    wallet: createReceivingWallet(account.publicExtendedKey, 'regtest'),
    usdPerBtc: USD_PER_BTC,
    confirmations: 1,
  };
}
