import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { Sessions } from '../../core/account/account.ts';
import type { CredentialKind } from '../../core/key/credential.ts';
import type { KeyService } from '../../core/key/keys.ts';
import { KeyError } from '../../core/key/mint.ts';
import type { Limit, Limiter } from '../../core/limit/limiter.ts';
import type { SubscriptionReader } from '../../core/meter/subscription.ts';
import type { App } from '../shared/app.ts';
import { ACCOUNT_TAG, SESSION, SESSION_SCHEMES } from '../shared/openapi/api-description.ts';
import { parseUtc } from '../shared/parse-utc.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import { createSessionGuard } from '../shared/session-guard.ts';
import type { Surface } from '../shared/surface.ts';
import { AccountKeysError, ERROR_CODES, presentError } from './errors.ts';
import { ErrorBody, Key, Kind, Name, NewKey, presentKey, presentMinted, Scopes } from './wire.ts';

export interface AccountKeysParts {
  readonly keys: KeyService;
  readonly sessions: Sessions;
  readonly subscriptions: SubscriptionReader;
  readonly limiter: Limiter;
  /** Of new keys, by account. */
  readonly newKeys: Limit;
  readonly publicUrl: string;
  readonly clock: Clock;
}

const BODY_MAX_BYTES = 4 * 1024;
/** Time enough to change a key in every place where it is used; the document gives no number. */
const GRACE_MAX_SECONDS = 7 * 24 * 3600;
/** Beyond the life of anything that a key is put into; also keeps times in four-digit years. */
const EXPIRY_MAX_MS = 10 * 366 * 24 * 3600_000;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const REFUSALS = { 401: ErrorBody, 403: ErrorBody, 404: ErrorBody };
const tags = ['account'];
const ById = Type.Object({ id: Type.String() });

/** The keys of whoever is signed in. */
export function createAccountKeys(parts: AccountKeysParts): Surface {
  return {
    pathPrefixes: ['/api/account/keys'],
    api: {
      name: 'AccountKeys',
      tags: ACCOUNT_TAG,
      securitySchemes: SESSION_SCHEMES,
      security: SESSION,
      errorBody: ErrorBody,
      errorCodes: ERROR_CODES,
    },
    presentError,
    register: (app) => registerRoutes(app, parts),
  };
}

function registerRoutes(app: App, parts: AccountKeysParts): void {
  const { keys, sessions, limiter, newKeys, clock } = parts;
  const refuse = () => new AccountKeysError('session-missing', 'no session');
  const guard = createSessionGuard(sessions, parts.publicUrl, refuse);
  app.addHook('onRequest', guard.onRequest);
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  const ownerOf = (request: FastifyRequest) => guard.accountOf(request).id;
  const takeNewKey = (request: FastifyRequest, reply: FastifyReply) =>
    takeTokens(limiter, [{ limit: newKeys, key: ownerOf(request) }], reply);

  const list = {
    summary: 'Keys of the account, newest first, at most 200',
    tags,
    response: { 200: Type.Object({ keys: Type.Array(Key) }), ...REFUSALS },
  };
  app.get('/api/account/keys', { schema: list }, async (request) => ({
    keys: (await keys.list(ownerOf(request))).map(presentKey),
  }));

  const create = {
    summary: 'Make a key; its secret is shown in this answer and never again',
    tags,
    body: Type.Object(
      {
        kind: Kind,
        name: Type.Optional(Name),
        scopes: Type.Optional(Scopes),
        expires_at: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 40 })),
      },
      { additionalProperties: false },
    ),
    response: { 201: NewKey, 400: ErrorBody, 402: ErrorBody, 409: ErrorBody, 429: ErrorBody, ...REFUSALS },
  };
  app.post('/api/account/keys', { schema: create, bodyLimit: BODY_MAX_BYTES }, async (request, reply) => {
    const { kind, name = null, scopes = null, expires_at = null } = request.body;
    const accountId = ownerOf(request);
    const expiresAt = parseExpiry(expires_at, clock.now());
    await requireEntitlement(parts, accountId, kind);
    await takeNewKey(request, reply);
    reply.code(201);
    return presentMinted(await keys.mint({ kind, accountId, name, scopes, expiresAt }));
  });

  const rotate = {
    summary: 'Replace a key by a new one of the same kind, name, scopes and expiry',
    tags,
    params: ById,
    body: Type.Object(
      { grace_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: GRACE_MAX_SECONDS })) },
      { additionalProperties: false },
    ),
    response: { 201: NewKey, 400: ErrorBody, 409: ErrorBody, 429: ErrorBody, ...REFUSALS },
  };
  app.post('/api/account/keys/:id/rotate', { schema: rotate, bodyLimit: BODY_MAX_BYTES }, async (request, reply) => {
    const id = parseId(request.params.id);
    await takeNewKey(request, reply);
    reply.code(201);
    return presentMinted(await keys.rotate(ownerOf(request), id, (request.body.grace_seconds ?? 0) * 1000));
  });

  const rename = {
    summary: 'Name a key',
    tags,
    params: ById,
    body: Type.Object({ name: Name }, { additionalProperties: false }),
    response: { 200: Key, 400: ErrorBody, ...REFUSALS },
  };
  app.patch('/api/account/keys/:id', { schema: rename, bodyLimit: BODY_MAX_BYTES }, async (request) =>
    presentKey(await keys.rename(ownerOf(request), parseId(request.params.id), request.body.name)),
  );

  const revoke = {
    summary: 'Revoke a key; it is dead here at once and everywhere within a second',
    tags,
    params: ById,
    response: { 204: Type.Null(), ...REFUSALS },
  };
  app.delete('/api/account/keys/:id', { schema: revoke }, async (request, reply) => {
    await keys.revoke(ownerOf(request), parseId(request.params.id));
    reply.code(204);
    return null;
  });
}

/** Errors: AccountKeysError `subscription-required`, `plan-not-entitled`. */
async function requireEntitlement(
  { subscriptions, clock }: Pick<AccountKeysParts, 'subscriptions' | 'clock'>,
  accountId: string,
  kind: CredentialKind,
): Promise<void> {
  if (kind !== 'orphograph' && kind !== 'proofd') return;
  if ((await subscriptions.findActive(accountId, kind, clock.now())) !== null) return;
  const code = kind === 'orphograph' ? 'subscription-required' : 'plan-not-entitled';
  throw new AccountKeysError(code, `no active subscription of ${kind}`);
}

function parseExpiry(text: string | null, now: number): number | null {
  if (text === null) return null;
  const epochMs = parseUtc(text);
  if (epochMs === null || epochMs <= now || epochMs > now + EXPIRY_MAX_MS) {
    throw new AccountKeysError('expiry-invalid', 'not a time to come');
  }
  return epochMs;
}

/** What has not even the form of an id is nobody's key. */
function parseId(text: string): string {
  if (!UUID.test(text)) throw new KeyError('key-unknown', 'not the form of an id');
  return text;
}
