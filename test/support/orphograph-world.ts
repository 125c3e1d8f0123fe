import { systemRandom, systemSha256Hex } from '../../src/app/system.ts';
import type { Clock } from '../../src/base/clock.ts';
import { type AnchorService, createAnchorService } from '../../src/core/anchor/anchor.ts';
import { CalendarPool } from '../../src/core/anchor/calendar-pool.ts';
import { MAINNET_ANCHOR_POLICY } from '../../src/core/anchor/policy.ts';
import { createAuthenticator } from '../../src/core/key/authenticator.ts';
import type { Credential } from '../../src/core/key/credential.ts';
import { mintCredential } from '../../src/core/key/mint.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { PurseId } from '../../src/core/meter/ledger.ts';
import type { Store } from '../../src/core/store.ts';
import { DOCUMENTED_PRICING } from '../../src/http/orphograph/config.ts';
import { createOrphograph } from '../../src/http/orphograph/index.ts';
import type { App } from '../../src/http/shared/app.ts';
import { encodeTimestamp } from '../../src/proof/ots/codec.ts';
import { createTimestamp } from '../../src/proof/ots/timestamp.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, type Engine, type TestDatabase } from './databases.ts';
import { createCheckedServer } from './described-answers.ts';
import { COOKIE_SESSIONS, createTestMailer, type TestMailer } from './orphograph-people.ts';

const CALENDARS = ['alice', 'bob', 'carol', 'dave', 'erin'].map((name) => ({
  name,
  url: `https://calendar.example.org/${name}`,
}));
const DAY_MS = 24 * 60 * 60 * 1000;

/** One server of the contract over a real database; only calendars, sessions and the mail are the test's. */
export interface OrphographNode {
  readonly app: App;
  readonly anchors: { -readonly [Name in keyof AnchorService]: AnchorService[Name] };
  readonly mailer: TestMailer;
  /** What its calendars do with a digest: nothing when this is set. */
  areCalendarsDown: boolean;
  /** Wraps every transaction of the node. */
  around: <T>(transact: () => Promise<T>) => Promise<T>;
}

export interface OrphographWorld extends AsyncDisposable {
  readonly database: Database;
  readonly store: Store;
  readonly clock: Clock & { time: number };
  startNode(options?: { freeAnchors?: number }): OrphographNode;
  /** A pack with that many credits, and its token. */
  mintPack(
    credits: number,
    accountId?: string | null,
  ): Promise<{ token: string; purse: PurseId; credential: Credential }>;
  mintKey(accountId: string): Promise<{ secret: string; credential: Credential }>;
  subscribe(accountId: string, paidUntil?: number): Promise<void>;
}

export async function createOrphographWorld(engine: Engine): Promise<OrphographWorld> {
  const files: TestDatabase = await createTestDatabase(engine);
  const database = await openDatabase(files.location);
  const store = createStore(database);
  const clock: Clock & { time: number } = {
    time: Date.now(),
    now: () => clock.time,
    sleep: () => new Promise(() => {}),
  };
  const apps: App[] = [];

  return {
    database,
    store,
    clock,

    startNode({ freeAnchors = 3 } = {}) {
      const mailer = createTestMailer();
      const node = { mailer, areCalendarsDown: false, around: (transact) => transact() } as {
        -readonly [Key in keyof OrphographNode]: OrphographNode[Key];
      };
      const client = {
        async submit(url: string, digest: Uint8Array) {
          if (node.areCalendarsDown) throw new Error('down');
          return encodeTimestamp(createTimestamp(digest, [{ type: 'pending', uri: url }], []));
        },
        lookup: async () => ({ found: false as const, reason: 'not yet' }),
      };
      const policy = MAINNET_ANCHOR_POLICY;
      const pool = new CalendarPool({
        targets: CALENDARS,
        allowedUris: CALENDARS.map(({ url }) => url),
        client,
        policy,
        clock,
      });
      const guarded: Store = { ...store, transact: (work) => node.around(() => store.transact(work)) };
      node.anchors = createAnchorService({
        store: guarded,
        pool,
        policy,
        clock,
        random: systemRandom,
        onLateError: () => {},
      });
      node.app = createCheckedServer({
        surfaces: [
          createOrphograph({
            verifier: new TextEncoder().encode('# verify_cli.py\n'),
            anchors: node.anchors,
            authenticator: createAuthenticator({
              sha256Hex: systemSha256Hex,
              keys: store.key,
              clock,
              uses: { note: () => {}, close: async () => {} },
            }),
            sessions: COOKIE_SESSIONS,
            subscriptions: store.subscription,
            ledger: store.ledger,
            mailer,
            limiter: new MemoryLimiter({ maxKeys: 1000, clock }),
            freeTier: { name: 'orphograph-network', count: freeAnchors, periodMs: DAY_MS },
            fairUse: { name: 'orphograph-key', count: 1000, periodMs: DAY_MS },
            operations: {
              measureLedger: async () => ({ anchors: 0, upgrades: 0, expiries: 0 }),
              lastRuns: () => ({ upgradeAt: null, expiryAt: null }),
            },
            network: 'mainnet',
            pricing: DOCUMENTED_PRICING,
            shop: null,
            publicUrl: 'https://touchmark.example.org',
            clock,
          }),
        ],
        clock,
      });
      apps.push(node.app);
      return node;
    },

    async mintPack(credits, accountId = null) {
      return store.transact(async ({ key, ledger }) => {
        const request = { kind: 'orphograph-pack' as const, accountId, name: null, scopes: null, expiresAt: null };
        const { secret, credential } = await mintCredential({ key }, request, {
          now: clock.now(),
          random: systemRandom,
        });
        const purse: PurseId = `pack:${credential.id}`;
        const move = { purse, reason: 'pack_purchase', reference: credential.id, now: clock.now(), accountId };
        if (credits > 0) await ledger.credit({ ...move, amount: credits });
        return { token: secret, purse, credential };
      });
    },

    mintKey: (accountId) =>
      store.transact(({ key }) =>
        mintCredential(
          { key },
          { kind: 'orphograph', accountId, name: null, scopes: null, expiresAt: null },
          { now: clock.now(), random: systemRandom },
        ),
      ),

    subscribe: (accountId, paidUntil = clock.now() + 30 * DAY_MS) =>
      store.transact(({ subscription }) =>
        subscription.save({
          accountId,
          product: 'orphograph',
          plan: 'orphograph-personal',
          paidUntil,
          providerReference: null,
        }),
      ),

    async [Symbol.asyncDispose]() {
      for (const app of apps) await app.close();
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}
