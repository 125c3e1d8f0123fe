import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { encodeBase64Url } from '../base/base64url.ts';
import { encodeHex } from '../base/hex.ts';
import type { Config } from '../config/config.ts';
import { createCalendarSecrets, loadCalendarSecrets, writePrivateFile } from '../config/secrets.ts';
import { createStampWallet } from '../core/calendar/wallet.ts';
import { presentPlainError } from '../http/shared/plain-errors.ts';
import { createBitcoinCoreChain } from '../net/chain/bitcoin-core.ts';
import { createEsploraChain } from '../net/chain/esplora.ts';
import { esploraFacade } from '../sandbox/esplora-facade.ts';
import { openRegtestChain, type RegtestChain } from '../sandbox/regtest-chain.ts';
import { type DatabaseLocation, openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { type App, type AppSettings, startApp, type WorkPace } from './app.ts';
import { systemRandom } from './system.ts';

/** The names that the orphograph contract documents. */
const CALENDAR_NAMES = ['a', 'b', 'alice', 'finney', 'btc'];
const BLOCK_INTERVAL_MS = 2_000;
/** The coinbases of a fresh chain are paid in turn up to its start; what comes after this height is plenty. */
const WALLET_BIRTH_HEIGHT = 480;
const PACE: WorkPace = { upgradeIntervalMs: 1_000, stampIntervalMs: 1_000 };
const ESPLORA_PATH = '/sandbox/esplora';

export interface SandboxSettings {
  readonly config: Config;
  readonly database: DatabaseLocation;
  readonly logger: Logger;
  readonly blockIntervalMs?: number;
}

export interface Sandbox extends App {
  readonly chain: RegtestChain;
  /** What `sandbox.json` says. */
  readonly description: SandboxDescription;
}

export interface SandboxDescription {
  readonly base_url: string;
  readonly keys: { readonly orphograph: { readonly api_key: string } };
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
  const keys = await openSandboxKeys(dataFolder);
  // No chain yet: its coinbases pay to these very keys.
  await createCalendarSecrets(dataFolder, CALENDAR_NAMES, systemRandom, async () => null);
  const calendarSecrets = await loadCalendarSecrets(dataFolder, CALENDAR_NAMES);
  {
    await using database = await openDatabase(settings.database);
    await migrate(database);
  }
  const chain = cleanup.use(
    await openRegtestChain({
      folder: join(dataFolder, 'regtest'),
      rpcPort: 0,
      apiKey: keys.rpc_key,
      payTo: [...calendarSecrets.values()].map(({ walletKey }) => createStampWallet(walletKey, 'regtest').scriptPubKey),
    }),
  );
  const baseUrl = http.publicUrl;
  const description: SandboxDescription = {
    base_url: baseUrl,
    keys: { orphograph: { api_key: keys.api_key } },
    bitcoin: { network: 'regtest', esplora_url: `${baseUrl}${ESPLORA_PATH}`, rpc_url: chain.rpcUrl },
  };
  const app = cleanup.use(await startApp(appSettings(settings, { chain, calendarSecrets, description, keys })));
  chain.startMining(settings.blockIntervalMs ?? BLOCK_INTERVAL_MS, (error) =>
    logger.error({ err: error }, 'the regtest chain stopped mining'),
  );
  await writePrivateFile(join(dataFolder, 'sandbox.json'), `${JSON.stringify(description, null, 2)}\n`);
  const started = cleanup.move();
  return { url: app.url, chain, description, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function appSettings(
  { config, database, logger }: SandboxSettings,
  world: {
    chain: RegtestChain;
    calendarSecrets: AppSettings['calendarSecrets'];
    description: SandboxDescription;
    keys: SandboxKeys;
  },
): AppSettings {
  const { base_url: baseUrl, bitcoin } = world.description;
  const calendars = CALENDAR_NAMES.map((name) => ({ name, url: `${baseUrl}/calendar/${name}` }));
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
      stamp: { ...config.stamp, minIntervalMs: 2_000, minConfirmations: 1, walletBirthHeight: WALLET_BIRTH_HEIGHT },
    },
    pace: PACE,
    database,
    chain: {
      reader: createEsploraChain({ url: bitcoin.esplora_url, network: 'regtest' }),
      writer: createBitcoinCoreChain({ url: bitcoin.rpc_url, network: 'regtest' }),
    },
    calendarSecrets: world.calendarSecrets,
    apiKeyDigests: [createHash('sha256').update(world.keys.api_key).digest()],
    surfaces: [
      {
        pathPrefixes: ['/sandbox'],
        register: (app) => app.register(esploraFacade(world.chain), { prefix: ESPLORA_PATH }),
        presentError: presentPlainError,
      },
    ],
    logger,
  };
}

interface SandboxKeys {
  readonly api_key: string;
  readonly rpc_key: string;
}

/** The keys stay the same from run to run, so that a client keeps working after a restart. */
async function openSandboxKeys(dataFolder: string): Promise<SandboxKeys> {
  const path = join(dataFolder, 'sandbox-keys.json');
  const existing = await readFile(path, 'utf8').catch(() => null);
  if (existing !== null) return JSON.parse(existing) as SandboxKeys;
  const keys = { api_key: `orpho_${encodeBase64Url(systemRandom(24))}`, rpc_key: encodeHex(systemRandom(16)) };
  await writePrivateFile(path, JSON.stringify(keys));
  return keys;
}
