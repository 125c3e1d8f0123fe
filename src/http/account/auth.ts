import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { APIError, createAuthMiddleware, createEmailVerificationToken, isAPIError } from 'better-auth/api';
import { deleteSessionCookie } from 'better-auth/cookies';
import { bearer, jwt } from 'better-auth/plugins';
import { decodeJwt, type JSONWebKeySet, type JWTPayload } from 'jose';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { formatUuidV7 } from '../../base/uuid.ts';
import type { Account, Mail } from '../../core/account/account.ts';
import {
  composeAlreadyTaken,
  composeChangeOfAddress,
  composeReset,
  composeVerification,
} from '../../core/account/mails.ts';
import type { Store } from '../../core/store.ts';

/** Where better-auth keeps its models: a database it can use, and its names for tables and columns. */
export interface AuthStorage {
  readonly database: NonNullable<BetterAuthOptions['database']>;
  readonly models: Pick<BetterAuthOptions, 'user' | 'account' | 'session' | 'verification'> & {
    readonly jwks: { readonly modelName: string; readonly fields: Readonly<Record<string, string>> };
  };
}

export interface AuthParts {
  readonly storage: AuthStorage;
  readonly store: Store;
  /** At least 32 bytes: signs cookies and links, encrypts the keys of the token issuer. */
  readonly secret: Uint8Array;
  readonly publicUrl: string;
  /** Keeps a mail, and does not wait until it is sent: no answer takes as long as a mail server. */
  readonly post: (mail: Mail) => Promise<void>;
  /** Before an account and its sessions are removed; what else has to end with it is done in here. */
  readonly removeAccount: (accountId: string) => Promise<void>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly onError: (message: string, error: unknown) => void;
}

/** better-auth, as far as the rest of the server knows it. */
export interface Auth {
  handle(request: Request): Promise<Response>;
  findSession(headers: Headers): Promise<Account | null>;
  /** The public keys of our own token issuer. */
  publicKeys(): Promise<JSONWebKeySet>;
  /** Makes an account whose address counts as confirmed. */
  create(account: { email: string; password: string; name: string }): Promise<void>;
}

/** The page that asks for a new password; it finds `token` or `error` in its query. */
const RESET_PAGE_PATH = '/account/reset';
/** The page on which one asks for a mail with a link to it. */
const FORGOT_PAGE_PATH = '/account/forgot';
/** The header in which the surface tells better-auth where a request comes from. It takes no other. */
export const ADDRESS_HEADER = 'x-client-address';

const MAX_PASSWORD_CHARS = 128;
export const PASSWORD_CHARS = { min: 8, max: MAX_PASSWORD_CHARS } as const;
const HOUR_SECONDS = 60 * 60;
const SESSION_SECONDS = 30 * 24 * HOUR_SECONDS;
/** How often a session that is used is prolonged: a write a day. */
const SESSION_UPDATE_SECONDS = 24 * HOUR_SECONDS;
const ID_RANDOM_BYTES = 10;
/** better-auth's name for a link that was sent to the new address, and is the last step of a change. */
const CONFIRMED_CHANGE = 'change-email-verification';

/** Who accepts a token of ours checks its issuer and audience against these. */
export function ownIssuer(publicUrl: string): { issuer: string; audience: string } {
  return { issuer: publicUrl, audience: publicUrl };
}

