import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { LIMIT_NAMES } from '../../src/core/limit/limits.ts';
import type { WebhookEvent } from '../../src/core/webhook/event.ts';
import { type ComposedServer, type Person, startComposedServer } from '../support/composed-server.ts';
import { ENGINES } from '../support/databases.ts';
import { type Outside, startOutside } from './outside.ts';
import { type Answer, eventIdsOf, exampleEvent, type Received, signersOf, waitUntil } from './rig.ts';

interface Webhook {
  id: string;
  mode: string;
  url: string;
  events: string[];
  description: string | null;
  ordered: boolean;
  enabled: boolean;
  disabled_reason: string | null;
  created_at: string;
  updated_at: string;
  secrets_valid: { expires_at: string | null }[];
  secret?: string;
  standard_webhooks_secret?: string;
}

interface ErrorBody {
  error: { code: string; type: string; request_id: string; details?: { errors: { field: string }[] } };
}

interface Delivery {
  id: string;
  webhook_id: string;
  event_id: string;
  event_type: string;
  sequence: number;
  attempt: number;
  status: string;
  next_attempt_at: string | null;
  started_at: string;
  duration_ms: number;
  error: string | null;
  request: { method: string; url: string; body: string };
  response: { status: number | null; body: string };
}

interface Deliveries {
  deliveries: Delivery[];
  next_before: string | null;
}

