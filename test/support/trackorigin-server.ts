import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccounts } from '../../src/app/accounts.ts';
import { type Audio, createAudio, createSyntheticFiles } from '../../src/app/audio.ts';
import type { Certification } from '../../src/app/certificates.ts';
import { createTrackRegistry, type TrackRegistry } from '../../src/app/registry.ts';
import { systemClock, systemRandom, systemSha256Hex } from '../../src/app/system.ts';
import type { CredentialKind } from '../../src/core/key/credential.ts';
import { createKeys, type Keys } from '../../src/core/key/keys.ts';
import { createLimits, type LimitName } from '../../src/core/limit/limits.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { PublicLog } from '../../src/core/log/public-log.ts';
import { openMeter } from '../../src/core/meter/meter.ts';
import { type CallPolicy, DOCUMENTED_CALL_POLICY } from '../../src/core/meter/policy.ts';
import type { Store } from '../../src/core/store.ts';
import { createAccountBilling } from '../../src/http/account-billing/index.ts';
import { createOperator } from '../../src/http/operator/index.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { type Access, createAdmission } from '../../src/http/trackorigin/admission.ts';
import { presentError } from '../../src/http/trackorigin/errors.ts';
import { createTrackorigin } from '../../src/http/trackorigin/index.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createUsageJournals } from '../../src/store/usage-journal.ts';
import { startCertification } from './certification.ts';
import { createTestDatabase, type Engine } from './databases.ts';
import { createCheckedServer } from './described-answers.ts';
import { mintKeys, signUp } from './people.ts';

const PUBLIC_URL = 'http://127.0.0.1:8080';
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
  readonly log: PublicLog;
  readonly certification: Certification;
  readonly keys: Keys;
  readonly audio: Audio;
  readonly tracks: TrackRegistry;
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
  const accountSecret = new Uint8Array(randomBytes(32));
  const accounts = cleanup.use(
    createAccounts({
      ...common,
      kysely: database.kysely,
      secret: accountSecret,
      publicUrl: PUBLIC_URL,
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
  const { log, certification } = await startCertification(store, cleanup);
  const { sessions } = accounts;
  const { issuer } = certification;
  const audio = createAudio(store, log);
  const { refresh } = certification.memory;
  const tracks = createTrackRegistry({ store, issuer, search: audio.search, publicLog: log, refresh, accountSecret });
  const admission = { authenticator: keys.authenticator, limiter, limits: createLimits(options.limits), meter };
  const app = createCheckedServer({
    surfaces: [
      accounts.surface,
      createTrackorigin({
        ...admission,
        accounts: store.account,
        sessions,
        meter,
        clock: systemClock,
        certification: {
          ...certification,
          certificates: store.certificate,
          contents: store.audio,
          log: store.log,
          publicLog: log,
          presentDocument: { trackorigin: async (_record, document) => document },
          newSandboxCertificates: admission.limits['trackorigin-sandbox-account'],
        },
        audio: { ...audio, signer: certification.signer },
        registry: {
          ...tracks,
          registry: store.registry,
          certificates: store.certificate,
          sessions,
          publicUrl: PUBLIC_URL,
        },
      }),
      createSyntheticFiles(),
      createOperator({
        ...tracks,
        registry: store.registry,
        certificates: store.certificate,
        policies: audio.policies,
        accounts: store.account,
        sessions,
        publicUrl: PUBLIC_URL,
      }),
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
  });
  cleanup.defer(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const started = cleanup.move();
  return {
    url,
    store,
    log,
    certification,
    keys,
    audio,
    tracks,

    async createCustomer() {
      const { id: accountId, session, cookie } = await signUp(url, accounts, store);
      return { accountId, session, cookie, keys: await mintKeys(keys, accountId, KINDS) };
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
