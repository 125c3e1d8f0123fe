import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { createAccounts } from '../../src/app/accounts.ts';
import { systemClock, systemRandom, systemSha256Hex } from '../../src/app/system.ts';
import type { CredentialKind } from '../../src/core/key/credential.ts';
import { createKeys, type Keys } from '../../src/core/key/keys.ts';
import { createLimits, type LimitName } from '../../src/core/limit/limits.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import { openMeter } from '../../src/core/meter/meter.ts';
import { type CallPolicy, DOCUMENTED_CALL_POLICY } from '../../src/core/meter/policy.ts';
import type { Store } from '../../src/core/store.ts';
import { createAccountBilling } from '../../src/http/account-billing/index.ts';
import { createServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { type Access, createAdmission } from '../../src/http/trackorigin/admission.ts';
import { presentError } from '../../src/http/trackorigin/errors.ts';
import { createTrackorigin } from '../../src/http/trackorigin/index.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createUsageJournals } from '../../src/store/usage-journal.ts';
import { createTestDatabase, type Engine } from './databases.ts';

const PASSWORD = 'correct horse battery';
const KINDS = {
  pk_live: 'trackorigin-publishable-live',
  sk_live: 'trackorigin-secret-live',
  pk_test: 'trackorigin-publishable-test',
  sk_test: 'trackorigin-secret-test',
  origimark: 'origimark',
} as const satisfies Record<string, CredentialKind>;

export interface Customer {
  readonly accountId: string;
  /** Of `Authorization: Bearer`, and the `Cookie` header of the same session. */
  readonly session: string;
  readonly cookie: string;
  readonly keys: Readonly<Record<keyof typeof KINDS, string>>;
}

export interface TrackoriginServer extends AsyncDisposable {
  readonly url: string;
  readonly store: Store;
  readonly keys: Keys;
  createCustomer(): Promise<Customer>;
  buy(accountId: string, credits: number): Promise<void>;
}

/**
 * The account's part of the trackorigin contract and the billing routes, listening, over a real database, with real
 * accounts and keys. `/api/v1/probe/{access}` stand for the routes of each access that the contract has more of.
 */
export async function startTrackoriginServer(
  engine: Engine,
  options: { policy?: CallPolicy; limits?: Partial<Record<LimitName, number>> } = {},
): Promise<TrackoriginServer> {
  await using cleanup = new AsyncDisposableStack();
  const files = cleanup.use(await createTestDatabase(engine));
  const database = cleanup.use(await openDatabase(files.location));
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-usage-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const store = createStore(database);
  const common = { store, clock: systemClock, random: systemRandom };
  const limiter = new MemoryLimiter({ maxKeys: 1000, clock: systemClock });
  const accounts = cleanup.use(
    createAccounts({
      ...common,
      kysely: database.kysely,
      secret: new Uint8Array(randomBytes(32)),
      publicUrl: 'http://127.0.0.1:8080',
      mailer: { send: async () => {} },
      limiter,
      issuers: [],
      logger: createLogger({ level: 'silent' }),
    }),
  );
  const keys = cleanup.use(createKeys({ ...common, sha256Hex: systemSha256Hex, onUseLost: () => {} }));
  const meter = cleanup.use(
    await openMeter({
      store,
      journals: createUsageJournals(folder),
      policy: options.policy ?? DOCUMENTED_CALL_POLICY,
      clock: systemClock,
      onError: (error) => assert.fail(String(error)),
    }),
  );
  const { sessions } = accounts;
  const admission = { authenticator: keys.authenticator, limiter, limits: createLimits(options.limits), meter };
  const app = createServer({
    surfaces: [
      accounts.surface,
      createTrackorigin({ ...admission, accounts: store.account, sessions, meter }),
      createAccountBilling({ sessions, ledger: store.ledger, subscriptions: store.subscription, meter, ...common }),
      {
        pathPrefixes: ['/api/v1/probe'],
        presentError,
        register(scope) {
          const { admit, callerOf } = createAdmission(admission);
          for (const access of ['anyone', 'key', 'secret-key'] satisfies Access[]) {
            scope.get(`/api/v1/probe/${access}`, { onRequest: admit(access) }, async (request) => ({
              account: callerOf(request)?.accountId ?? null,
            }));
          }
        },
      },
    ],
    clock: systemClock,
    random: systemRandom,
    logger: createLogger({ level: 'silent' }),
    registry: new Registry(),
    readiness: {},
    trustedProxies: [],
    version: '0.1.0',
  });
  cleanup.defer(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const started = cleanup.move();
  return {
    url,
    store,
    keys,

    async createCustomer() {
      const email = `${randomUUID()}@example.org`;
      await accounts.ensure({ email, password: PASSWORD, name: 'Mara Vex' });
      const response = await fetch(`${url}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: PASSWORD }),
      });
      const session = response.headers.get('set-auth-token');
      assert.ok(session, `sign-in answered ${response.status}`);
      const { id: accountId } = (await store.account.findByEmail(email))!;
      const secrets: [string, string][] = [];
      for (const [name, kind] of Object.entries(KINDS)) {
        const minted = await keys.service.mint({ accountId, kind, name: null, scopes: null, expiresAt: null });
        secrets.push([name, minted.secret]);
      }
      const cookie = response.headers
        .getSetCookie()
        .map((line) => line.split(';', 1)[0]!)
        .join('; ');
      return { accountId, session, cookie, keys: Object.fromEntries(secrets) as Customer['keys'] };
    },

    async buy(accountId, amount) {
      const move = { purse: `trackorigin:${accountId}`, amount, reason: 'credit_purchase' } as const;
      await store.transact(({ ledger }) =>
        ledger.credit({ ...move, accountId, reference: randomUUID(), now: systemClock.now() }),
      );
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