interface Events {
  events: { id: string; type: string; sequence: number; data: { cert_id: string; reason?: string } }[];
  next_after: number;
  head: number;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
type Headers = Readonly<Record<string, string>>;

const DAY_MS = 86_400_000;
const TESTS_PER_ACCOUNT = 4;
const limitOf = (name: string) => (name === 'webhook-test-account' ? TESTS_PER_ACCOUNT : 999_999);
const ENV = { TOUCHMARK_LIMITS: LIMIT_NAMES.map((name) => `${name}=${limitOf(name)}`).join(',') };
const URL = 'https://hook.example/in';
const TRACKORIGIN = '/api/v1/me/webhooks';
const ORIGIMARK = '/api/v1/webhooks';
const WANTED = { url: URL, events: ['cert.issued', 'cert.revoked'] };
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
    let outside: Outside;
    let person: Person;
    let trackorigin: string;
    let origimark: string;
    const log: string[] = [];
    /** Of the newest event: those of one time have no order. */
    let publishedAt = 0;
    /** By path; without one a receiver says 200. */
    const answers = new Map<string, (request: Received) => Answer>();
    before(async () => {
      server = await startComposedServer(engine, ENV, (line) => log.push(line));
      outside = await startOutside(server);
      outside.receiver.answer = (request) => answers.get(request.path)?.(request) ?? 200;
      person = await server.signUp();
      trackorigin = (await server.mint(person.id, 'trackorigin-secret-live')).secret;
      origimark = (await server.mint(person.id, 'origimark')).secret;
    });
    after(async () => {
      await outside?.[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
    });

    function send(headers: Headers, method: Method, url: string, payload?: object | string) {
      const type = payload === undefined ? {} : { 'content-type': 'application/json' };
      return server.ask({ method, url, headers: { ...headers, ...type }, ...(payload !== undefined && { payload }) });
    }

    const receivedAt = (path: string) => outside.receiver.received.filter((one) => one.path === path);

    const contracts = [
      {
        contract: 'trackorigin',
        path: TRACKORIGIN,
        event: 'cert.issued',
        other: 'cert.revoked',
        headers: () => ({ authorization: `Bearer ${trackorigin}` }),
      },
      {
        contract: 'origimark',
        path: ORIGIMARK,
        event: 'cert.created',
        other: 'version.added',
        headers: () => ({ 'x-api-key': origimark }),
      },
    ] as const;
    for (const { contract, path, event, other, headers } of contracts) {
      const ask = (method: Method, suffix: string, payload?: object | string) =>
        send(headers(), method, path + suffix, payload);

      /** In their order; they come with this commit. */
      async function publish(count: number, more: Partial<WebhookEvent> = {}): Promise<string[]> {
        const events = Array.from({ length: count }, () => {
          publishedAt = Math.max(publishedAt + 1, Date.now());
          const own = { contract, type: event, accountId: person.id, createdAt: publishedAt };
          return { ...exampleEvent(), ...own, ...more };
        });
        await server.store.transact(({ webhookEvent }) => webhookEvent.publish(events));
        server.webhooks.signal.onWork();
        return events.map(({ id }) => id);
      }

      /** Disposal deletes it. */
      async function subscribe(at: string): Promise<Webhook & AsyncDisposable> {
        const made = await ask('POST', '', { url: outside.url + at, events: [event] });
        assert.equal(made.statusCode, 201, made.body);
        const webhook = made.json<Webhook>();
        return { ...webhook, [Symbol.asyncDispose]: async () => void (await ask('DELETE', `/${webhook.id}`)) };
      }

      /** The log, oldest first, once so many deliveries have ended. */
      async function readLog(id: string, ended: number): Promise<Delivery[]> {
        let lines: Delivery[] = [];
        const hasEnded = async () => {
          lines = (await ask('GET', `/${id}/deliveries?limit=200`)).json<Deliveries>().deliveries.toReversed();
          return lines.filter(({ status }) => status !== 'retrying').length === ended;
        };
        await waitUntil(hasEnded, () => ({ lines, log: log.slice(-20) }));
        return lines;
      }

      const readEvents = async (query: string) => (await ask('GET', `/events?${query}`)).json<Events>();

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

      test(`${path}: every attempt has its line with request, response and timing; any 2xx is success, no redirect is`, async () => {
        const at = `/${contract}/log`;
        await using webhook = await subscribe(at);
        const { id } = webhook;
        const MOVED = { status: 308, headers: { location: `${outside.url}/elsewhere` } };
        const replies: Answer[][] = [[201], [204], [MOVED, MOVED], [{ status: 503, body: 'later' }, 299]];
        const ids = await publish(replies.length);
        answers.set(at, ({ body }) => replies[ids.indexOf(JSON.parse(body).id)]!.shift()!);
        const lines = await readLog(id, ids.length);
        assert.deepEqual(
          ids.map((eventId) =>
            lines
              .filter((line) => line.event_id === eventId)
              .map(({ attempt, status, response }) => [attempt, status, response.status, response.body]),
          ),
          [
            [[1, 'succeeded', 201, '']],
            [[1, 'succeeded', 204, '']],
            [
              [1, 'retrying', 308, ''],
              [2, 'failed', 308, ''],
            ],
            [
              [1, 'retrying', 503, 'later'],
              [2, 'succeeded', 299, ''],
            ],
          ],
        );
        assert.deepEqual(receivedAt('/elsewhere'), []);

        const seen = receivedAt(at);
        assert.equal(lines.length, seen.length);
        const prefix = contract === 'trackorigin' ? 'to' : 'origimark';
        for (const line of lines) {
          const request = seen.find((one) => one.headers[`${prefix}-delivery-id`] === line.id)!;
          assert.deepEqual(line.request, { method: 'POST', url: outside.url + at, body: request.body });
          assert.deepEqual(
            [line.webhook_id, line.event_type, String(line.sequence), line.error],
            [id, event, request.headers[`${prefix}-sequence`], null],
          );
          const startedAt = Date.parse(line.started_at);
          assert.ok(startedAt <= request.at && request.at <= startedAt + line.duration_ms);
          assert.equal(Date.parse(line.next_attempt_at!) > request.at, line.status === 'retrying');
        }

        const pages: string[] = [];
        for (let before: string | null = ''; before !== null; ) {
          const page: Deliveries = (await ask('GET', `/${id}/deliveries?limit=4${before}`)).json();
          pages.unshift(...page.deliveries.map((line) => line.id).toReversed());
          before = page.next_before && `&before=${page.next_before}`;
        }
        assert.deepEqual(
          pages,
          lines.map((line) => line.id),
        );
        const failed = (await ask('GET', `/${id}/deliveries?status=failed`)).json<Deliveries>().deliveries;
        assert.deepEqual(
          failed.map((line) => line.event_id),
          [ids[2]],
        );
      });

      test(`${path}: one delivery, a range of what was asked for, and all that failed since are sent again, each once`, async () => {
        const at = `/${contract}/again`;
        await using webhook = await subscribe(at);
        const { id } = webhook;
        const ids = await publish(3);
        await publish(1, { type: other });
        ids.push(...(await publish(2)));
        const down = new Set([ids[1], ids[3]]);
        answers.set(at, ({ body }) => (down.has(JSON.parse(body).id) ? 500 : 200));
        const lines = await readLog(id, ids.length);
        const lineOf = (eventId: string) => lines.find((line) => line.event_id === eventId)!;
        down.clear();

        let ended = ids.length;
        async function replay(suffix: string, payload?: object): Promise<string[]> {
          const known = receivedAt(at).length;
          const answer = await ask('POST', suffix, payload);
          assert.equal(answer.statusCode, 202, answer.body);
          const { queued } = answer.json<{ queued: number }>();
          ended += queued;
          await readLog(id, ended);
          const sent = receivedAt(at).slice(known);
          assert.equal(sent.length, queued);
          for (const { body } of sent) assert.equal(body, lineOf(JSON.parse(body).id).request.body);
          return eventIdsOf({ received: sent }).sort();
        }
        assert.deepEqual(await replay(`/deliveries/${lineOf(ids[0]!).id}/replay`), [ids[0]]);
        const range = { from_sequence: lineOf(ids[2]!).sequence, to_sequence: lineOf(ids[4]!).sequence };
        assert.deepEqual(await replay(`/${id}/replay`, range), ids.slice(2).sort());
        const since = { failed_since: webhook.created_at };
        assert.deepEqual(await replay(`/${id}/replay`, since), [ids[1]], 'the range has brought the other one');
        assert.deepEqual(await replay(`/${id}/replay`, since), []);
        assert.equal(receivedAt(at).length, lines.length + 1 + 3 + 1);

        const stranger = { cookie: (await server.signUp()).cookie, origin: server.origin };
        for (const [suffix, payload, code] of [
          [`/deliveries/${lineOf(ids[0]!).id}/replay`, undefined, 'delivery_not_found'],
          [`/${id}/replay`, range, 'webhook_not_found'],
          [`/${id}/replay`, since, 'webhook_not_found'],
        ] as const) {
          const refused = await send(stranger, 'POST', path + suffix, payload);
          assert.deepEqual([refused.statusCode, refused.json<ErrorBody>().error.code], [404, code]);
        }
      });

      test(`${path}: a receiver that missed events pages to exactly what was published`, async () => {
        const at = `/${contract}/pages`;
        await using webhook = await subscribe(at);
        const { id } = webhook;
        const first = await publish(3);
        await readLog(id, 3);
        const last = Math.max(...receivedAt(at).map(({ body }) => JSON.parse(body).sequence));

        const enable = async (enabled: boolean) =>
          assert.equal((await ask('PATCH', `/${id}`, { enabled })).statusCode, 200);
        await enable(false);
        const { head } = await readEvents(`after=${last}`);
        const missed = [...(await publish(4)), ...(await publish(5))];
        await publish(2, { accountId: 'of somebody else' });
        await publish(2, { isSandbox: true });
        await waitUntil(async () => (await readEvents(`after=${head}`)).head === head + 13);
        await enable(true);
        const heard = await publish(2);
        await readLog(id, 5);
        assert.deepEqual(eventIdsOf({ received: receivedAt(at) }).sort(), [...first, ...heard].sort());

        const found: Events['events'] = [];
        let after = last;
        for (;;) {
          const page = await readEvents(`after=${after}&limit=4`);
          found.push(...page.events);
          after = page.next_after;
          if (page.events.length < 4) break;
        }
        assert.deepEqual(
          found.map((one) => one.id),
          [...missed, ...heard],
        );
        assert.ok(found.every(({ sequence }, i) => sequence > (found[i - 1]?.sequence ?? last)));
        const text = (await ask('GET', `/events?after=${last}`)).body;
        for (const { body } of receivedAt(at).slice(-2)) assert.ok(text.includes(body), 'the bytes of deliveries');
        assert.deepEqual(await readEvents(`after=${after}`), { events: [], next_after: after, head: after });
        const next = await publish(1);
        await waitUntil(async () => eventIdsOf({ received: receivedAt(at) }).includes(next[0]!));
        assert.deepEqual(
          (await readEvents(`after=${after}`)).events.map((one) => one.id),
          next,
        );
      });

      test(`${path}: the secret before a rotation signs besides for a day, and no longer`, async () => {
        const at = `/${contract}/rotated`;
        await using webhook = await subscribe(at);
        const { id, secret: old } = webhook;
        const rotated = (await ask('POST', `/${id}/rotate`)).json<Webhook>();
        const endsAt = Date.parse(rotated.secrets_valid[1]!.expires_at!);
        assert.equal(endsAt, Date.parse(rotated.updated_at) + DAY_MS);
        const secrets = { old: old!, new: rotated.secret! };
        try {
          for (const [aheadMs, signers] of [
            [0, ['new', 'old']],
            [DAY_MS - 60_000, ['new', 'old']],
            [DAY_MS, ['new']],
          ] as const) {
            outside.time.aheadMs = aheadMs;
            const known = receivedAt(at).length;
            await publish(1);
            await waitUntil(() => receivedAt(at).length > known);
            assert.deepEqual(signersOf(receivedAt(at)[known]!, secrets), signers, `${aheadMs} ms later`);
          }
        } finally {
          outside.time.aheadMs = 0;
        }
      });
    }

    test('tests are few for an account, and no secret, key or address with a password is in the log', async () => {
      const author = await server.signUp();
      const keys = [
        (await server.mint(author.id, 'trackorigin-secret-live')).secret,
        (await server.mint(author.id, 'origimark')).secret,
      ] as const;
      const hidden: string[] = [...keys, 'hunter2', 'token-in-url'];
      const ways = [
        { path: TRACKORIGIN, type: 'cert.issued', headers: { authorization: `Bearer ${keys[0]}` } },
        { path: ORIGIMARK, type: 'cert.created', headers: { 'x-api-key': keys[1] } },
      ];
      const statuses: number[] = [];
      for (const { path, type, headers } of ways) {
        const post = (suffix: string, payload: object | string) => send(headers, 'POST', path + suffix, payload);
        for (const payload of [{ url: 'https://me:hunter2@hook.example/', events: [type] }, '{"url":"hunter2']) {
          assert.equal((await post('', payload)).statusCode, 400);
        }
        const made = await post('', { url: `${URL}?key=token-in-url`, events: [type] });
        const { id, secret } = made.json<Webhook>();
        const rotated = (await post(`/${id}/rotate`, {})).json<Webhook>();
        hidden.push(secret!, rotated.secret!, rotated.standard_webhooks_secret!);
        for (let i = 0; i < 3; i++) statuses.push((await post(`/${id}/test`, {})).statusCode);
      }
      assert.deepEqual(statuses, [202, 202, 202, 202, 429, 429], 'the contracts share the bucket of the account');
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

    async function keysOf(person: Person) {
      const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
      return {
        live: bearer((await server.mint(person.id, 'trackorigin-secret-live')).secret),
        test: bearer((await server.mint(person.id, 'trackorigin-secret-test')).secret),
        session: { cookie: person.cookie, origin: server.origin },
      };
    }

    async function subscribeAs(headers: Headers, more: object = {}): Promise<Webhook> {
      const made = await send(headers, 'POST', TRACKORIGIN, { ...WANTED, ...more });
      assert.equal(made.statusCode, 201, made.body);
      return made.json<Webhook>();
    }

    test('a key sees, changes and makes webhooks of its own mode only; a session sees both', async () => {
      const keys = await keysOf(await server.signUp());
      const own = { live: await subscribeAs(keys.live), test: await subscribeAs(keys.test, { mode: 'test' }) };
      const bySession = [await subscribeAs(keys.session), await subscribeAs(keys.session, { mode: 'test' })];
      assert.deepEqual(
        [own.live, own.test, ...bySession].map(({ mode }) => mode),
        ['live', 'test', 'live', 'test'],
      );
      for (const [mode, other] of [
        ['live', 'test'],
        ['test', 'live'],
      ] as const) {
        const listed = (await send(keys[mode], 'GET', TRACKORIGIN)).json<{ webhooks: Webhook[] }>().webhooks;
        assert.deepEqual(new Set(listed.map((one) => one.mode)), new Set([mode]));
        assert.equal(listed.length, 2);
        const { id } = own[other];
        for (const [method, suffix, body] of [
          ['GET', '', undefined],
          ['PATCH', '', { enabled: false }],
          ['POST', '/rotate', {}],
          ['POST', '/test', undefined],
          ['POST', '/replay', { from_sequence: 1, to_sequence: 2 }],
          ['GET', '/deliveries', undefined],
          ['DELETE', '', undefined],
        ] as const) {
          const answer = await send(keys[mode], method, `${TRACKORIGIN}/${id}${suffix}`, body);
          assert.equal(answer.statusCode, 404, `${mode}: ${method} ${suffix} ${answer.body}`);
        }
        const crossed = await send(keys[mode], 'POST', TRACKORIGIN, { ...WANTED, mode: other });
        assert.equal(crossed.statusCode, 400);
        assert.deepEqual(
          crossed.json<ErrorBody>().error.details!.errors.map(({ field }) => field),
          ['mode'],
        );
        assert.equal((await send(keys.session, 'GET', `${TRACKORIGIN}/${id}`)).statusCode, 200);
      }
      assert.equal(
        (await send(keys.session, 'PATCH', `${TRACKORIGIN}/${own.live.id}`, { mode: 'test' })).statusCode,
        400,
      );
      assert.equal((await send(keys.test, 'POST', TRACKORIGIN, { ...WANTED, mode: 'both' })).statusCode, 400);
    });

    test('a contract without a sandbox has no webhooks of test keys', async () => {
      const { id } = await server.signUp();
      const headers = { 'x-api-key': (await server.mint(id, 'origimark')).secret };
      const payload = { url: WANTED.url, events: ['cert.created'] };
      const refused = await send(headers, 'POST', ORIGIMARK, { ...payload, mode: 'test' });
      assert.equal(refused.statusCode, 400);
      const made = await send(headers, 'POST', ORIGIMARK, payload);
      assert.equal(made.json<Webhook>().mode, 'live');
    });

    test('what happens to certificates of the sandbox is told to the account’s test keys, and to nobody else', async () => {
      const keys = await keysOf(await server.signUp());
      const stranger = await keysOf(await server.signUp());
      const fixture = () => ({ title: 'Lighthouse', artist: 'Mara Vex', sha256: randomBytes(32).toString('hex') });
      const path = '/api/v1/sandbox/certificates';
      const create = async (more: object = {}) => {
        const made = await send(keys.test, 'POST', path, { ...fixture(), ...more });
        assert.equal(made.statusCode, 201, made.body);
        return made.json<{ cert_id: string }>().cert_id;
      };
      const active = await create();
      const born = await create({ state: 'revoked' });
      for (let i = 0; i < 2; i++) {
        assert.equal((await send(keys.test, 'POST', `${path}/${active}/revoke`)).statusCode, 200);
      }
      await server.store.transact(({ webhook }) => webhook.sequence(Date.now(), 1_000));
      const told = async (headers: Headers) =>
        (await send(headers, 'GET', `${TRACKORIGIN}/events`))
          .json<Events>()
          .events.map(({ type, data }) => [type, data.cert_id, data.reason ?? null]);
      const expected = [
        ['cert.issued', active, null],
        ['cert.issued', born, null],
        ['cert.revoked', born, 'sandbox'],
        ['cert.revoked', active, 'sandbox'],
      ];
      assert.deepEqual(await told(keys.test), expected);
      assert.deepEqual(await told(keys.session), expected);
      for (const headers of [keys.live, stranger.live, stranger.test]) assert.deepEqual(await told(headers), []);
    });
  });
}
