import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ComposedServer, startComposedServer } from '../support/composed-server.ts';
import { ENGINES } from '../support/databases.ts';

interface Webhook {
  id: string;
  url: string;
  events: string[];
  description: string | null;
  ordered: boolean;
  enabled: boolean;
  disabled_reason: string | null;
  secrets_valid: { expires_at: string | null }[];
  secret?: string;
  standard_webhooks_secret?: string;
}

interface ErrorBody {
  error: { code: string; type: string; request_id: string; details?: { errors: { field: string }[] } };
}

const URL = 'https://hook.example/in';
const UNFIT_URLS = [
  ...[
    'http://hook.example/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://[::ffff:10.0.0.1]/',
    'ftp://x.example',
  ],
  ...[
    'https://u:p@hook.example/',
    'https://hook.example:22/',
    'https://localhost/',
    'https://169.254.169.254/',
    'x',
    '',
  ],
];

for (const engine of ENGINES) {
  describe(`webhooks over HTTP (${engine})`, () => {
    let server: ComposedServer;
    let trackorigin: string;
    let origimark: string;
    before(async () => {
      server = await startComposedServer(engine);
      const person = await server.signUp();
      trackorigin = (await server.mint(person.id, 'trackorigin-secret-live')).secret;
      origimark = (await server.mint(person.id, 'origimark')).secret;
    });
    after(() => server[Symbol.asyncDispose]());

    const contracts = [
      {
        path: '/api/v1/me/webhooks',
        event: 'cert.issued',
        headers: () => ({ authorization: `Bearer ${trackorigin}` }),
      },
      { path: '/api/v1/webhooks', event: 'cert.created', headers: () => ({ 'x-api-key': origimark }) },
    ];
    for (const { path, event, headers } of contracts) {
      const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', suffix: string, payload?: object | string) =>
        server.ask({
          method,
          url: path + suffix,
          headers: { ...headers(), ...(payload !== undefined && { 'content-type': 'application/json' }) },
          ...(payload !== undefined && { payload }),
        });

      test(`${path}: a subscription lives from its creation, where its secret is shown, to its deletion`, async () => {
        const made = await ask('POST', '', { url: URL, events: [event], description: 'Mine', ordered: true });
        assert.equal(made.statusCode, 201, made.body);
        const { secret, standard_webhooks_secret: standard, ...shown } = made.json<Webhook>();
        assert.match(secret!, /^whk_[0-9A-Za-z]{40}$/);
        assert.equal(Buffer.from(standard!.replace(/^whsec_/, ''), 'base64').toString(), secret);
        assert.equal(made.headers['cache-control'], 'no-store');

        const listed = await ask('GET', '');
        assert.deepEqual(listed.json<{ webhooks: Webhook[] }>().webhooks, [shown]);
        assert.ok(!listed.body.includes('whk_') && !listed.body.includes('whsec_'));
        assert.deepEqual((await ask('GET', `/${shown.id}`)).json(), shown);

        const changed = await ask('PATCH', `/${shown.id}`, { url: `${URL}2`, ordered: false, enabled: false });
        assert.equal(changed.statusCode, 200, changed.body);
        const { url, ordered, enabled, disabled_reason: reason } = changed.json<Webhook>();
        assert.deepEqual(
          { url, ordered, enabled, reason },
          { url: `${URL}2`, ordered: false, enabled: false, reason: 'owner' },
        );
        for (const refused of [
          await ask('POST', `/${shown.id}/test`),
          await ask('POST', `/${shown.id}/replay`, { failed_since: '2026-01-01T00:00:00Z' }),
        ]) {
          assert.deepEqual([refused.statusCode, refused.json<ErrorBody>().error.code], [409, 'webhook_disabled']);
        }
        assert.equal((await ask('PATCH', `/${shown.id}`, { enabled: true })).json<Webhook>().enabled, true);

        const tested = await ask('POST', `/${shown.id}/test`);
        assert.deepEqual([tested.statusCode, /^evt_/.test(tested.json<{ event_id: string }>().event_id)], [202, true]);

        const rotated = (await ask('POST', `/${shown.id}/rotate`)).json<Webhook>();
        assert.notEqual(rotated.secret, secret);
        assert.equal(rotated.secrets_valid.length, 2);
        const once = (await ask('POST', `/${shown.id}/rotate`, { overlap_seconds: 0 })).json<Webhook>();
        assert.deepEqual(once.secrets_valid, [{ expires_at: null }]);

        assert.equal((await ask('DELETE', `/${shown.id}`)).statusCode, 204);
        for (const gone of [await ask('DELETE', `/${shown.id}`), await ask('GET', `/${shown.id}/deliveries`)]) {
          assert.deepEqual([gone.statusCode, gone.json<ErrorBody>().error.code], [404, 'webhook_not_found']);
        }
        assert.deepEqual((await ask('GET', '')).json(), { webhooks: [] });
      });

      test(`${path}: what is not fit is refused with the field it is about`, async () => {
        const good = { url: URL, events: [event] };
        const bad: [object | string, string[]][] = [
          ...UNFIT_URLS.map((url): [object, string[]] => [{ ...good, url }, ['url']]),
          [{ ...good, url: 7 }, ['url']],
          [{ ...good, events: [] }, ['events']],
          [{ ...good, events: [event, event] }, ['events']],
          [{ ...good, events: ['cert.unknown'] }, ['events']],
          [{ ...good, events: event }, ['events']],
          [{ ...good, description: 'a\u202eb' }, ['description']],
          [{ ...good, description: 'x'.repeat(201) }, ['description']],
          [{ ...good, ordered: 'yes' }, ['ordered']],
          [{ ...good, secret: 'mine' }, ['secret']],
          [{ events: [] }, ['events', 'url']],
          [[], ['', 'events', 'url']],
          ['null', ['', 'events', 'url']],
        ];
        for (const [payload, fields] of bad) {
          const answer = await ask('POST', '', payload);
          assert.equal(answer.statusCode, 400, answer.body);
          const { error } = answer.json<ErrorBody>();
          assert.equal(error.code, 'validation_error');
          assert.deepEqual([...new Set(error.details!.errors.map(({ field }) => field))].sort(), fields, answer.body);
        }
        assert.equal((await ask('POST', '', '{"url":')).json<ErrorBody>().error.code, 'invalid_json');
        assert.equal((await ask('POST', '', { ...good, description: 'x'.repeat(9_000) })).statusCode, 413);
        for (const suffix of ['/events?after=-1', '/events?limit=0', '/events?limit=201', '/events?after=1&after=2']) {
          assert.equal((await ask('GET', suffix)).statusCode, 400, suffix);
        }
        assert.equal((await ask('PATCH', '/whs_x', {})).statusCode, 400);
        assert.equal((await ask('PATCH', '/whs_x', { enabled: false })).statusCode, 404);
        assert.equal((await ask('DELETE', `/${encodeURIComponent("x' or 1=1 --")}`)).statusCode, 404);
        for (const payload of [
          {},
          { from_sequence: 3, to_sequence: 2 },
          { failed_since: 'yesterday' },
          { from_sequence: 1 },
        ]) {
          assert.equal((await ask('POST', '/whs_x/replay', payload)).statusCode, 400, JSON.stringify(payload));
        }
      });
    }

    test('tests are few for an account, and no secret, key or address with a password is in the log', async () => {
      const log: string[] = [];
      const env = { TOUCHMARK_LIMITS: 'webhook-test-account=2' };
      await using limited = await startComposedServer(engine, env, (line) => log.push(line));
      const person = await limited.signUp();
      const keys = [
        (await limited.mint(person.id, 'trackorigin-secret-live')).secret,
        (await limited.mint(person.id, 'origimark')).secret,
      ] as const;
      const hidden: string[] = [...keys, 'hunter2', 'token-in-url'];
      const ways = [
        { url: '/api/v1/me/webhooks', type: 'cert.issued', headers: { authorization: `Bearer ${keys[0]}` } },
        { url: '/api/v1/webhooks', type: 'cert.created', headers: { 'x-api-key': keys[1] } },
      ];
      const statuses: number[] = [];
      for (const { url, type, headers } of ways) {
        const post = (suffix: string, payload: object | string) => {
          const typed = { ...headers, 'content-type': 'application/json' };
          return limited.ask({ method: 'POST', url: url + suffix, headers: typed, payload });
        };
        for (const payload of [{ url: 'https://me:hunter2@hook.example/', events: [type] }, '{"url":"hunter2']) {
          assert.equal((await post('', payload)).statusCode, 400);
        }
        const made = await post('', { url: `${URL}?key=token-in-url`, events: [type] });
        const { id, secret } = made.json<Webhook>();
        const rotated = (await post(`/${id}/rotate`, {})).json<Webhook>();
        hidden.push(secret!, rotated.secret!, rotated.standard_webhooks_secret!);
        for (let i = 0; i < 2; i++) statuses.push((await post(`/${id}/test`, {})).statusCode);
      }
      assert.deepEqual(statuses, [202, 202, 429, 429], 'the contracts share the bucket of the account');
      assert.ok(
        log.some((line) => line.includes('/webhooks')),
        'requests are logged',
      );
      const leaked = hidden.filter((text) => log.some((line) => line.includes(text)));
      assert.deepEqual(leaked, []);
    });

    test('a read-only key changes nothing, and one account sees nothing of another', async () => {
      const [one, other] = [await server.signUp(), await server.signUp()];
      const signed = (cookie: string) => ({ cookie, origin: server.origin, 'content-type': 'application/json' });
      const payload = { url: URL, events: ['cert.issued'] };
      const url = '/api/v1/me/webhooks';
      const made = await server.ask({ method: 'POST', url, headers: signed(one.cookie), payload });
      const { id } = made.json<Webhook>();
      for (const [method, suffix, body] of [
        ['GET', `/${id}`, undefined],
        ['PATCH', `/${id}`, { enabled: false }],
        ['DELETE', `/${id}`, undefined],
        ['POST', `/${id}/test`, {}],
        ['POST', `/${id}/rotate`, {}],
        ['GET', `/${id}/deliveries`, undefined],
      ] as const) {
        const { 'content-type': type, ...plain } = signed(other.cookie);
        const headers = body === undefined ? plain : { ...plain, 'content-type': type };
        const answer = await server.ask({ method, url: url + suffix, headers, ...(body && { payload: body }) });
        assert.equal(answer.statusCode, 404, `${method} ${suffix}`);
      }
      const readOnly = await server.services.keys.service.mint({
        ...{ kind: 'trackorigin-secret-live', accountId: one.id, name: null, scopes: ['read'], expiresAt: null },
      });
      const headers = { authorization: `Bearer ${readOnly.secret}` };
      assert.equal((await server.ask({ method: 'GET', url, headers })).statusCode, 200);
      assert.equal((await server.ask({ method: 'DELETE', url: `${url}/${id}`, headers })).statusCode, 403);
      const crossed = { cookie: one.cookie, origin: 'https://evil.example', 'content-type': 'application/json' };
      assert.equal((await server.ask({ method: 'POST', url, headers: crossed, payload })).statusCode, 403);
    });
  });
}
