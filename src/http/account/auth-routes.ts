import { type TObject, type TSchema, Type } from 'typebox';
import { AVATAR_URL_MAX_CHARS } from '../../core/account/profile.ts';
import { PASSWORD_CHARS } from './auth.ts';

/**
 * How a route is held against guessing and mail nobody asked for.
 *
 * mail: whatever it does ends in a mail to the address in the body, and the answer takes the same time whether the
 * address has an account or not. password: it says whether a password is right. token: it says whether a token is.
 */
export type Guard = 'mail' | 'password' | 'token';

export interface AuthRoute {
  readonly method: 'GET' | 'POST';
  /** Below `/api/auth`. */
  readonly path: string;
  readonly summary: string;
  readonly guard?: Guard;
  /** Only the fields named here reach better-auth. */
  readonly body?: TObject;
  readonly query?: TObject;
  readonly params?: TObject;
  /** Needs no session. */
  readonly isOpen?: true;
  /** What comes of it, by status. */
  readonly answers: Readonly<Record<number, TSchema>>;
}

/** Longer than any address that can get mail (RFC 5321 section 4.5.3.1.3). */
const EMAIL_MAX_CHARS = 254;
const URL_MAX_CHARS = 2000;
const TOKEN_MAX_CHARS = 2000;

/** No control characters, which no field of these has a use for, and nothing that cannot be stored as UTF-8. */
const line = (maxLength: number, description?: string) =>
  Type.String({ maxLength, pattern: '^[^\\p{Cc}\\p{Cs}]*$', ...(description !== undefined && { description }) });

const email = line(EMAIL_MAX_CHARS);
/** Checked for its length by better-auth, which counts UTF-16 units. */
const password = line(PASSWORD_CHARS.max);
const token = line(TOKEN_MAX_CHARS);
const callbackURL = Type.Optional(line(URL_MAX_CHARS, 'A page of this server to go on to, as a path or an address.'));
const rememberMe = Type.Optional(Type.Boolean({ description: 'false: the session ends with the browser.' }));
const name = Type.String({ maxLength: 400, description: 'The display name.' });
const image = Type.Optional(Type.Union([line(AVATAR_URL_MAX_CHARS), Type.Null()]));

const object = (fields: Record<string, TSchema>) => Type.Object(fields);

const Done = Type.Object({ status: Type.Boolean() });
const Success = Type.Object({ success: Type.Boolean(), message: Type.Optional(Type.String()) });
const anything = (description: string) =>
  Type.Unsafe<object>({ type: 'object', additionalProperties: true, description });
const User = Type.Unsafe<object>({
  type: 'object',
  title: 'AccountUser',
  additionalProperties: true,
  required: ['id', 'email', 'name'],
  properties: { id: Type.String(), email: Type.String(), name: Type.String(), emailVerified: Type.Boolean() },
});
const Session = Type.Unsafe<object>({
  type: 'object',
  title: 'AccountSession',
  additionalProperties: true,
  required: ['id', 'expiresAt'],
  properties: { id: Type.String(), expiresAt: Type.String(), token: Type.String() },
});
const orNull = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });
const SignedIn = Type.Object({
  redirect: Type.Optional(Type.Boolean()),
  url: Type.Optional(orNull('Where to go on to.')),
  token: orNull('The session bearer; null when the address has to be confirmed first.'),
  user: User,
});

