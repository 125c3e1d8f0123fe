import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { systemSha256Hex } from '../../src/app/system.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Account, Sessions } from '../../src/core/account/account.ts';
import type { CredentialKind } from '../../src/core/key/credential.ts';
import { createKeys } from '../../src/core/key/keys.ts';
import { mintCredential } from '../../src/core/key/mint.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { Product } from '../../src/core/meter/subscription.ts';
import type { Store } from '../../src/core/store.ts';
import { createAccountKeys } from '../../src/http/account-keys/index.ts';
import { createServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';

const START = Date.parse('2026-05-14T14:00:00Z');
const PUBLIC_URL = 'https://proofs.example.org';
const random = (length: number) => new Uint8Array(randomBytes(length));

interface KeyAnswer {
  id: string;
  kind: string;
  name: string | null;
  display_prefix: string;
  scopes: string[] | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
  secret?: string;
}
interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: KeyAnswer & { keys: KeyAnswer[]; error: { code: string; message: string; request_id: string } };
}

for (const engine of ENGINES) {
  describe(`keys of an account over HTTP on ${engine}`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    function startServer(newKeys = 1000) {
      const clock: Clock & { time: number } = { time: START, now: () => clock.time, sleep: async () => {} };
      const keys = createKeys({
        store,
        clock,
        random,
        sha256Hex: systemSha256Hex,
        onUseLost: (error) => assert.fail(error as Error),
      });
      const plans = new Set<string>();
      /** The cookie, or the bearer, is the account's id. */
      const sessions: Sessions = {
        async find({ cookie, authorization }) {
          const id = String(cookie ?? authorization).split(/[= ]/)[1];
          if (id === undefined || !/^[0-9a-f-]{36}$/.test(id)) return null;
          return {
            id,
            email: 'a@example.org',
            isEmailVerified: true,
            role: 'member',
            createdAt: START,
          } satisfies Account;
        },
      };
      const log: string[] = [];
      const app = createServer({
        surfaces: [
          createAccountKeys({
            keys: keys.service,
            sessions,
            subscriptions: {
              findActive: async (accountId, product) =>
                plans.has(`${accountId} ${product}`)
                  ? {
                      accountId,
                      product,
                      plan: product === 'proofd' ? 'proofd-pro' : 'orphograph-personal',
                      paidUntil: START + 1e9,
                      providerReference: null,
                    }
                  : null,
            },
            limiter: new MemoryLimiter({ maxKeys: 1000, clock }),
            newKeys: { name: 'new-key-account', count: newKeys, periodMs: 3600_000 },
            publicUrl: PUBLIC_URL,
            clock,
          }),
        ],
        clock,
        random,
        logger: createLogger({ level: 'info', destination: { write: (line) => void log.push(line) } }),
        registry: new Registry(),
        readiness: {},
        trustedProxies: [],
        version: '0.1.0',
      });
      const send = async (
        accountId: string | null,
        method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
        path = '',
        payload?: unknown,
        headers: Record<string, string> = {},
      ): Promise<Answer> => {
        const answer = await app.inject({
          method,
          url: `/api/account/keys${path}`,
          headers: {
            ...(accountId !== null && { cookie: `session=${accountId}`, origin: PUBLIC_URL }),
            ...(payload !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(payload !== undefined && { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
        });
        return {
          status: answer.statusCode,
          headers: answer.headers,
          body: answer.body === '' ? null : answer.json(),
        } as Answer;
      };
      const refused = async (asked: Promise<Answer>, status: number, code: string) => {
        const { status: got, body, headers } = await asked;
        assert.deepEqual([got, body.error.code], [status, code]);
        assert.equal(body.error.request_id, headers['x-request-id']);
        assert.equal(headers['cache-control'], 'no-store');
      };
      const subscribe = (accountId: string, product: Product) => void plans.add(`${accountId} ${product}`);
      const works = async (secret: string, kind: CredentialKind) =>
        (await keys.authenticator.authenticate(secret, [kind])).ok;
      return { app, clock, send, refused, subscribe, works, keys, log };
    }

    test('a key is made, listed without its secret, named, rotated and revoked', async () => {
      const { send, works, clock } = startServer();
      const account = randomUUID();
      const made = await send(account, 'POST', '', {
        kind: 'trackorigin-secret-live',
        name: 'ingest',
        scopes: ['read'],
        expires_at: '2026-06-01T00:00:00Z',
      });
      assert.equal(made.status, 201);
      assert.equal(made.headers['cache-control'], 'no-store');
      const { secret, ...shown } = made.body;
      assert.match(secret!, /^to_sk_live_[0-9A-Za-z]{36}$/);
      assert.deepEqual(shown, {
        id: shown.id,
        kind: 'trackorigin-secret-live',
        name: 'ingest',
        display_prefix: secret!.slice(0, 15),
        scopes: ['read'],
        created_at: '2026-05-14T14:00:00.000Z',
        last_used_at: null,
        expires_at: '2026-06-01T00:00:00.000Z',
        revoked_at: null,
      });
      assert.deepEqual((await send(account, 'GET')).body.keys, [shown]);
      const named = await send(account, 'PATCH', `/${shown.id}`, { name: null });
      assert.deepEqual([named.status, named.body], [200, { ...shown, name: null }]);

      clock.time += 1000;
      const rotated = await send(account, 'POST', `/${shown.id}/rotate`, { grace_seconds: 60 });
      assert.equal(rotated.status, 201);
      assert.equal(await works(secret!, 'trackorigin-secret-live'), true);
      assert.equal(await works(rotated.body.secret!, 'trackorigin-secret-live'), true);
      const revoked = await send(account, 'DELETE', `/${rotated.body.id}`);
      assert.equal(revoked.status, 204);
      assert.equal(await works(rotated.body.secret!, 'trackorigin-secret-live'), false);
      assert.equal((await send(account, 'DELETE', `/${rotated.body.id}`)).status, 204);
      const { keys } = (await send(account, 'GET')).body;
      assert.deepEqual(
        keys.map(({ id, expires_at, revoked_at }) => [id, expires_at, revoked_at]),
        [
          [rotated.body.id, '2026-06-01T00:00:00.000Z', '2026-05-14T14:00:01.000Z'],
          [shown.id, '2026-05-14T14:01:01.000Z', null],
        ],
      );
      assert.ok(!JSON.stringify(keys).includes(secret!));
    });

    test('without a session every route is 401, whatever is sent', async () => {
      const { send, refused } = startServer();
      const id = randomUUID();
      for (const [method, path] of [
        ['GET', ''],
        ['POST', ''],
        ['POST', `/${id}/rotate`],
        ['PATCH', `/${id}`],
        ['DELETE', `/${id}`],
      ] as const) {
        await refused(send(null, method, path), 401, 'authentication_required');
        await refused(send(null, method, path, '{"broken'), 401, 'authentication_required');
        await refused(
          send(null, method, path, undefined, { cookie: 'session=forged', origin: PUBLIC_URL }),
          401,
          'authentication_required',
        );
      }
    });

    test('another account’s key is not there', async () => {
      const { send, refused, works } = startServer();
      const { body } = await send(randomUUID(), 'POST', '', { kind: 'origimark' });
      const stranger = randomUUID();
      for (const id of [body.id, randomUUID(), body.id.toUpperCase(), 'x', '%00', '%27%20or%201=1', '..%2f']) {
        await refused(send(stranger, 'POST', `/${id}/rotate`, {}), 404, 'key_not_found');
        await refused(send(stranger, 'PATCH', `/${id}`, { name: 'mine' }), 404, 'key_not_found');
        await refused(send(stranger, 'DELETE', `/${id}`), 404, 'key_not_found');
      }
      assert.deepEqual((await send(stranger, 'GET')).body.keys, []);
      assert.equal(await works(body.secret!, 'origimark'), true);
    });

    test('a page of another site can change nothing with a visitor’s cookie', async () => {
      const { send, refused, works } = startServer();
      const account = randomUUID();
      const { body } = await send(account, 'POST', '', { kind: 'origimark' });
      const cookie = `session=${account}`;
      const origins = [
        'https://evil.example',
        'null',
        'http://proofs.example.org',
        `${PUBLIC_URL}.evil.example`,
        PUBLIC_URL.toUpperCase(),
        '',
      ];
      for (const headers of [{ cookie }, ...origins.map((origin) => ({ cookie, origin }))]) {
        await refused(send(null, 'DELETE', `/${body.id}`, undefined, headers), 403, 'cross_site_request');
        await refused(send(null, 'POST', '', { kind: 'origimark' }, headers), 403, 'cross_site_request');
        await refused(send(null, 'POST', `/${body.id}/rotate`, {}, headers), 403, 'cross_site_request');
        await refused(send(null, 'PATCH', `/${body.id}`, { name: 'x' }, headers), 403, 'cross_site_request');
        assert.equal(
          (await send(null, 'GET', '', undefined, headers)).headers['access-control-allow-origin'],
          undefined,
        );
      }
      assert.equal(await works(body.secret!, 'origimark'), true);
      // A form can send these types without being asked first.
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        const asForm = send(account, 'POST', '', '{"kind":"origimark"}', { 'content-type': type });
        await refused(asForm, 415, 'unsupported_media_type');
      }
      const bearer = { authorization: `Bearer ${account}` };
      assert.equal((await send(null, 'DELETE', `/${body.id}`, undefined, bearer)).status, 204);
    });

    test('keys that need a plan are for whoever has it', async () => {
      const { send, refused, subscribe, works } = startServer();
      const account = randomUUID();
      await refused(send(account, 'POST', '', { kind: 'orphograph' }), 402, 'subscription_required');
      await refused(send(account, 'POST', '', { kind: 'proofd' }), 403, 'PLAN_NOT_ENTITLED');
      subscribe(account, 'orphograph');
      assert.equal((await send(account, 'POST', '', { kind: 'orphograph' })).status, 201);
      await refused(send(account, 'POST', '', { kind: 'proofd' }), 403, 'PLAN_NOT_ENTITLED');
      subscribe(account, 'proofd');
      const first = await send(account, 'POST', '', { kind: 'proofd' });
      const second = await send(account, 'POST', '', { kind: 'proofd' });
      assert.equal(await works(first.body.secret!, 'proofd'), false);
      const graceful = send(account, 'POST', `/${second.body.id}/rotate`, { grace_seconds: 60 });
      await refused(graceful, 400, 'grace_not_possible');
      assert.equal(await works(second.body.secret!, 'proofd'), true);
    });

    test('bad input is told field by field, and changes nothing', async () => {
      const { send, refused, log } = startServer();
      const account = randomUUID();
      const make = (fields: object) => send(account, 'POST', '', { kind: 'origimark', ...fields });
      for (const kind of ['nope', '', null, 7, ['origimark'], '__proto__', 'constructor']) {
        await refused(make({ kind }), 400, 'invalid_kind');
      }
      await refused(send(account, 'POST', '', {}), 400, 'invalid_kind');
      await refused(make({ kind: 'orphograph-pack' }), 400, 'kind_not_issued');
      for (const name of ['', 'x'.repeat(101), 'a\u0000b', 'a\nb', '\u007f', '\u202etxt', 5, {}]) {
        await refused(make({ name }), 400, 'invalid_name');
      }
      for (const scopes of [[], ['admin'], ['read', 'read'], 'read', [null]]) {
        await refused(make({ scopes }), 400, 'invalid_scopes');
      }
      for (const expires_at of [
        '2026-05-14T14:00:00Z',
        '2026-02-31T00:00:00Z',
        '2027-02-31T00:00:00Z',
        '9999-01-01T00:00:00Z',
        '2027-01-01',
        '2027-01-01T00:00:00',
        '2027-01-01T00:00:00+02:00',
        'tomorrow',
        1e12,
        'x'.repeat(1000),
      ]) {
        await refused(make({ expires_at }), 400, 'invalid_expiry');
      }
      await refused(make({ role: 'operator' }), 400, 'invalid_request');
      await refused(make({ accountId: randomUUID() }), 400, 'invalid_request');
      await refused(send(account, 'POST', '', '{"kind": "origimark"'), 400, 'invalid_json');
      await refused(send(account, 'POST', '', '[]'), 400, 'invalid_request');
      await refused(send(account, 'POST', '', JSON.stringify({ kind: 'x'.repeat(5000) })), 413, 'body_too_large');
      for (const grace_seconds of [-1, 0.5, 604_801, '60', null]) {
        await refused(send(account, 'POST', `/${randomUUID()}/rotate`, { grace_seconds }), 400, 'invalid_grace');
      }
      await refused(send(account, 'POST', '/x/y/z', {}), 404, 'not_found');
      await refused(send(account, 'DELETE'), 405, 'method_not_allowed');
      assert.deepEqual((await send(account, 'GET')).body.keys, []);
      assert.ok(!log.some((line) => line.includes('"level":50')), 'none of this was the server’s fault');
    });

    test('text that would be code elsewhere is kept as it is', async () => {
      const { send, clock } = startServer();
      const account = randomUUID();
      for (const name of ["'; drop table credential; --", '<script>alert(1)</script>', '{{7*7}}', '🔑 ключ']) {
        clock.time += 1;
        assert.equal((await send(account, 'POST', '', { kind: 'origimark', name })).body.name, name);
        assert.equal((await send(account, 'GET')).body.keys[0]!.name, name);
      }
    });

    test('secrets are in no log line', async () => {
      const { send, log } = startServer();
      const { body } = await send(randomUUID(), 'POST', '', { kind: 'origimark' });
      assert.ok(log.length > 0 && !log.join('').includes(body.secret!.slice(8)));
    });

    test('an account makes so many keys an hour; making one is told what is left', async () => {
      const { send, refused, clock } = startServer(2);
      const [account, other] = [randomUUID(), randomUUID()];
      const first = await send(account, 'POST', '', { kind: 'origimark' });
      assert.equal(first.headers['ratelimit-policy'], '"new-key-account";q=2;w=3600');
      assert.equal(first.headers.ratelimit, '"new-key-account";r=1;t=1800');
      await send(account, 'POST', `/${first.body.id}/rotate`, {});
      const third = await send(account, 'POST', '', { kind: 'origimark' });
      assert.deepEqual([third.status, third.body.error.code], [429, 'rate_limited']);
      assert.equal(third.headers['retry-after'], '1800');
      assert.equal((await send(other, 'POST', '', { kind: 'origimark' })).status, 201);
      clock.time += 1800_000;
      assert.equal((await send(account, 'POST', '', { kind: 'origimark' })).status, 201);
      await refused(send(account, 'POST', '', { kind: 'origimark' }), 429, 'rate_limited');
    });

    test('a bought pack is listed and can be revoked, but not rotated', async () => {
      const { send, refused } = startServer();
      const accountId = randomUUID();
      const request = { kind: 'orphograph-pack', accountId, name: null, scopes: null, expiresAt: null } as const;
      const { credential } = await store.transact((writers) =>
        mintCredential(writers, request, { now: START, random }),
      );
      assert.deepEqual(
        (await send(accountId, 'GET')).body.keys.map(({ kind }) => kind),
        ['orphograph-pack'],
      );
      await refused(send(accountId, 'POST', `/${credential.id}/rotate`, {}), 400, 'kind_not_issued');
      assert.equal((await send(accountId, 'DELETE', `/${credential.id}`)).status, 204);
    });
  });
}
