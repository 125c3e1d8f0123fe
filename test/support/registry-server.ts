import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createAccounts } from '../../src/app/accounts.ts';
import { createAudio } from '../../src/app/audio.ts';
import { createTrackRegistry } from '../../src/app/registry.ts';
import { systemClock, systemRandom, systemSha256Hex } from '../../src/app/system.ts';
import { createEd25519Key } from '../../src/config/ed25519.ts';
import { createIssuer } from '../../src/core/certificate/issuer.ts';
import type { CredentialKind } from '../../src/core/key/credential.ts';
import { createKeys } from '../../src/core/key/keys.ts';
import { createLimits } from '../../src/core/limit/limits.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { PublicLog } from '../../src/core/log/public-log.ts';
import type { Store } from '../../src/core/store.ts';
import type { WebhookEvent } from '../../src/core/webhook/event.ts';
import { createOperator } from '../../src/http/operator/index.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { createAdmission } from '../../src/http/trackorigin/admission.ts';
import { TRACKORIGIN_API } from '../../src/http/trackorigin/api.ts';
import { presentError } from '../../src/http/trackorigin/errors.ts';
import { registerRegistry } from '../../src/http/trackorigin/registry.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, type Engine } from './databases.ts';
import { createCheckedServer } from './described-answers.ts';
import { mintKeys, type SignedIn, signUp } from './people.ts';
import { send } from './send.ts';

const PUBLIC_URL = 'http://127.0.0.1:8080';
const KINDS = {
  pk_live: 'trackorigin-publishable-live',
  sk_live: 'trackorigin-secret-live',
  sk_test: 'trackorigin-secret-test',
} as const satisfies Record<string, CredentialKind>;

