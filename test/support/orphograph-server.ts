import type { Clock } from '../../src/base/clock.ts';
import type { Authenticator, Credential, CredentialKind } from '../../src/core/key/credential.ts';
import type { Allowance } from '../../src/core/limit/gcra.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { SubscriptionReader } from '../../src/core/meter/subscription.ts';
import { DOCUMENTED_PRICING } from '../../src/http/orphograph/config.ts';
import { createOrphograph } from '../../src/http/orphograph/index.ts';
import type { Shop } from '../../src/http/orphograph/shop.ts';
import type { App } from '../../src/http/shared/app.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import type { ReadinessChecks } from '../../src/http/shared/readiness.ts';
import type { Surface } from '../../src/http/shared/surface.ts';
import type { BitcoinNetwork } from '../../src/proof/bitcoin/network.ts';
import { createCheckedServer } from './described-answers.ts';
import { createMemoryAnchors, type MemoryAnchors } from './memory-anchors.ts';
import { COOKIE_SESSIONS, createTestMailer, type TestMailer } from './orphograph-people.ts';

/** Of the account `carol`, who has a subscription too. */
export const API_KEY = 'orpho_0123456789abcdefghijklmnopqrstuv';
/** Of the account `alice`, who has a subscription; `bob` has an account and none. */
export const SUBSCRIBER_KEY = 'orpho_aliceAliceAliceAliceAliceAlice12';
export const LAPSED_KEY = 'orpho_bobBobBobBobBobBobBobBobBobBob1';
export const PACK_TOKEN = 'pack_testTestTestTestTestTest';
export const PACK_ID = '0190a000-0000-7000-8000-000000000001';
export const START = Date.parse('2026-05-14T14:00:00Z');

export interface OrphographServer {
  readonly app: App;
  readonly anchors: MemoryAnchors;
  readonly mailer: TestMailer;
  readonly clock: Clock & { time: number };
  /** Parsed log lines. */
  readonly log: Record<string, unknown>[];
}

/** The HTTP server with the orphograph contract over an anchor service in memory, not listening. */
export function createOrphographServer(
  options: {
    freeTier?: Allowance;
    fairUse?: Allowance;
    /** Credits of the pack. */
    credits?: number;
    trustedProxies?: readonly string[];
    readiness?: ReadinessChecks;
    network?: BitcoinNetwork;
    shop?: Shop;
    surfaces?: readonly Surface[];
  } = {},
): OrphographServer {
  const clock: Clock & { time: number } = { time: START, now: () => clock.time, sleep: () => new Promise(() => {}) };
  const anchors = createMemoryAnchors(clock.now);
  anchors.purses.set(`pack:${PACK_ID}`, options.credits ?? 0);
  const mailer = createTestMailer();
  const log: Record<string, unknown>[] = [];
  const app = createCheckedServer({
    surfaces: [
      createOrphograph({
        verifier: new TextEncoder().encode('# verify_cli.py\n'),
        anchors,
        authenticator: AUTHENTICATOR,
        sessions: COOKIE_SESSIONS,
        subscriptions: SUBSCRIPTIONS,
        ledger: { balance: async (purse) => anchors.purses.get(purse) ?? 0 },
        mailer,
        fairUse: { name: 'orphograph-key', ...(options.fairUse ?? { count: 1000, periodMs: 86_400_000 }) },
        publicUrl: 'https://touchmark.example.org',
        freeTier: options.freeTier === undefined ? null : { name: 'orphograph-network', ...options.freeTier },
        limiter: new MemoryLimiter({ maxKeys: 1000, clock }),
        operations: {
          measureLedger: async () => ({ anchors: 245_678, upgrades: 12_345, expiries: 0 }),
          lastRuns: () => ({ upgradeAt: START - 300_000, expiryAt: null }),
        },
        network: options.network ?? 'mainnet',
        pricing: DOCUMENTED_PRICING,
        shop: options.shop ?? null,
        clock,
      }),
      ...(options.surfaces ?? []),
    ],
    clock,
    logger: createLogger({ level: 'info', destination: { write: (line) => void log.push(JSON.parse(line)) } }),
    ...(options.readiness !== undefined && { readiness: options.readiness }),
    ...(options.trustedProxies !== undefined && { trustedProxies: options.trustedProxies }),
  });
  return { app, anchors, mailer, clock, log };
}

function credential(kind: CredentialKind, id: string, accountId: string | null): Credential {
  const ends = { scopes: null, createdAt: 0, lastUsedAt: null, expiresAt: null, revokedAt: null };
  return { id, accountId, kind, displayPrefix: kind, name: null, ...ends };
}

const CREDENTIALS = new Map([
  [API_KEY, credential('orphograph', '0190a000-0000-7000-8000-000000000004', 'carol')],
  [SUBSCRIBER_KEY, credential('orphograph', '0190a000-0000-7000-8000-000000000002', 'alice')],
  [LAPSED_KEY, credential('orphograph', '0190a000-0000-7000-8000-000000000003', 'bob')],
  [PACK_TOKEN, credential('orphograph-pack', PACK_ID, null)],
]);

const AUTHENTICATOR: Authenticator = {
  async authenticate(secret, kinds) {
    const known = CREDENTIALS.get(secret);
    if (known === undefined) return { ok: false, refusal: 'unknown' };
    return kinds.includes(known.kind) ? { ok: true, credential: known } : { ok: false, refusal: 'wrong-kind' };
  },
};

const SUBSCRIPTIONS: SubscriptionReader = {
  async findActive(accountId, product, now) {
    if (!['alice', 'carol'].includes(accountId)) return null;
    return { accountId, product, plan: 'orphograph-personal', paidUntil: now + 1, providerReference: null };
  },
};
