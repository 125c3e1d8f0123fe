import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../src/app/system.ts';
import type { Mail } from '../../src/core/account/account.ts';
import type { Registry } from '../../src/core/certificate/certificate.ts';
import { RelayMailWorker } from '../../src/core/relay/relay-mail.ts';
import type { Store } from '../../src/core/store.ts';
import type { WebhookEventWriter } from '../../src/core/webhook/event.ts';
import { EVENT_TYPES } from '../../src/core/webhook/subscription.ts';
import { type ComposedServer, type Person, startComposedServer } from '../support/composed-server.ts';
import { ENGINES } from '../support/databases.ts';
import { EXAMPLE_WORK } from '../support/example-work.ts';
import { type Outside, startOutside } from './outside.ts';
import { hmac, type Received, waitUntil } from './rig.ts';

const BASES: Readonly<Record<Registry, string>> = {
  trackorigin: '/api/v1/me/webhooks',
  origimark: '/api/v1/webhooks',
};
const PREFIXES: Readonly<Record<Registry, string>> = { trackorigin: 'TO', origimark: 'OrigiMark' };

/** Something that receivers are told of. */
interface Change {
  /** Asks for it over HTTP; again is a second try. */
  make(): Promise<{ statusCode: number }>;
  /** How often it has happened, for all that can be seen of it. */
  count(): Promise<number>;
}

interface Kind {
  readonly type: string;
  readonly contract: Registry;
  readonly what: string;
  prepare(): Promise<Change>;
}

/** What happens to every transaction that publishes something. */
type Fault = 'none' | 'the event cannot be written' | 'the commit fails' | 'the answer to the commit is lost';

interface Faults {
  /** The next ones have it, until it is set to another. */
  next: Fault;
  /** Resolves when no transaction is under way. */
  settle(): Promise<void>;
}

/** Puts faults into the transactions of a store that a server has already. */
function injectFaults(store: Store): Faults {
  const { transact } = store;
  let underWay = 0;
  const faults: Faults = {
    next: 'none',
    async settle() {
      do await turn();
      while (underWay > 0);
    },
  };
  const faulty: Store['transact'] = async (work) => {
    const fault = faults.next;
    let hasPublished = false;
    underWay++;
    try {
      const made = await transact(async (writers) => {
        const webhookEvent: WebhookEventWriter = {
          async publish(events) {
            hasPublished = true;
            if (fault === 'the event cannot be written') throw new Error(fault);
            await writers.webhookEvent.publish(events);
          },
        };
        const result = await work({ ...writers, webhookEvent });
        if (hasPublished && fault === 'the commit fails') throw new Error(fault);
        return result;
      });
      if (hasPublished && fault === 'the answer to the commit is lost') throw new Error(fault);
      return made;
    } finally {
      underWay--;
    }
  };
  Object.assign(store, { transact: faulty });
  return faults;
}

