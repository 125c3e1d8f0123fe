import { randomUUID } from 'node:crypto';
import { systemClock, systemRandom, systemSha256Hex } from '../../src/app/system.ts';
import type { Clock, RandomBytes } from '../../src/base/clock.ts';
import { type AnchorService, createAnchorService } from '../../src/core/anchor/anchor.ts';
import type { CalendarClient } from '../../src/core/anchor/calendar-client.ts';
import { CalendarPool } from '../../src/core/anchor/calendar-pool.ts';
import { MAINNET_ANCHOR_POLICY } from '../../src/core/anchor/policy.ts';
import { createKeys, type Keys } from '../../src/core/key/keys.ts';
import { createLimits, type LimitName } from '../../src/core/limit/limits.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { Plan } from '../../src/core/meter/subscription.ts';
import type { Store } from '../../src/core/store.ts';
import type { MonthlyQuotas } from '../../src/core/timestamp/plan.ts';
import { createTimestampService, type TimestampService } from '../../src/core/timestamp/timestamps.ts';
import { createProofd } from '../../src/http/proofd/index.ts';
import type { App } from '../../src/http/shared/app.ts';
import { encodeTimestamp } from '../../src/proof/ots/codec.ts';
import { createTimestamp } from '../../src/proof/ots/timestamp.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, type Engine } from './databases.ts';
import { createCheckedServer } from './described-answers.ts';

export const START = Date.parse('2026-04-13T18:42:11Z');
export const PUBLIC_URL = 'https://touchmark.example.org';
const CALENDARS = ['alice', 'btc', 'finney'].map((name) => ({ name, url: `https://${name}.example.org` }));
const DAY_MS = 24 * 60 * 60 * 1000;

/** Calendars that accept everything, or nothing, after `gate`. */
export interface FakeCalendars extends CalendarClient {
  isDown: boolean;
  gate: Promise<void>;
  /** Digests that were submitted. */
  submitted: number;
}

export function createFakeCalendars(): FakeCalendars {
  const calendars: FakeCalendars = {
    isDown: false,
    gate: Promise.resolve(),
    submitted: 0,
    async submit(url, digest) {
      calendars.submitted++;
      await calendars.gate;
      if (calendars.isDown) throw new Error('no answer');
      return encodeTimestamp(createTimestamp(digest, [{ type: 'pending', uri: url }], []));
    },
    lookup: async () => ({ found: false, reason: 'pending' }),
  };
  return calendars;
}

/** The server's own parts over a real store; only calendars and time are the test's. */
export interface TimestampWorld extends AsyncDisposable {
  readonly database: Database;
  readonly store: Store;
  readonly clock: Clock & { time: number };
  readonly calendars: FakeCalendars;
  readonly anchors: AnchorService;
  readonly keys: Keys;
  /** A service like another process's, over `store`. */
  createService(options?: {
    store?: Store;
    anchors?: Partial<Pick<AnchorService, 'submit' | 'find'>>;
    quotas?: Partial<MonthlyQuotas>;
    random?: RandomBytes;
  }): TimestampService;
  /** An account with a key, and with a plan unless it is null. */
  createAccount(plan?: Plan | null): Promise<{ accountId: string; secret: string; keyId: string }>;
}

export async function openTimestampWorld(engine: Engine): Promise<TimestampWorld> {
  await using cleanup = new AsyncDisposableStack();
  const files = cleanup.use(await createTestDatabase(engine));
  const database = cleanup.use(await openDatabase(files.location));
  const store = createStore(database);
  const clock: Clock & { time: number } = { time: START, now: () => clock.time, sleep: systemClock.sleep };
  const calendars = createFakeCalendars();
  const anchors = openAnchors(store, calendars, clock);
  cleanup.defer(() => anchors.close());
  const keys = cleanup.use(
    createKeys({ store, clock, random: systemRandom, sha256Hex: systemSha256Hex, onUseLost: () => {} }),
  );
  const world = cleanup.move();
  return {
    database,
    store,
    clock,
    calendars,
    anchors,
    keys,
    createService: (options = {}) =>
      createTimestampService({
        store: options.store ?? store,
        anchors: { ...anchors, ...options.anchors },
        quotas: { free: 2, pro: 1000, business: 1000, ...options.quotas },
        giveUpMs: 14 * DAY_MS,
        clock,
        random: options.random ?? systemRandom,
        onReleaseError: () => {},
      }),
    async createAccount(plan = 'proofd-pro') {
      const accountId = randomUUID();
      if (plan !== null) await subscribe(store, accountId, plan, clock.now() + 365 * DAY_MS);
      const minted = await keys.service.mint({ accountId, kind: 'proofd', name: null, scopes: null, expiresAt: null });
      return { accountId, secret: minted.secret, keyId: minted.credential.id };
    },
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  };
}

export function subscribe(store: Store, accountId: string, plan: Plan, paidUntil: number): Promise<void> {
  return store.transact(({ subscription }) =>
    subscription.save({ accountId, product: 'proofd', plan, paidUntil, providerReference: null }),
  );
}

function openAnchors(store: Store, client: CalendarClient, clock: Clock): AnchorService {
  const policy = { ...MAINNET_ANCHOR_POLICY, breakerPauseMs: 0 };
  const allowedUris = CALENDARS.map(({ url }) => url);
  const pool = new CalendarPool({ targets: CALENDARS, allowedUris, client, policy, clock });
  return createAnchorService({ store, pool, policy, clock, random: systemRandom, onLateError: () => {} });
}

/** The HTTP server with the proofd contract, not listening. Limits are wide unless given. */
export function createProofdServer(
  world: TimestampWorld,
  options: { timestamps?: TimestampService; limits?: Partial<Record<LimitName, number>> } = {},
): App {
  const wide = { 'proofd-key': 10_000, 'proofd-create-key': 10_000, 'proofd-create-address': 10_000 };
  return createCheckedServer({
    surfaces: [
      createProofd({
        timestamps: options.timestamps ?? world.createService(),
        sessions: { find: async () => null },
        authenticator: world.keys.authenticator,
        subscriptions: world.store.subscription,
        limiter: new MemoryLimiter({ maxKeys: 1000, clock: world.clock }),
        limits: createLimits({ ...wide, ...options.limits }),
        publicUrl: PUBLIC_URL,
        clock: world.clock,
      }),
    ],
    clock: world.clock,
  });
}
