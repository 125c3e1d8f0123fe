import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Clock, RandomBytes } from '../base/clock.ts';
import { CodedError } from '../base/coded-error.ts';
import type { Mail, Mailer, Sessions } from '../core/account/account.ts';
import type { BearerTokens, JwtIssuer } from '../core/account/tokens.ts';
import { CREDENTIAL_KINDS } from '../core/key/secret.ts';
import type { Limiter } from '../core/limit/limiter.ts';
import type { Store } from '../core/store.ts';
import { createAuth, ownIssuer } from '../http/account/auth.ts';
import { createAccountSurface } from '../http/account/index.ts';
import { pickSessionHeaders } from '../http/account/session-headers.ts';
import type { Surface } from '../http/shared/surface.ts';
import { createBearerTokens } from '../net/jwt.ts';
import { AUTH_MODELS } from '../store/auth-models.ts';
import type { Schema } from '../store/schema.ts';
import { createMailOutbox } from './account-mails.ts';

export interface AccountParts {
  readonly store: Store;
  /** The same database as the store's. */
  readonly kysely: Kysely<Schema>;
  /** Of `loadAccountSecret`. */
  readonly secret: Uint8Array;
  readonly publicUrl: string;
  /** Null: what needs a mail answers that mail is not set up. */
  readonly mailer: Mailer | null;
  readonly limiter: Limiter;
  readonly issuers: readonly JwtIssuer[];
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly logger: Logger;
}

/** Disposal waits for the mails under way. */
export interface Accounts extends AsyncDisposable {
  readonly surface: Surface;
  readonly sessions: Sessions;
  readonly tokens: BearerTokens;
  /** Makes an account whose address counts as confirmed, unless there is one with that address. */
  ensure(account: { email: string; password: string; name: string }): Promise<void>;
}

export function createAccounts(parts: AccountParts): Accounts {
  const { store, kysely, publicUrl, mailer, clock, random, logger } = parts;
  const underWay = new Set<Promise<void>>();

  const outbox = mailer && createMailOutbox({ store, mailer, secret: parts.secret, clock, random });

  async function post(mail: Mail): Promise<void> {
    if (outbox === null) return;
    const send = await outbox.keep(mail);
    const sent = send()
      .catch((error: unknown) => {
        const reason = error instanceof CodedError ? error.message : kindOf(error);
        logger.warn({ reason, subject: mail.subject }, 'a mail could not be sent, and will be tried again');
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
  }

  const auth = createAuth({
    storage: { database: { db: kysely, type: 'postgres' }, models: AUTH_MODELS },
    store,
    secret: parts.secret,
    publicUrl,
    post,
    removeAccount: (id) => removeAccount(store, id, clock.now()),
    clock,
    random,
    // Only what kind of failure it was: messages of the database repeat what somebody typed.
    onError: (message, error) => logger.error({ reason: kindOf(error) }, `accounts: ${message}`),
  });
  const sessions: Sessions = {
    async find(headers) {
      const picked = pickSessionHeaders(headers);
      return picked.has('authorization') || picked.has('cookie') ? auth.findSession(picked) : null;
    },
  };
  const tokens = createBearerTokens({
    own: {
      ...ownIssuer(publicUrl),
      publicKeys: () => auth.publicKeys(),
      findAccount: (id) => store.account.find(id),
    },
    issuers: parts.issuers,
    clock,
  });

  return {
    surface: createAccountSurface({ ...parts, auth, sessions, canMail: mailer !== null }),
    sessions,
    tokens,
    async ensure(account) {
      if ((await store.account.findByEmail(account.email)) === null) await auth.create(account);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(underWay);
      await tokens[Symbol.asyncDispose]();
    },
  };
}

/** Its keys die with an account. A pack was paid for and is whoever's that holds it. */
function removeAccount(store: Store, id: string, now: number): Promise<void> {
  return store.transact(async ({ account, key, registry, webhook }) => {
    // A key that is being made is there before this, and ends here, or comes after it, and is refused.
    await key.closeAccount(id);
    await registry.withdrawAll(id);
    await account.remove(id);
    await webhook.removeOfAccount(id);
    for (const kind of CREDENTIAL_KINDS) if (kind !== 'orphograph-pack') await key.revokeKind(id, kind, now);
  });
}

function kindOf(error: unknown): string {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return [name, code].filter((part) => typeof part === 'string').join(' ');
}