/** The examples of the documentation, by the type of the event. */
async function readExamples(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(new URL('../../docs/formats/webhooks.md', import.meta.url), 'utf8');
  return new Map(text.match(/^\{"id":"evt_[0-9A-Z].*$/gm)!.map((line) => [JSON.parse(line).type, line]));
}

/** The same text for events that differ in nothing but ids, digests, times and numbers; what was equal stays equal. */
function generalize(body: string): string {
  const names = new Map<string, string>();
  const varying =
    /(?:[a-z]{3}_)?[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]{12}Z/g;
  return body
    .replace(varying, (text) => {
      const kind = /^[a-z]{3}_/.exec(text)?.[0] ?? `${text.length} characters`;
      const name = names.get(text) ?? `<${kind}, ${names.size}>`;
      names.set(text, name);
      return name;
    })
    .replace(/"sequence":\d+\}$/, '"sequence":<number>}');
}

const hex = () => randomBytes(32).toString('hex');

for (const engine of ENGINES) {
  describe(`what receivers are told of (${engine})`, () => {
    let server: ComposedServer;
    let outside: Outside;
    let faults: Faults;
    let person: Person;
    let operator: Person;
    let testKey: string;
    let apiKey: string;
    before(async () => {
      server = await startComposedServer(engine);
      faults = injectFaults(server.store);
      outside = await startOutside(server);
      [person, operator] = [await server.signUp(), await server.signUp()];
      await server.store.transact(({ account }) => account.setRole(operator.email, 'operator'));
      testKey = (await server.mint(person.id, 'trackorigin-secret-test')).secret;
      apiKey = (await server.mint(person.id, 'origimark')).secret;
    });
    after(async () => {
      await outside?.[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
    });

    type Headers = Readonly<Record<string, string>>;
    const by = ({ cookie }: Person): Headers => ({ cookie, origin: server.origin });
    const byTestKey = (): Headers => ({ authorization: `Bearer ${testKey}` });
    const get = (url: string, headers: Headers = {}) => server.ask({ url, headers });
    const post = (url: string, headers: Headers, payload: object = {}) =>
      server.ask({ method: 'POST', url, headers, payload });

    async function made<T>(asked: Promise<{ statusCode: number; body: string }>): Promise<T> {
      const { statusCode, body } = await asked;
      assert.ok(statusCode < 300, `${statusCode} ${body}`);
      return JSON.parse(body);
    }

    async function submit(): Promise<string> {
      const track = {
        ...{ title: 'Lighthouse', sha256: hex(), duration_ms: 187_000 },
        artist: { handle: 'marasings', display_name: 'Mara Vex' },
        declarations: { human_composition: true, human_performance: true, rights_held: true, ai_use: 'none' },
      };
      return (await made<{ id: string }>(post('/api/account/submissions', by(person), track))).id;
    }
    const decide = (id: string) =>
      post(`/api/operator/submissions/${id}/decision`, by(operator), { verdict: 'verified', reason: 'Heard it.' });
    const issue = async () => (await made<{ cert_id: string }>(decide(await submit()))).cert_id;
    const work = (more: object = {}) => ({ hash: hex(), ...EXAMPLE_WORK, ...more });
    const askToCertify = (body: object) => post('/api/v1/certify', { 'x-api-key': apiKey }, body);
    const certify = (more: object = {}) => made<{ cert_id: string; work_id: string }>(askToCertify(work(more)));
    const statusOf = (id: string) =>
      made<{ status: string; version: number }>(get(`/api/v1/certificates/${id}/status`));

    const fixture = () => ({ title: 'Lighthouse', artist: 'Mara Vex', sha256: hex() });
    const SANDBOX = '/api/v1/sandbox/certificates';
    const KINDS: readonly Kind[] = [
      {
        ...{ type: 'cert.issued', contract: 'trackorigin', what: 'a decision' },
        async prepare() {
          const id = await submit();
          const find = () => made<{ status: string }>(get(`/api/account/submissions/${id}`, by(person)));
          return { make: () => decide(id), count: async () => Number((await find()).status === 'verified') };
        },
      },
      {
        ...{ type: 'cert.updated', contract: 'trackorigin', what: 'a correction' },
        async prepare() {
          const id = await issue();
          const update = { title: 'Lighthouse II', reason: 'Misspelt.' };
          return {
            make: () => post(`/api/operator/certificates/${id}/update`, by(operator), update),
            count: async () => (await statusOf(id)).version - 1,
          };
        },
      },
      {
        ...{ type: 'cert.revoked', contract: 'trackorigin', what: 'a revocation' },
        async prepare() {
          const id = await issue();
          const update = { title: 'Lighthouse II', reason: 'Misspelt.' };
          await made(post(`/api/operator/certificates/${id}/update`, by(operator), update));
          const order = { code: 'rights_dispute', reason: 'A letter came.' };
          return {
            make: () => post(`/api/operator/certificates/${id}/revoke`, by(operator), order),
            count: async () => Number((await statusOf(id)).status === 'revoked'),
          };
        },
      },
      {
        ...{ type: 'cert.issued', contract: 'trackorigin', what: 'a certificate of the sandbox' },
        async prepare() {
          const body = fixture();
          return {
            make: () => post(SANDBOX, byTestKey(), body),
            async count() {
              const { statusCode } = await get(`/api/v1/tracks/by-sha256/${body.sha256}`, byTestKey());
              return [404, 200, 409].indexOf(statusCode);
            },
          };
        },
      },
      {
        ...{ type: 'cert.revoked', contract: 'trackorigin', what: 'a revocation in the sandbox' },
        async prepare() {
          const { cert_id: id } = await made<{ cert_id: string }>(post(SANDBOX, byTestKey(), fixture()));
          return {
            make: () => post(`${SANDBOX}/${id}/revoke`, byTestKey()),
            count: async () => Number((await statusOf(id)).status === 'revoked'),
          };
        },
      },
      {
        ...{ type: 'cert.created', contract: 'origimark', what: 'a work' },
        async prepare() {
          const body = work();
          return {
            make: () => askToCertify(body),
            async count() {
              const found = post('/api/v1/verify-by-hash', {}, { hash: body.hash });
              return Number((await made<{ matched: boolean }>(found)).matched);
            },
          };
        },
      },
      {
        ...{ type: 'version.added', contract: 'origimark', what: 'a version of a work' },
        async prepare() {
          const { work_id } = await certify();
          const body = work({ work_id });
          return {
            make: () => askToCertify(body),
            async count() {
              const { versions } = await made<{ versions: unknown[] }>(get(`/api/v1/chain/${work_id}`));
              return versions.length - 1;
            },
          };
        },
      },
      {
        ...{ type: 'cert.verified', contract: 'origimark', what: 'a verification' },
        async prepare() {
          const { work_id } = await certify();
          const { cert_id: id } = await certify({ work_id });
          const verify = { url: `/api/v1/verify/${id}`, remoteAddress: '203.0.113.7' };
          return {
            make: () => server.ask(verify),
            async count() {
              const rows = server.database.kysely.selectFrom('work_verification').select('cert_id');
              return (await rows.where('cert_id', '=', id).execute()).length;
            },
          };
        },
      },
      {
        ...{ type: 'relay.message', contract: 'origimark', what: 'a message' },
        async prepare() {
          const { cert_id: id } = await certify();
          const mails: Mail[] = [];
          const mailer = { send: async (mail: Mail) => void mails.push(mail) };
          const parts = { store: server.store, mailer, publicUrl: server.origin, clock: systemClock };
          const body = { message: 'May I use it?', reply_to: 'buyer@example.org' };
          return {
            make: () => post(`/api/v1/relay/${id}`, {}, body),
            async count() {
              await new RelayMailWorker(parts).run(new AbortController().signal);
              return mails.length;
            },
          };
        },
      },
    ];

    async function readEvents(contract: Registry, after: number) {
      await server.store.transact(({ webhook }) => webhook.sequence(Date.now(), 1_000));
      const asked = get(`${BASES[contract]}/events?after=${after}&limit=200`, by(person));
      return made<{ events: { type: string }[]; head: number }>(asked);
    }

    test('no event without its change and no change without its event, whatever fails, for every kind of event', async () => {
      const told = new Set(KINDS.map(({ type }) => type));
      assert.deepEqual([...told].sort(), Object.values(EVENT_TYPES).flat().sort());
      for (const fault of [
        'the event cannot be written',
        'the commit fails',
        'the answer to the commit is lost',
      ] as const) {
        for (const { type, contract, what, prepare } of KINDS) {
          const change = await prepare();
          await faults.settle();
          const { head } = await readEvents(contract, 0);
          const assertTold = async (expected: number, when: string) => {
            const { events } = await readEvents(contract, head);
            const toldOf = events.filter((event) => event.type === type).length;
            assert.deepEqual([await change.count(), toldOf], [expected, expected], `${what}, ${fault}: ${when}`);
          };
          faults.next = fault;
          const answer = await change.make();
          await faults.settle();
          faults.next = 'none';
          assert.equal(answer.statusCode, type === 'cert.verified' ? 200 : 500, what);
          const isKept = fault === 'the answer to the commit is lost';
          await assertTold(isKept ? 1 : 0, 'after it failed');
          await change.make();
          await faults.settle();
          await assertTold(isKept ? await change.count() : 1, 'after it was asked for again');
        }
      }
    });

    test('every kind of event is delivered with the documented bytes and headers, signed', async () => {
      const secrets = new Map<string, string>();
      for (const contract of ['trackorigin', 'origimark'] as const) {
        const wanted = { url: `${outside.url}/${contract}`, events: EVENT_TYPES[contract] };
        const { secret } = await made<{ secret: string }>(post(BASES[contract], by(person), wanted));
        secrets.set(contract, secret);
      }
      const examples = await readExamples();
      assert.equal(examples.size, Object.values(EVENT_TYPES).flat().length);
      for (const { type, contract, what, prepare } of KINDS.filter(({ what }) => !what.includes('sandbox'))) {
        const change = await prepare();
        const known = outside.receiver.received.length;
        assert.ok((await change.make()).statusCode < 300);
        const find = () =>
          outside.receiver.received.slice(known).find((one) => one.rawHeaders[`${PREFIXES[contract]}-Event`] === type);
        await waitUntil(() => find() !== undefined);
        const { rawHeaders, body, path } = find()!;
        assert.equal(generalize(body), generalize(examples.get(type)!), what);
        assert.equal(path, `/${contract}`);
        assertHeaders(rawHeaders, body, contract, secrets.get(contract)!);
      }
    });

    function assertHeaders(sent: Received['rawHeaders'], body: string, contract: Registry, secret: string): void {
      const { id, type, sequence } = JSON.parse(body);
      const prefix = PREFIXES[contract];
      const time = sent['webhook-timestamp']!;
      const deliveryId = sent[`${prefix}-Delivery-Id`]!;
      assert.match(time, /^\d{10}$/);
      assert.match(deliveryId, /^whd_[0-9A-HJKMNP-TV-Z]{26}$/);
      const v1 = `v1=${Buffer.from(hmac(secret, [`${time}.`, body])).toString('hex')}`;
      const standard = Buffer.from(hmac(secret, [`${id}.${time}.`, body])).toString('base64');
      const { host: _host, connection: _connection, 'content-length': length, ...named } = sent;
      assert.equal(Number(length), Buffer.byteLength(body));
      assert.deepEqual(named, {
        'Content-Type': 'application/json',
        'User-Agent': 'Touchmark-Webhooks/1',
        [`${prefix}-Event`]: type,
        [`${prefix}-Event-Id`]: id,
        [`${prefix}-Delivery-Id`]: deliveryId,
        [`${prefix}-Timestamp`]: time,
        [`${prefix}-Signature`]: contract === 'trackorigin' ? `t=${time},${v1}` : v1,
        [`${prefix}-Sequence`]: String(sequence),
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': `v1,${standard}`,
      });
    }
  });
}
