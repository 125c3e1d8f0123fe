import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ComposedServer, type Person, startComposedServer } from '../support/composed-server.ts';
import { ENGINES } from '../support/databases.ts';

interface Webhook {
  readonly id: string;
  readonly mode: string;
}

interface Events {
  readonly events: readonly {
    readonly type: string;
    readonly data: { readonly cert_id: string; readonly reason?: string };
  }[];
}

interface ErrorBody {
  readonly error: { readonly details: { readonly errors: readonly { readonly field: string }[] } };
}

const PATH = '/api/v1/me/webhooks';
const WANTED = { url: 'https://hook.example/in', events: ['cert.issued', 'cert.revoked'] };

for (const engine of ENGINES) {
  describe(`webhooks of test keys and of live keys (${engine})`, () => {
    let server: ComposedServer;
    before(async () => {
      server = await startComposedServer(engine);
    });
    after(() => server?.[Symbol.asyncDispose]());

    type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

    function ask(headers: Record<string, string>, method: Method, url: string, payload?: object) {
      const type = payload === undefined ? {} : { 'content-type': 'application/json' };
      return server.ask({ method, url, headers: { ...headers, ...type }, ...(payload && { payload }) });
    }

    async function keysOf(person: Person) {
      const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
      return {
        live: bearer((await server.mint(person.id, 'trackorigin-secret-live')).secret),
        test: bearer((await server.mint(person.id, 'trackorigin-secret-test')).secret),
        session: { cookie: person.cookie, origin: server.origin },
      };
    }

    async function subscribe(headers: Record<string, string>, more: object = {}): Promise<Webhook> {
      const made = await ask(headers, 'POST', PATH, { ...WANTED, ...more });
      assert.equal(made.statusCode, 201, made.body);
      return made.json<Webhook>();
    }

    test('a key sees, changes and makes webhooks of its own mode only; a session sees both', async () => {
      const keys = await keysOf(await server.signUp());
      const own = { live: await subscribe(keys.live), test: await subscribe(keys.test, { mode: 'test' }) };
      const bySession = [await subscribe(keys.session), await subscribe(keys.session, { mode: 'test' })];
      assert.deepEqual(
        [own.live, own.test, ...bySession].map(({ mode }) => mode),
        ['live', 'test', 'live', 'test'],
      );
      for (const [mode, other] of [
        ['live', 'test'],
        ['test', 'live'],
      ] as const) {
        const listed = (await ask(keys[mode], 'GET', PATH)).json<{ webhooks: Webhook[] }>().webhooks;
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
          const answer = await ask(keys[mode], method, `${PATH}/${id}${suffix}`, body);
          assert.equal(answer.statusCode, 404, `${mode}: ${method} ${suffix} ${answer.body}`);
        }
        const crossed = await ask(keys[mode], 'POST', PATH, { ...WANTED, mode: other });
        assert.equal(crossed.statusCode, 400);
        assert.deepEqual(
          crossed.json<ErrorBody>().error.details.errors.map(({ field }) => field),
          ['mode'],
        );
        assert.equal((await ask(keys.session, 'GET', `${PATH}/${id}`)).statusCode, 200);
      }
      assert.equal((await ask(keys.session, 'PATCH', `${PATH}/${own.live.id}`, { mode: 'test' })).statusCode, 400);
      assert.equal((await ask(keys.test, 'POST', PATH, { ...WANTED, mode: 'both' })).statusCode, 400);
    });

    test('a contract without a sandbox has no webhooks of test keys', async () => {
      const { id } = await server.signUp();
      const headers = { 'x-api-key': (await server.mint(id, 'origimark')).secret };
      const payload = { url: WANTED.url, events: ['cert.created'] };
      const refused = await ask(headers, 'POST', '/api/v1/webhooks', { ...payload, mode: 'test' });
      assert.equal(refused.statusCode, 400);
      const made = await ask(headers, 'POST', '/api/v1/webhooks', payload);
      assert.equal(made.json<Webhook>().mode, 'live');
    });

    test('what happens to certificates of the sandbox is told to the account’s test keys, and to nobody else', async () => {
      const keys = await keysOf(await server.signUp());
      const stranger = await keysOf(await server.signUp());
      const fixture = () => ({ title: 'Lighthouse', artist: 'Mara Vex', sha256: randomBytes(32).toString('hex') });
      const path = '/api/v1/sandbox/certificates';
      const create = async (more: object = {}) => {
        const made = await ask(keys.test, 'POST', path, { ...fixture(), ...more });
        assert.equal(made.statusCode, 201, made.body);
        return made.json<{ cert_id: string }>().cert_id;
      };
      const active = await create();
      const born = await create({ state: 'revoked' });
      for (let i = 0; i < 2; i++) {
        assert.equal((await ask(keys.test, 'POST', `${path}/${active}/revoke`)).statusCode, 200);
      }
      await server.store.transact(({ webhook }) => webhook.sequence(Date.now(), 1_000));
      const told = async (headers: Record<string, string>) =>
        (await ask(headers, 'GET', `${PATH}/events`))
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
