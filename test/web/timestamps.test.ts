import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { systemClock } from '../../src/app/system.ts';
import { decodeDetached } from '../../src/proof/ots/codec.ts';
import { html } from '../../src/web/pages/html.ts';
import { renderTimestamps } from '../../src/web/pages/owner/timestamps.ts';
import { type ComposedServer, type Person, startComposedServer } from '../support/composed-server.ts';
import { ENGINES } from '../support/databases.ts';
import { randomDigest } from '../support/orphograph.ts';

const PAGE = '/account/timestamps';
const API = '/api/account/timestamps';
const HOSTILE = `"'><script>alert(1)</script>.txt`;
const SHOWN = '&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;.txt';
const USED_UP = /timestamps are used up[\s\S]*href="\/account\/credits"/;
const QUOTAS = { free: 2, business: 3 };
const PER_PAGE = 25;

for (const engine of ENGINES) {
  describe(`timestamps by session (${engine})`, () => {
    let server: ComposedServer;
    let owner: Person;
    before(async () => {
      const quotas = Object.entries(QUOTAS).map(([plan, count]) => `${plan}=${count}`);
      server = await startComposedServer(engine, { TOUCHMARK_PROOFD_QUOTAS: quotas.join(',') });
      owner = await server.signUp({ subscribed: false });
    });
    after(() => server?.[Symbol.asyncDispose]());

    const get = (url: string, { cookie }: Person) => server.ask({ url, headers: { cookie } });
    const show = async (person: Person, query = '') => (await get(PAGE + query, person)).body;
    const post = (
      fields: Readonly<Record<string, string>>,
      headers: Readonly<Record<string, string>>,
    ): Promise<LightMyRequestResponse> =>
      server.ask({
        method: 'POST',
        url: PAGE,
        headers: { origin: server.origin, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: new URLSearchParams({ form: 'timestamp', ...fields }).toString(),
      });
    const fieldsOf = (filename: string, digest = randomDigest()) => ({
      sha256_hash: digest,
      filename,
      file_size_bytes: '5',
      file_type: 'text/plain',
    });
    const byKey = (secret: string, digest = randomDigest()) =>
      server.ask({
        method: 'POST',
        url: '/api/v1/timestamps',
        headers: { authorization: `Bearer ${secret}` },
        payload: { ...fieldsOf('by-key.txt', digest), file_size_bytes: 5 },
      });
    const listByKey = async (secret: string) =>
      (await server.ask({ url: '/api/v1/timestamps', headers: { authorization: `Bearer ${secret}` } })).json();
    const subscribe = ({ id: accountId }: Person) =>
      server.store.transact(({ subscription }) =>
        subscription.save({
          accountId,
          product: 'proofd',
          plan: 'proofd-business',
          paidUntil: systemClock.now() + 86_400_000,
          providerReference: null,
        }),
      );

    test('the free plan uses its month up by the page; month, list and duplicates are those of the API', async () => {
      const person = await server.signUp({ subscribed: false });
      const { cookie } = person;
      const digest = randomDigest();
      for (const [name, hash] of [['one.txt', digest] as const, ['two.txt', randomDigest()] as const]) {
        assert.match(await show(person), /<form id="timestamp"/);
        const made = await post(fieldsOf(name, hash), { cookie });
        assert.equal(made.statusCode, 303, made.body);
        assert.equal(made.headers.location, PAGE);
      }
      const full = await show(person);
      assert.match(full, USED_UP);
      assert.match(full, /0 left with the Free plan/);
      assert.doesNotMatch(full, /<form id="timestamp"/);
      assert.ok(full.indexOf('two.txt') < full.indexOf('one.txt'), 'newest first');
      assert.match((await get('/account/usage', person)).body, /<strong>2<\/strong> of 2 timestamps made/);
      const late = await post(fieldsOf('three.txt'), { cookie });
      assert.equal(late.statusCode, 409);
      assert.match(late.body, USED_UP);
      const asked = { ...fieldsOf('three.txt'), file_size_bytes: 5 };
      const headers = { cookie, origin: server.origin };
      const direct = await server.ask({ method: 'POST', url: API, headers, payload: asked });
      assert.equal(direct.statusCode, 402);
      assert.equal(direct.json().error.code, 'MONTHLY_LIMIT_REACHED');

      const { secret } = await server.mint(person.id, 'proofd');
      assert.equal((await byKey(secret)).json().error.code, 'PLAN_NOT_ENTITLED', 'the free plan has no API');
      await subscribe(person);
      assert.equal((await byKey(secret, digest)).json().error.code, 'DUPLICATE_TIMESTAMP');
      assert.match(await show(person), /<form id="timestamp"/);
      const third = await byKey(secret);
      assert.equal(third.statusCode, 201, third.body);
      const grown = await show(person);
      assert.match(grown, USED_UP);
      assert.ok(grown.includes(third.json().certificate_id));
      assert.equal((await byKey(secret)).json().error.code, 'MONTHLY_LIMIT_REACHED');
      const { data } = await listByKey(secret);
      assert.deepEqual(
        data.map(({ filename, file_type }: Record<string, unknown>) => [filename, file_type]),
        ['by-key.txt', 'two.txt', 'one.txt'].map((name) => [name, 'text/plain']),
      );
    });

    test('what is wrong is said beside its field, with what was typed, and nothing is made', async () => {
      const good = fieldsOf(HOSTILE);
      for (const [field, value] of [
        ['sha256_hash', 'x'.repeat(64)],
        ['sha256_hash', ''],
        ['filename', ' '],
        ['filename', 'a\u0000b'],
        ['filename', 'x'.repeat(256)],
        ['file_size_bytes', '0'],
        ['file_size_bytes', '-1'],
        ['file_size_bytes', 'many'],
      ] as const) {
        const refused = await post({ ...good, [field]: value }, { cookie: owner.cookie });
        assert.equal(refused.statusCode, 400, `${field} ${value}`);
        assert.match(refused.body, new RegExp(`id="timestamp-${field}-error"[^>]*>[^<]`));
        assert.ok(!refused.body.includes(HOSTILE));
        if (field !== 'filename') assert.ok(refused.body.includes(`value="${SHOWN}"`), 'what was typed is still there');
      }
      assert.match(await show(owner), /None so far/);
    });

    test('a name with markup is a text; its proof is of the digest, for the owner alone, as a harmless file', async () => {
      const digest = randomDigest();
      assert.equal((await post(fieldsOf(HOSTILE, digest), { cookie: owner.cookie })).statusCode, 303);
      const shown = await show(owner);
      assert.ok(shown.includes(SHOWN) && !shown.includes(HOSTILE));
      assert.match(shown, /Waiting for Bitcoin/);
      const again = await post(fieldsOf('again.txt', digest), { cookie: owner.cookie });
      assert.equal(again.statusCode, 409);
      assert.match(again.body, /id="timestamp-sha256_hash-error"[^>]*>This account has a timestamp/);

      const [path] = /\/api\/account\/timestamps\/[0-9a-f-]{36}\/ots/.exec(shown)!;
      const proof = await get(path, owner);
      assert.equal(proof.statusCode, 200);
      assert.equal(
        Buffer.from(decodeDetached(new Uint8Array(proof.rawPayload)).timestamp.message).toString('hex'),
        digest,
      );
      assert.match(String(proof.headers['content-disposition']), /^attachment; filename="[^"<>]*\.ots"$/);
      assert.equal(proof.headers['cache-control'], 'no-store');
      const stranger = await server.signUp({ subscribed: false });
      const refused = await get(path, stranger);
      assert.equal(refused.statusCode, 404);
      assert.equal(refused.json().error.code, 'TIMESTAMP_NOT_FOUND');
      assert.equal((await server.ask({ url: path })).statusCode, 401);
      assert.match(await show(stranger), /None so far/);
    });

    test('what a page of another site sends makes nothing', async () => {
      const person = await server.signUp({ subscribed: false });
      const { cookie } = person;
      for (const origin of ['https://evil.example', 'null']) {
        assert.equal((await post(fieldsOf('x.txt'), { cookie, origin })).statusCode, 403);
        const payload = { ...fieldsOf('x.txt'), file_size_bytes: 5 };
        const direct = await server.ask({ method: 'POST', url: API, headers: { cookie, origin }, payload });
        assert.equal(direct.statusCode, 403);
        assert.equal(direct.json().error.code, 'CROSS_SITE_REQUEST');
      }
      assert.match(await show(person), /None so far/);
    });

    test('pages of the list lead to each other, and have everything once', async () => {
      const { id: accountId, ...others } = await server.signUp({ subscribed: false });
      const names = Array.from({ length: PER_PAGE + 2 }, (_, i) => `file-${i}.txt`);
      await Promise.all(
        names.map((filename) => {
          const file = { digest: new Uint8Array(randomBytes(32)), filename, sizeBytes: 5, type: null };
          return server.services.timestamps.create({ accountId, plan: 'pro', file, idempotencyKey: null });
        }),
      );
      const listed = (page: string) => [...page.matchAll(/<bdi>(file-\d+\.txt)<\/bdi>/g)].map(([, name]) => name!);
      const first = await show({ id: accountId, ...others });
      const [, older] = /href="\/account\/timestamps(\?before=\d+)" rel="next"/.exec(first)!;
      const second = await show({ id: accountId, ...others }, older);
      assert.deepEqual([listed(first).length, listed(second).length], [PER_PAGE, 2]);
      assert.deepEqual([...listed(first), ...listed(second)].sort(), names.toSorted());
      assert.doesNotMatch(second, /rel="next"/);
      for (const before of ['', '-1', '9'.repeat(20), '0x10', `${HOSTILE}`, '1&before=2']) {
        const page = await show({ id: accountId, ...others }, `?before=${before}`);
        assert.deepEqual(listed(page), listed(first), before);
      }
    });
  });
}

test('a timestamp shows the block that holds it, or that none came to hold it', () => {
  const common = {
    id: '019db1d3-4b16-7bd1-9a3c-0b6b3c0a5a11',
    accountId: 'a',
    certificateId: 'TS-ABCDEF',
    digest: new Uint8Array(32),
    filename: 'a.txt',
    sizeBytes: 1,
    type: null,
    createdAt: Date.parse('2026-05-01T10:00:00Z'),
    receiptId: 'r',
    roundId: 'r',
  };
  const confirmation = { height: 946_101, time: Date.parse('2026-05-01T12:34:00Z'), txid: null };
  const { body } = renderTimestamps({
    script: '/s.js',
    hashWorker: '/w.js',
    usage: { month: '2026-05', plan: 'free', made: 0, quota: 5 },
    timestamps: [
      { ...common, status: 'confirmed', confirmation },
      { ...common, status: 'failed', confirmation: null },
    ],
    older: null,
  });
  const shown = html`${body}`.toString();
  assert.match(shown, /In Bitcoin block 946,101, <time datetime="2026-05-01T12:34:00.000Z">/);
  assert.match(shown, /Not confirmed/);
});