/** Somebody who is signed in and has keys. */
export interface RegistryPerson extends SignedIn {
  readonly keys: Readonly<Record<keyof typeof KINDS, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** The registry of tracks over HTTP: real accounts, keys, stores and signatures. The published log is the test's. */
export interface RegistryServer extends AsyncDisposable {
  readonly url: string;
  readonly origin: string;
  readonly database: Database;
  readonly store: Store;
  /** What was put into the receivers' outbox, in order; also what was then rolled back. */
  readonly published: readonly WebhookEvent[];
  /** Called for every event that an answer waits for. */
  awaitPublished: PublicLog['awaitPublished'];
  /** Called as the last thing of every transaction that is to succeed. */
  beforeCommit: () => Promise<void>;
  /** Called after each commit. */
  afterCommit: () => Promise<void>;
  signUp(options?: { operator?: boolean; handle?: string }): Promise<RegistryPerson>;
  mint(accountId: string, kind: CredentialKind, scopes: readonly string[]): Promise<string>;
  remove(accountId: string): Promise<void>;
  /** With a key, a session, or nothing. */
  ask(method: string, path: string, bearer: string | null, body?: unknown, headers?: object): Promise<Answer>;
}

export async function startRegistryServer(engine: Engine): Promise<RegistryServer> {
  await using cleanup = new AsyncDisposableStack();
  const files = cleanup.use(await createTestDatabase(engine));
  const database = cleanup.use(await openDatabase(files.location));
  const realStore = createStore(database);
  const published: WebhookEvent[] = [];
  const store: Store = {
    ...realStore,
    async transact(work) {
      const result = await realStore.transact(async (writers) => {
        const webhookEvent = {
          ...writers.webhookEvent,
          publish(events: readonly WebhookEvent[]) {
            published.push(...events);
            return writers.webhookEvent.publish(events);
          },
        };
        const made = await work({ ...writers, webhookEvent });
        await server.beforeCommit();
        return made;
      });
      await server.afterCommit();
      return result;
    },
  };
  const common = { store, clock: systemClock, random: systemRandom };
  const limiter = new MemoryLimiter({ maxKeys: 1000, clock: systemClock });
  const secret = new Uint8Array(randomBytes(32));
  const accounts = cleanup.use(
    createAccounts({
      ...common,
      store: realStore,
      kysely: database.kysely,
      secret,
      publicUrl: PUBLIC_URL,
      mailer: { send: async () => {} },
      limiter,
      issuers: [],
      logger: createLogger({ level: 'silent' }),
    }),
  );
  const keys = cleanup.use(
    createKeys({ ...common, store: realStore, sha256Hex: systemSha256Hex, onUseLost: () => {} }),
  );
  const key = createEd25519Key(new Uint8Array(32).fill(9));
  const issuer = createIssuer({ signer: { keyId: 'key_test', sign: key.sign }, random: systemRandom });
  const publicLog: Pick<PublicLog, 'awaitPublished'> = {
    awaitPublished: (sequence) => server.awaitPublished(sequence),
  };
  const audio = createAudio(store, publicLog);
  const registry = createTrackRegistry({
    store,
    issuer,
    search: audio.search,
    publicLog,
    refresh: async () => {},
    accountSecret: secret,
  });
  const { sessions } = accounts;
  const shared = { ...registry, registry: store.registry, certificates: store.certificate, sessions };
  const wide = { 'trackorigin-address': 100_000, 'trackorigin-secret-key': 100_000 };
  const app = createCheckedServer({
    surfaces: [
      accounts.surface,
      {
        pathPrefixes: ['/api/v1/', '/api/account/submissions'],
        api: TRACKORIGIN_API,
        presentError,
        register(scope) {
          const admission = createAdmission({
            authenticator: keys.authenticator,
            limiter,
            limits: createLimits(wide),
            meter: { take: async () => 'taken' as never },
          });
          registerRegistry(scope, { ...shared, publicUrl: PUBLIC_URL }, admission);
        },
      },
      createOperator({ ...shared, policies: audio.policies, accounts: store.account, publicUrl: PUBLIC_URL }),
    ],
  });
  cleanup.defer(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const started = cleanup.move();

  const server: RegistryServer = {
    url,
    origin: PUBLIC_URL,
    database,
    store: realStore,
    published,
    async awaitPublished(sequence) {
      assert.ok((await realStore.log.size()) >= sequence, 'the event was committed before it was waited for');
      return { size: sequence, rootHash: new Uint8Array(32), note: new Uint8Array(), publishedAt: 0 };
    },
    beforeCommit: async () => {},
    afterCommit: async () => {},

    async signUp({ operator = false, handle } = {}) {
      const person = await signUp(url, accounts, realStore);
      const { id, email } = person;
      const profile = { handle: handle ?? null, displayName: 'Mara Vex', bio: null, location: null, avatarUrl: null };
      await realStore.transact(async ({ account }) => {
        if (operator) await account.setRole(email, 'operator');
        if (handle !== undefined) assert.equal(await account.saveProfile(id, profile), 'saved');
      });
      return { ...person, keys: await mintKeys(keys, id, KINDS) };
    },

    async mint(accountId, kind, scopes) {
      return (await keys.service.mint({ accountId, kind, name: null, scopes, expiresAt: null })).secret;
    },

    remove: (accountId) =>
      realStore.transact(async ({ account, registry }) => {
        await registry.withdrawAll(accountId);
        await account.remove(accountId);
      }),

    async ask(method, path, bearer, body, headers = {}) {
      const authorization = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
      const { json, ...answer } = await send(method, url + path, body, { ...authorization, ...headers });
      return { ...answer, body: json };
    },

    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
  return server;
}

export function sampleSubmission(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    title: 'Lighthouse',
    sha256: randomBytes(32).toString('hex'),
    duration_ms: 187_000,
    fingerprint: randomBytes(400).toString('base64'),
    artist: { handle: 'marasings', display_name: 'Mara Vex' },
    metadata: { isrc: 'GB-A1B-24-00001', release: 'Harbour', release_date: '2026-03-01' },
    declarations: { human_composition: true, human_performance: true, rights_held: true, ai_use: 'none' },
    ...changes,
  };
}