/** The standard routes of better-auth that this server offers. */
export const AUTH_ROUTES: readonly AuthRoute[] = [
  {
    method: 'POST',
    path: '/sign-up/email',
    answers: { 200: SignedIn },
    isOpen: true,
    summary: 'Make an account; a mail asks to confirm the address',
    guard: 'mail',
    body: object({ name, email, password, image: Type.Optional(line(AVATAR_URL_MAX_CHARS)), callbackURL, rememberMe }),
  },
  {
    method: 'POST',
    path: '/sign-in/email',
    answers: { 200: SignedIn },
    isOpen: true,
    summary: 'Sign in; the answer sets the session cookie, and `set-auth-token` is the session bearer',
    guard: 'password',
    body: object({ email, password, callbackURL, rememberMe }),
  },
  { method: 'POST', path: '/sign-out', answers: { 200: Success }, isOpen: true, summary: 'End this session' },
  {
    method: 'POST',
    path: '/send-verification-email',
    answers: { 200: Done },
    isOpen: true,
    summary: 'Mail the link that confirms an address once more',
    guard: 'mail',
    body: object({ email, callbackURL }),
  },
  {
    method: 'GET',
    path: '/verify-email',
    answers: { 200: anything('The address is confirmed.'), 302: Type.Null() },
    isOpen: true,
    summary: 'Confirm an address, or a change of address, with the token that was mailed',
    guard: 'token',
    query: object({ token, callbackURL }),
  },
  {
    method: 'POST',
    path: '/request-password-reset',
    answers: { 200: anything('A mail is on its way, if the address has an account.') },
    isOpen: true,
    summary: 'Mail a link to set a new password',
    guard: 'mail',
    body: object({ email, redirectTo: callbackURL }),
  },
  {
    method: 'GET',
    path: '/reset-password/:token',
    answers: { 302: Type.Null() },
    isOpen: true,
    summary: 'What a mailed link opens: goes on to the page that asks for the new password',
    guard: 'token',
    params: Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$' }) }),
    query: object({ callbackURL: line(URL_MAX_CHARS) }),
  },
  {
    method: 'POST',
    path: '/reset-password',
    answers: { 200: Done },
    isOpen: true,
    summary: 'Set a new password with the token that was mailed; all sessions end',
    guard: 'token',
    body: object({ newPassword: password, token }),
  },
  {
    method: 'POST',
    path: '/change-password',
    answers: { 200: anything('The password is changed; `token` is the new session’s when others were ended.') },
    summary: 'Set a new password, knowing the present one',
    guard: 'password',
    body: object({
      currentPassword: password,
      newPassword: password,
      revokeOtherSessions: Type.Optional(Type.Boolean()),
    }),
  },
  {
    method: 'POST',
    path: '/change-email',
    answers: { 200: anything('A mail is on its way.') },
    summary: 'Ask for a change of address: the present one allows it by mail, then the new one confirms it',
    guard: 'mail',
    body: object({ newEmail: email, callbackURL }),
  },
  {
    method: 'POST',
    path: '/delete-user',
    answers: { 200: Success },
    summary: 'Delete the account; with the password, or within a day of signing in',
    guard: 'password',
    body: object({ password: Type.Optional(password) }),
  },
  {
    method: 'POST',
    path: '/update-user',
    answers: { 200: anything('It is changed.') },
    summary: 'Set display name or picture',
    body: object({ name: Type.Optional(name), image }),
  },
  {
    method: 'GET',
    path: '/get-session',
    answers: { 200: Type.Union([Type.Object({ session: Session, user: User }), Type.Null()]) },
    isOpen: true,
    summary: 'The session and its account, or null',
  },
  {
    method: 'GET',
    path: '/list-sessions',
    answers: { 200: Type.Array(Session) },
    summary: 'The sessions of the account',
  },
  {
    method: 'POST',
    path: '/revoke-session',
    answers: { 200: Done },
    summary: 'End one session of the account',
    body: object({ token }),
  },
  { method: 'POST', path: '/revoke-sessions', answers: { 200: Done }, summary: 'End all sessions of the account' },
  {
    method: 'POST',
    path: '/revoke-other-sessions',
    answers: { 200: Done },
    summary: 'End all sessions of the account but this one',
  },
  {
    method: 'GET',
    path: '/token',
    answers: { 200: Type.Object({ token: Type.String() }) },
    summary: 'A JSON Web Token for the account, good for 15 minutes',
  },
  {
    method: 'GET',
    path: '/jwks',
    answers: { 200: Type.Object({ keys: Type.Array(anything('A key, RFC 7517.')) }) },
    isOpen: true,
    summary: 'The public keys of the token issuer (RFC 7517)',
  },
  {
    method: 'GET',
    path: '/ok',
    answers: { 200: Type.Object({ ok: Type.Boolean() }) },
    isOpen: true,
    summary: 'Whether these routes work',
  },
];
