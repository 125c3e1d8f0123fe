import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { createAccounts } from '../../src/app/accounts.ts';
import { systemClock, systemRandom, systemSha256Hex } from '../../src/app/system.ts';
import type { Clock } from '../../src/base/clock.ts';
import { createEd25519Key, type Ed25519Key } from '../../src/config/ed25519.ts';
import { createIssuer, type Issuer } from '../../src/core/certificate/issuer.ts';
import { createKeys, type Keys } from '../../src/core/key/keys.ts';
import { createLimits, LIMIT_NAMES, type LimitName } from '../../src/core/limit/limits.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import { PublicLogError } from '../../src/core/log/public-log.ts';
import { createRelay } from '../../src/core/relay/relay.ts';
import type { Store } from '../../src/core/store.ts';
import { type Certifier, createCertifier } from '../../src/core/works/certifier.ts';
import { createOwnerChanges } from '../../src/core/works/owner-changes.ts';
import { createVerificationLog, type VerificationLog } from '../../src/core/works/verification-log.ts';
import { createWorks } from '../../src/core/works/works.ts';
import { createOrigimark } from '../../src/http/origimark/index.ts';
import { createCursors } from '../../src/http/shared/cursor.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { certificateKeyId } from '../../src/proof/certificate/key-id.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, type Engine } from './databases.ts';
import { createCheckedServer } from './described-answers.ts';
import { EXAMPLE_WORK } from './example-work.ts';
import { signUp } from './people.ts';
import { type Answer, send } from './send.ts';

export const PUBLIC_URL = 'http://127.0.0.1:8080';
const ISSUER = { name: 'shared', issuer: 'https://shared.example', audience: 'authenticated' };
const SECRET = randomBytes(32);

