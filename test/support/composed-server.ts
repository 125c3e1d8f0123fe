import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HDKey } from '@scure/bip32';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { Registry } from 'prom-client';
import type { ServerSettings } from '../../src/app/app.ts';
import { createParts } from '../../src/app/parts.ts';
import { openServices, type Services } from '../../src/app/services.ts';
import { createSurfaces } from '../../src/app/surfaces.ts';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { createWeb } from '../../src/app/web.ts';
import { createWebhookSignal, type WebhookSignal } from '../../src/app/webhooks.ts';
import { registerWorkMetrics } from '../../src/app/work-metrics.ts';
import { createCertificateKey, loadCertificateKeys } from '../../src/config/certificate-keys.ts';
import { readConfig } from '../../src/config/config.ts';
import { createLogSecrets, loadLogKeys } from '../../src/config/log.ts';
import { readMoney } from '../../src/config/money.ts';
import { createCalendarSecrets, loadCalendarSecrets } from '../../src/config/secrets.ts';
import type { Mail } from '../../src/core/account/account.ts';
import type { CredentialKind } from '../../src/core/key/credential.ts';
import { type Minted, mintCredential } from '../../src/core/key/mint.ts';
import { LIMIT_NAMES } from '../../src/core/limit/limits.ts';
import type { Plan, Product } from '../../src/core/meter/subscription.ts';
import type { Store } from '../../src/core/store.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { findSurface } from '../../src/http/shared/refusals.ts';
import type { Surface } from '../../src/http/shared/surface.ts';
import { createBitcoinCoreChain } from '../../src/net/chain/bitcoin-core.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, type Engine } from './databases.ts';
import { createCheckedServer } from './described-answers.ts';
import { PASSWORD } from './people.ts';
import { makeScripts } from './scripts.ts';
import { makeTsaKeys } from './tsa-certificates.ts';

const CALENDAR_NAMES = ['a', 'b', 'alice'];
/** Nothing listens there: of Bitcoin these tests need nothing. */
const NO_NODE = 'http://127.0.0.1:9';
const WEBHOOK_SECRET = 'whsec_0123456789abcdefghijklmnop';
const TEST_VERSIONS = { public: 0x045f1cf6, private: 0x045f18bc };
const ACCOUNT_KEY = HDKey.fromMasterSeed(new Uint8Array(32).fill(3), TEST_VERSIONS).derive("m/84'/1'/0'");
const PLANS: Readonly<Record<Product, Plan>> = { orphograph: 'orphograph-personal', proofd: 'proofd-business' };

/** As Fastify knows it; HEAD routes are among them. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** JSON Schema of the body, where there is one. */
  readonly body: { readonly properties?: Readonly<Record<string, unknown>> } | null;
}

/** Somebody with an account that has everything but keys, signed in once. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly cookie: string;
  readonly bearer: string;
}

/** The server as `startApp` composes it, with everything that can be configured switched on, and limits that nobody meets. */
export interface ComposedServer extends AsyncDisposable {
  readonly url: string;
  readonly origin: string;
  readonly routes: readonly Route[];
  readonly database: Database;
  readonly store: Store;
  readonly services: Services;
  readonly mails: readonly Mail[];
  /** What a deliverer beside the server needs of it. */
  readonly webhooks: { readonly key: Uint8Array; readonly signal: WebhookSignal };
  /** The part of the server that answers for a path. */
  surfaceOf(path: string): Surface;
  /** Every request comes from a network of its own, unless it says otherwise. */
  ask(request: InjectOptions): Promise<LightMyRequestResponse>;
  signUp(options?: { subscribed?: boolean }): Promise<Person>;
  mint(accountId: string, kind: CredentialKind, expiresAt?: number): Promise<Minted>;
  /** The id of a new receipt of the account. */
  anchorFor(accountId: string): Promise<string>;
}