export function createAuth(parts: AuthParts): Auth {
  const { storage, store, publicUrl, post } = parts;
  const secret = encodeHex(parts.secret);
  const resetPage = publicUrl + RESET_PAGE_PATH;
  const forgotPage = publicUrl + FORGOT_PAGE_PATH;
  const accountPage = '/account';

  /** Where no page was asked for, better-auth leads to the root, which says nothing about what was done. */
  function leadOn(link: string): string {
    const url = new URL(link);
    if (url.searchParams.get('callbackURL') === '/') url.searchParams.set('callbackURL', accountPage);
    return url.href;
  }

  /** A link to confirm an address, or, when the address has another account, the news that it has one. */
  async function sendVerification(accountId: string, email: string, link: string): Promise<void> {
    const owner = await store.account.findByEmail(email);
    const isFree = owner === null || owner.id === accountId;
    await post(isFree ? composeVerification(email, leadOn(link)) : composeAlreadyTaken(email, forgotPage));
  }

  /** Whether a link is for a change to an address that somebody has signed up with since. better-auth checks the token. */
  async function leadsToTakenAddress(token: unknown): Promise<boolean> {
    const claims = readClaims(token);
    if (claims === null || typeof claims.email !== 'string' || typeof claims.updateTo !== 'string') return false;
    if (claims.requestType !== CONFIRMED_CHANGE) return false;
    const owner = await store.account.findByEmail(claims.updateTo);
    return owner !== null && owner.email !== claims.email.toLowerCase();
  }

  const auth = betterAuth({
    appName: 'Touchmark',
    baseURL: `${publicUrl}/api/auth`,
    // The list goes before anything better-auth would read from the environment.
    secrets: [{ version: 1, value: secret }],
    database: storage.database,
    ...storage.models,
    user: {
      ...storage.models.user,
      additionalFields: { role: { type: 'string', required: true, defaultValue: 'member', input: false } },
      changeEmail: {
        enabled: true,
        // The old address is asked first: who only holds a session cannot take the account away.
        async sendChangeEmailConfirmation({ user, newEmail, url }) {
          await post(composeChangeOfAddress(user.email, newEmail, leadOn(url)));
        },
      },
      deleteUser: { enabled: true, beforeDelete: (user) => parts.removeAccount(user.id) },
    },
    session: { ...storage.models.session, expiresIn: SESSION_SECONDS, updateAge: SESSION_UPDATE_SECONDS },
    verification: { ...storage.models.verification, storeIdentifier: 'hashed' },
    emailAndPassword: {
      enabled: true,
      requireEmailVerification: true,
      minPasswordLength: PASSWORD_CHARS.min,
      maxPasswordLength: PASSWORD_CHARS.max,
      revokeSessionsOnPasswordReset: true,
      resetPasswordTokenExpiresIn: HOUR_SECONDS,
      async sendResetPassword({ user, url }) {
        const link = new URL(url);
        if (link.searchParams.get('callbackURL') === '') link.searchParams.set('callbackURL', resetPage);
        await post(composeReset(user.email, link.href));
      },
      // The link came by mail, so the address is confirmed as well.
      onPasswordReset: ({ user }) => store.transact(({ account }) => account.markEmailVerified(user.id)),
      async onExistingUserSignUp({ user }) {
        await post(composeAlreadyTaken(user.email, forgotPage));
      },
    },
    emailVerification: {
      sendOnSignUp: true,
      sendOnSignIn: false,
      expiresIn: HOUR_SECONDS,
      sendVerificationEmail: ({ user, url }) => sendVerification(user.id, user.email, url),
    },
    plugins: [
      bearer({ requireSignature: true }),
      jwt({
        schema: { jwks: storage.models.jwks },
        disableSettingJwtHeader: true,
        jwt: {
          ...ownIssuer(publicUrl),
          expirationTime: '15m',
          definePayload: ({ user }) => ({ email: user.email }),
        },
      }),
    ],
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        if (ctx.path !== '/verify-email' || !(await leadsToTakenAddress(ctx.query?.token))) return;
        // better-auth would run into the index of addresses; without its token the link has merely ended.
        return { context: { query: { ...ctx.query, token: 'taken' } } };
      }),
      after: createAuthMiddleware(async (ctx) => {
        const { internalAdapter, returned, newSession, session } = ctx.context;
        if (ctx.path === '/sign-up/email' && isAPIError(returned)) {
          // Two sign-ups at once for one address: the second one is answered as if it had come later.
          if (returned.body?.code !== 'FAILED_TO_CREATE_USER') return;
          const { email, name, image } = ctx.body;
          const existing = await internalAdapter.findUserByEmail(email);
          if (existing === null) throw new APIError('INTERNAL_SERVER_ERROR');
          await post(composeAlreadyTaken(existing.user.email, forgotPage));
          return Response.json({ token: null, user: presentNewUser({ email, name, image, id: makeId(parts) }) });
        }
        if (ctx.path === '/change-email' && !isAPIError(returned) && session !== null) {
          // For an address that is taken better-auth sends nothing, which would tell who asks that it is taken.
          const newEmail = ctx.body.newEmail.toLowerCase();
          if ((await internalAdapter.findUserByEmail(newEmail)) === null) return;
          const { email } = session.user;
          const token = await createEmailVerificationToken(ctx.context.secret, email, newEmail, HOUR_SECONDS, {
            requestType: 'change-email-confirmation',
          });
          const callback = encodeURIComponent(ctx.body.callbackURL ?? accountPage);
          const link = `${ctx.context.baseURL}/verify-email?token=${token}&callbackURL=${callback}`;
          await post(composeChangeOfAddress(email, newEmail, link));
        }
        if (ctx.path === '/verify-email' && session === null && newSession !== null) {
          // A link confirms an address. It is not a way to sign in: whoever reads the mail is not yet the account.
          await internalAdapter.deleteSession(newSession.session.token);
          deleteSessionCookie(ctx);
        }
      }),
    },
    databaseHooks: {
      session: {
        create: {
          // Sessions that ended by themselves go when their account signs in again.
          async after({ userId }, ctx) {
            await ctx?.context.adapter.deleteMany({
              model: 'session',
              where: [
                { field: 'userId', value: userId },
                { field: 'expiresAt', value: new Date(parts.clock.now()), operator: 'lt' },
              ],
            });
          },
        },
      },
    },
    rateLimit: { enabled: false },
    // What is no answer is thrown here, not printed with everything in it.
    onAPIError: { throw: true },
    telemetry: { enabled: false },
    advanced: {
      cookiePrefix: 'touchmark',
      useSecureCookies: publicUrl.startsWith('https://'),
      // Said aloud because better-auth drops it when it believes to be in a test.
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: () => makeId(parts) },
    },
    logger: {
      level: 'error',
      // Its errors may hold addresses and links; the message says enough.
      log: (_level, message, cause) => parts.onError(message, cause),
    },
  });

  return {
    async handle(request) {
      try {
        return await auth.handler(request);
      } catch (error) {
        parts.onError('a request failed', error);
        // Without its cause: errors of the database repeat what somebody typed, and this one is logged whole.
        throw new Error('better-auth failed');
      }
    },

    async findSession(headers) {
      const found = await auth.api.getSession({ headers, query: { disableRefresh: true, disableCookieCache: true } });
      return found === null ? null : toAccount(found.user);
    },

    publicKeys: () => auth.api.getJwks() as Promise<JSONWebKeySet>,

    async create({ email, password, name }) {
      const { internalAdapter, password: passwords } = await auth.$context;
      const hash = await passwords.hash(password);
      const user = await internalAdapter.createUser({ email, name, emailVerified: true });
      await internalAdapter.linkAccount({
        userId: user.id,
        providerId: 'credential',
        accountId: user.id,
        password: hash,
      });
    },
  };
}

/** What a token says of itself; null when it is none. */
function readClaims(token: unknown): JWTPayload | null {
  if (typeof token !== 'string') return null;
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}

function makeId({ clock, random }: Pick<AuthParts, 'clock' | 'random'>): string {
  return formatUuidV7(clock.now(), random(ID_RANDOM_BYTES));
}

function toAccount(user: {
  id: string;
  email: string;
  emailVerified: boolean;
  role: string;
  createdAt: Date;
}): Account {
  return {
    id: user.id,
    email: user.email,
    isEmailVerified: user.emailVerified,
    role: user.role === 'operator' ? 'operator' : 'member',
    createdAt: user.createdAt.getTime(),
  };
}

/** What better-auth answers about an account it has just made, in its order. */
function presentNewUser(user: { email: string; name: string; image?: string; id: string }) {
  const now = new Date();
  return {
    name: user.name,
    email: user.email.toLowerCase(),
    emailVerified: false,
    image: user.image ?? null,
    createdAt: now,
    updatedAt: now,
    role: 'member',
    id: user.id,
  };
}