/** Somebody of an outside issuer. */
export interface Author {
  readonly ownerId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An account of this server, with everything it can come with. */
export interface Member extends Author {
  readonly session: string;
  readonly cookie: string;
  readonly apiKey: string;
  readonly readOnlyKey: string;
}

/** The origimark contract, listening, over a real database, with real accounts, keys and signatures. */
export interface OrigimarkServer extends AsyncDisposable {
  readonly url: string;
  readonly store: Store;
  readonly database: Database;
  readonly keys: Keys;
  readonly issuer: Issuer;
  readonly certifier: Certifier;
  readonly verifications: VerificationLog;
  readonly signingKey: Ed25519Key;
  /** Set it to let time pass. */
  readonly time: { offsetMs: number };
  /** While true, no checkpoint covers what is issued. */
  readonly log: { isStuck: boolean };
  createAuthor(): Promise<Author>;
  createMember(): Promise<Member>;
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Certifies a work and resolves with the answer, which has to be 201. */
  certify(author: Author, fields?: Readonly<Record<string, unknown>>): Promise<Answer['json']>;
  /** Waits until verifications are written, and resolves with what owners were told, oldest first. */
  listEvents(): Promise<readonly { type: string; account_id: string; data: string }[]>;
}

export async function startOrigimarkServer(
  engine: Engine,
  options: { limits?: Partial<Record<LimitName, number>> } = {},
): Promise<OrigimarkServer> {
  await using cleanup = new AsyncDisposableStack();
  const files = cleanup.use(await createTestDatabase(engine));
  const database = cleanup.use(await openDatabase(files.location));
  const store = createStore(database);
  const time = { offsetMs: 0 };
  const clock: Clock = { now: () => systemClock.now() + time.offsetMs, sleep: systemClock.sleep };
  const common = { store, clock, random: systemRandom };
  const limiter = new MemoryLimiter({ maxKeys: 1000, clock });
  const logger = createLogger({ level: 'silent' });
  const accounts = cleanup.use(
    createAccounts({
      ...common,
      kysely: database.kysely,
      secret: systemRandom(32),
      publicUrl: PUBLIC_URL,
      mailer: { send: async () => {} },
      limiter,
      issuers: [{ ...ISSUER, keys: { secret: SECRET } }],
      logger,
    }),
  );
  const keys = cleanup.use(createKeys({ ...common, sha256Hex: systemSha256Hex, onUseLost: () => {} }));
  const signingKey = createEd25519Key(systemRandom(32));
  const signer = { keyId: certificateKeyId(signingKey.publicKey), sign: signingKey.sign };
  const issuer = createIssuer({ signer, random: systemRandom });
  const log = { isStuck: false };
  const publicLog = {
    origin: 'log.example/log',
    verifierKey: 'log.example/log+00000000+AQ==',
    async awaitPublished(sequence: number) {
      if (log.isStuck) throw new PublicLogError('not-published', 'stuck');
      return { size: sequence, rootHash: new Uint8Array(32), note: new Uint8Array(), publishedAt: clock.now() };
    },
  };
  const certifier = createCertifier({ ...common, issuer, publicLog });
  cleanup.defer(() => certifier.close());
  let notesUnderWay = 0;
  const counted: Pick<Store, 'transact'> = {
    transact(work) {
      notesUnderWay++;
      return store.transact(work).finally(() => {
        notesUnderWay--;
      });
    },
  };
  const verifications = createVerificationLog({
    ...common,
    store: counted,
    onError: (error) => assert.fail(String(error)),
  });
  cleanup.defer(() => verifications.close());
  const unlimited = Object.fromEntries(LIMIT_NAMES.map((name) => [name, 1_000_000]));
  const app = createCheckedServer({
    surfaces: [
      accounts.surface,
      createOrigimark({
        relay: createRelay({ ...common, works: createWorks(store), key: systemRandom(32) }),
        authenticator: keys.authenticator,
        tokens: accounts.tokens,
        sessions: accounts.sessions,
        limiter,
        limits: createLimits({ ...unlimited, ...options.limits }),
        publicUrl: PUBLIC_URL,
        works: createWorks(store),
        certifier,
        ownerChanges: createOwnerChanges({ ...common, issuer, publicLog }),
        verifications,
        publicLog,
        cursors: createCursors(systemRandom(32)),
        clock,
      }),
    ],
    clock,
    trustedProxies: ['127.0.0.1'],
  });
  cleanup.defer(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const started = cleanup.move();

  const server: OrigimarkServer = {
    url,
    store,
    database,
    keys,
    issuer,
    certifier,
    verifications,
    signingKey,
    time,
    log,

    async createAuthor() {
      const subject = randomUUID();
      return { ownerId: `${ISSUER.name}:${subject}`, headers: bearer(await signToken(subject)) };
    },

    async createMember() {
      const { id: accountId, session, cookie } = await signUp(url, accounts, store);
      const token = await server.ask('GET', '/api/auth/token', undefined, bearer(session));
      const mint = async (scopes: string[] | null) => {
        const request = { accountId, kind: 'origimark', name: null, scopes, expiresAt: null } as const;
        return (await keys.service.mint(request)).secret;
      };
      const [apiKey, readOnlyKey] = [await mint(null), await mint(['read'])];
      return { ownerId: accountId, headers: bearer(token.json.token), session, cookie, apiKey, readOnlyKey };
    },

    ask: (method, path, body, headers) => send(method, url + path, body, headers),

    async certify(author, fields = {}) {
      const answer = await server.ask('POST', '/api/v1/certify', registration(fields), author.headers);
      assert.equal(answer.status, 201, answer.text);
      return answer.json;
    },

    async listEvents() {
      do await new Promise((resolve) => setImmediate(resolve));
      while (notesUnderWay > 0);
      return database.kysely
        .selectFrom('webhook_event')
        .select(['type', 'account_id', 'data'])
        .where('contract', '=', 'origimark')
        .orderBy('id')
        .execute();
    },

    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };

  return server;
}

function signToken(subject: string): Promise<string> {
  return new SignJWT({ email: `${subject}@example.org` })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(ISSUER.issuer)
    .setAudience(ISSUER.audience)
    .setSubject(subject)
    .setExpirationTime('2h')
    .sign(SECRET);
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

export function randomHash(): string {
  return createHash('sha256').update(randomBytes(16)).digest('hex');
}

/** The example of the contract with a hash of its own. */
export function registration(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    hash: randomHash(),
    ...EXAMPLE_WORK,
    ...fields,
  };
}