export async function startComposedServer(
  engine: Engine,
  env: Readonly<Record<string, string>> = {},
  /** Gets every line of the log; null: there is none. */
  log: ((line: string) => void) | null = null,
): Promise<ComposedServer> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-composed-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const files = cleanup.use(await createTestDatabase(engine));
  const database = cleanup.use(await openDatabase(files.location));
  const store = createStore(database);
  await createCalendarSecrets(folder, CALENDAR_NAMES, systemRandom, async () => null);
  await createLogSecrets(folder, 'touchmark.example.org/log', systemRandom);
  await createCertificateKey(folder, systemRandom, systemClock);
  const calendarUrls = CALENDAR_NAMES.map((name) => `http://127.0.0.1:8080/calendar/${name}`);
  const calendars = CALENDAR_NAMES.map((name, i) => `${name}=${calendarUrls[i]}`).join(',');
  const config = readConfig({
    TOUCHMARK_DATA: folder,
    TOUCHMARK_NETWORK: 'regtest',
    TOUCHMARK_CALENDARS: calendars,
    TOUCHMARK_OWN_CALENDARS: calendars,
    TOUCHMARK_CALENDAR_LOOKUPS: calendarUrls.join(','),
    TOUCHMARK_FREE_ANCHORS_PER_DAY: 'unlimited',
    TOUCHMARK_LIMITS: LIMIT_NAMES.map((name) => `${name}=999999`).join(','),
    ...env,
  });
  const mails: Mail[] = [];
  const node = createBitcoinCoreChain({ url: NO_NODE, network: 'regtest' });
  const logger = createLogger(log === null ? { level: 'silent' } : { level: 'trace', destination: { write: log } });
  const settings: ServerSettings = {
    config,
    pace: { upgradeIntervalMs: 1000, stampIntervalMs: 1000, orderIntervalMs: 1000 },
    database: files.location,
    chain: { reader: node, writer: node, payments: node },
    calendarSecrets: await loadCalendarSecrets(folder, CALENDAR_NAMES),
    money: readMoney(
      {
        TOUCHMARK_XPUB: ACCOUNT_KEY.publicExtendedKey,
        TOUCHMARK_BTC_USD: '60000',
        TOUCHMARK_STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
        ...env,
      },
      'regtest',
    ),
    mailer: { send: async (mail) => void mails.push(mail) },
    accountSecret: systemRandom(32),
    certificateKeys: await loadCertificateKeys(folder),
    logKeys: await loadLogKeys(folder, { origin: null }),
    tsaKeys: await makeTsaKeys(folder),
    webhooks: { key: systemRandom(32), proxyUrl: null },
    jwtIssuers: [],
    redisUrl: null,
    surfaces: [],
    prepare: async () => {},
    logger,
  };
  const parts = cleanup.use(await createParts(settings, store));
  const registry = new Registry();
  const record = registerWorkMetrics(registry, parts.anchors);
  const webhookSignal = createWebhookSignal();
  const running = {
    parts,
    store,
    database,
    registry,
    record,
    lastRuns: { upgradeAt: null, expiryAt: null },
    webhookSignal,
  };
  const services = await openServices(settings, running, cleanup);
  const web = createWeb(settings, running, services, makeScripts());
  const surfaces = [...createSurfaces(settings, running, services), ...web];
  const app = createCheckedServer({ surfaces, logger, registry, trustedProxies: config.http.trustedProxies });
  cleanup.defer(() => app.close());
  cleanup.defer(() => parts.drain());
  const routes: Route[] = [];
  app.addHook('onRoute', ({ method, url, schema }) => {
    const body = (schema?.body ?? null) as Route['body'];
    for (const one of [method].flat()) routes.push({ method: one, path: url, body });
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  // Payments are watched: orders can be placed.
  await store.transact(({ order }) => order.jumpScan({ hash: new Uint8Array(32), height: 1 }, systemClock.now()));
  const { origin } = new URL(config.http.publicUrl);
  const started = cleanup.move();
  let network = 0;

  const server: ComposedServer = {
    url,
    origin,
    routes,
    database,
    store,
    services,
    mails,
    webhooks: { key: settings.webhooks.key, signal: webhookSignal },
    surfaceOf: (path) => findSurface(surfaces, path),

    ask(request) {
      network += 1;
      return app.inject({ remoteAddress: `10.${(network >> 8) & 255}.${network & 255}.1`, ...request });
    },

    async signUp({ subscribed = true } = {}) {
      const email = `${randomUUID()}@example.org`;
      await services.accounts.ensure({ email, password: PASSWORD, name: 'Mara Vex' });
      const { id } = (await store.account.findByEmail(email))!;
      await store.transact(async ({ subscription }) => {
        if (!subscribed) return;
        for (const [product, plan] of Object.entries(PLANS) as [Product, Plan][]) {
          const paidUntil = systemClock.now() + 86_400_000;
          await subscription.save({ accountId: id, product, plan, paidUntil, providerReference: null });
        }
      });
      const payload = { email, password: PASSWORD };
      const answer = await server.ask({ method: 'POST', url: '/api/auth/sign-in/email', payload });
      assert.equal(answer.statusCode, 200, answer.body);
      const cookie = answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
      return { id, email, cookie, bearer: String(answer.headers['set-auth-token']) };
    },

    mint: (accountId, kind, expiresAt) =>
      store.transact(async (writers) => {
        const request = { kind, accountId, name: null, scopes: null, expiresAt: expiresAt ?? null };
        const now = systemClock.now();
        const minted = await mintCredential(writers, request, { now, random: systemRandom });
        if (kind === 'orphograph-pack') {
          const move = { purse: `pack:${minted.credential.id}`, amount: 1000, reason: 'pack_purchase', now } as const;
          await writers.ledger.credit({ ...move, accountId, reference: 'test' });
        }
        return minted;
      }),

    async anchorFor(accountId) {
      const { credential } = await server.mint(accountId, 'orphograph-pack');
      const owner = { accountId, credentialId: credential.id };
      const request = { digest: new Uint8Array(randomBytes(32)), sha512: null, label: null, owner };
      const [anchored] = await parts.anchors.submit([request]);
      return anchored!.receipt.id;
    },

    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
  return server;
}
