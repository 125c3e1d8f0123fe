import { randomBytes } from 'node:crypto';
import { type Accounts, createAccounts } from '../../src/app/accounts.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Mail, Mailer } from '../../src/core/account/account.ts';
import type { JwtIssuer } from '../../src/core/account/tokens.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { Store } from '../../src/core/store.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import type { Surface } from '../../src/http/shared/surface.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, type Engine } from './databases.ts';
import { createCheckedServer } from './described-answers.ts';
import { PASSWORD } from './people.ts';
import { type Answer, send } from './send.ts';

export const PUBLIC_URL = 'http://127.0.0.1:8080';

/** A server with accounts alone, listening, over a real database. */
export interface AccountServer extends AsyncDisposable {
  readonly url: string;
  readonly accounts: Accounts;
  readonly store: Store;
  readonly database: Database;
  /** Of sessions, links and mails. */
  readonly secret: Uint8Array;
  /** What was mailed, oldest first; empty when a mailer was given. */
  readonly mails: Mail[];
  /** How long answers were held back, in milliseconds. */
  readonly sleeps: number[];
  readonly log: string[];
  /** Asks as a client that is no browser and has no session, unless `init` says otherwise. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A browser: keeps cookies, and says where its requests come from. */
  browser(): Browser;
  /** Signs up and confirms the address. */
  register(email: string): Promise<void>;
}

export interface Browser {
  cookie: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
}

export async function startAccountServer(
  engine: Engine,
  options: {
    mailer?: Mailer | null;
    publicUrl?: string;
    issuers?: readonly JwtIssuer[];
    surfaces?: (accounts: Accounts, store: Store) => readonly Surface[];
  } = {},
): Promise<AccountServer> {
  await using cleanup = new AsyncDisposableStack();
  const testDatabase = cleanup.use(await createTestDatabase(engine));
  const database = cleanup.use(await openDatabase(testDatabase.location));
  const store = createStore(database);
  const publicUrl = options.publicUrl ?? PUBLIC_URL;
  const mails: Mail[] = [];
  const sleeps: number[] = [];
  const log: string[] = [];
  const clock: Clock = { now: () => Date.now(), sleep: async (ms) => void sleeps.push(ms) };
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const secret = random(32);
  const logger = createLogger({ level: 'info', destination: { write: (line) => void log.push(line) } });
  const accounts = cleanup.use(
    createAccounts({
      store,
      kysely: database.kysely,
      secret,
      publicUrl,
      mailer: options.mailer === undefined ? { send: async (mail) => void mails.push(mail) } : options.mailer,
      limiter: new MemoryLimiter({ maxKeys: 1000, clock }),
      issuers: options.issuers ?? [],
      clock,
      random,
      logger,
    }),
  );
  const app = createCheckedServer({
    surfaces: [accounts.surface, ...(options.surfaces?.(accounts, store) ?? [])],
    clock,
    logger,
    trustedProxies: ['127.0.0.1'],
  });
  cleanup.defer(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const started = cleanup.move();

  const ask: AccountServer['ask'] = (method, path, body, headers) => send(method, url + path, body, headers);

  function browser(): Browser {
    const jar = new Map<string, string>();
    const send = async (method: string, path: string, body?: unknown) => {
      const headers: Record<string, string> = { origin: new URL(publicUrl).origin };
      if (page.cookie !== '') headers.cookie = page.cookie;
      const answer = await ask(method, path, body, headers);
      for (const line of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
        if (value === '' || /max-age=0/i.test(line)) jar.delete(name!);
        else jar.set(name!, value!);
      }
      page.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      return answer;
    };
    const page: Browser = {
      cookie: '',
      get: (path) => send('GET', path),
      post: (path, body) => send('POST', path, body),
      put: (path, body) => send('PUT', path, body),
    };
    return page;
  }

  return {
    url,
    accounts,
    store,
    database,
    secret,
    mails,
    sleeps,
    log,
    ask,
    browser,
    register: (email) => accounts.ensure({ email, password: PASSWORD, name: 'Ada' }),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** The path of the link in a mail, below the server's public address. */
export function linkIn(mail: Mail | undefined, publicUrl = PUBLIC_URL): string {
  const link = mail?.text.split('\n').find((line) => line.startsWith(publicUrl));
  if (link === undefined) throw new Error(`no link in ${mail?.text}`);
  return link.slice(publicUrl.length);
}
