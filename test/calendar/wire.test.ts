import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fastify, { type FastifyInstance } from 'fastify';
import { reverseBytes } from '../../src/base/bytes.ts';
import { encodeHex } from '../../src/base/hex.ts';
import { CalendarError, type CalendarErrorCode } from '../../src/core/calendar/error.ts';
import { createJournal } from '../../src/core/calendar/journal.ts';
import { type CalendarService, openCalendar } from '../../src/core/calendar/service.ts';
import { calendarRoutes, soleCalendarRoutes } from '../../src/http/calendar/index.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import {
  assertLeadsToBlock,
  type Bitcoin,
  createRig,
  openBitcoin,
  pendingCommitment,
  type Rig,
  TEST_POLICY,
} from './rig.ts';

let files: TestDatabase;
let database: Database;
let bitcoin: Bitcoin;
let rig: Rig;
let many: FastifyInstance;
let sole: FastifyInstance;
let bases: [string, string][];

before(async () => {
  files = await createTestDatabase('pglite');
  database = await openDatabase(files.location);
  bitcoin = await openBitcoin();
  rig = await createRig(createStore(database), bitcoin);
  many = fastify();
  await many.register(
    calendarRoutes({ calendars: new Map([['alice', rig.service]]), version: '9.9.9', bodyTimeoutMs: 300 }),
  );
  sole = fastify();
  await sole.register(soleCalendarRoutes({ calendar: rig.service, version: '9.9.9', bodyTimeoutMs: 300 }));
  bases = [
    ['mounted', `${await many.listen({ host: '127.0.0.1', port: 0 })}/calendar/alice`],
    ['alone', await sole.listen({ host: '127.0.0.1', port: 0 })],
  ];
});

after(async () => {
  await many.close();
  await sole.close();
  await bitcoin[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await files[Symbol.asyncDispose]();
});

interface Expected {
  readonly status: number;
  readonly type?: string | null;
  readonly cache?: string | null;
  readonly body?: string;
}

async function expectAnswer(answer: Response, expected: Expected): Promise<Uint8Array> {
  const bytes = await answer.bytes();
  const seen = {
    status: answer.status,
    type: answer.headers.get('content-type'),
    cache: answer.headers.get('cache-control'),
    body: Buffer.from(bytes).toString(),
  };
  assert.deepEqual(seen, { type: 'text/plain', cache: null, body: seen.body, ...expected });
  assert.equal(answer.headers.get('content-length'), String(bytes.length));
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  return bytes;
}

const OCTETS = 'application/octet-stream';

/** Sends raw bytes to a server and returns all it answers until it closes, or until `forMs` pass. */
async function sendRaw(app: FastifyInstance, text: string, forMs: number): Promise<string> {
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => (answer += chunk));
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('close', resolve);
  socket.on('error', () => {});
  socket.write(text);
  const timer = setTimeout(() => socket.destroy(), forMs);
  await promise;
  clearTimeout(timer);
  return answer;
}

for (const index of [0, 1]) {
  describe(`the calendar protocol, ${index === 0 ? 'mounted' : 'alone'}`, () => {
    let base: string;
    before(() => {
      base = bases[index]![1];
    });

    const post = (body: Uint8Array, headers: Record<string, string> = {}) =>
      fetch(`${base}/digest`, { method: 'POST', body: Buffer.from(body), headers });

    for (const length of [0, 1, 20, 32, 64]) {
      test(`a digest of ${length} bytes is answered with its canonical timestamp`, async () => {
        const digest = randomBytes(length);
        const bytes = await expectAnswer(await post(digest), { status: 200, type: OCTETS });
        assert.equal(pendingCommitment(digest, bytes).length, 44);
      });
    }

    for (const type of ['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'nonsense', '/']) {
      test(`a digest sent as "${type}" is taken`, async () => {
        const digest = randomBytes(32);
        const bytes = await expectAnswer(await post(digest, { 'content-type': type }), { status: 200, type: OCTETS });
        pendingCommitment(digest, bytes);
      });
    }

    for (const length of [65, 1_000_000]) {
      test(`${length} bytes are too long`, async () => {
        await expectAnswer(await post(new Uint8Array(length)), { status: 400, body: 'digest too long' });
      });
    }

    test('a digest without a Content-Length is refused, chunked ones too', async () => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(32));
          controller.close();
        },
      });
      const chunked = await fetch(`${base}/digest`, { method: 'POST', body, duplex: 'half' } as RequestInit);
      await expectAnswer(chunked, { status: 400, body: 'invalid Content-Length' });
      const path = new URL(`${base}/digest`).pathname;
      const absent = await sendRaw(index === 0 ? many : sole, `POST ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, 2_000);
      assert.match(absent, /^HTTP\/1\.1 400 [\s\S]*invalid Content-Length$/);
    });

    for (const length of ['abc', '-1', '1e1', '0x20']) {
      test(`a Content-Length of ${length} is a bad request`, async () => {
        const path = new URL(`${base}/digest`).pathname;
        const request = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${'a'.repeat(40)}`;
        assert.match(await sendRaw(index === 0 ? many : sole, request, 2_000), /^HTTP\/1\.1 400 /);
      });
    }

    test('a body that is announced too long is refused before it is sent', async () => {
      const path = new URL(`${base}/digest`).pathname;
      const request = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n`;
      assert.match(await sendRaw(index === 0 ? many : sole, request, 2_000), /^HTTP\/1\.1 400 [\s\S]*digest too long$/);
    });

    test('a body shorter than announced times out', async () => {
      const path = new URL(`${base}/digest`).pathname;
      const request = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 32\r\n\r\nabc`;
      assert.match(await sendRaw(index === 0 ? many : sole, request, 5_000), /^HTTP\/1\.1 408 /);
    });

    test('a connection is kept for the next request', async () => {
      const path = new URL(`${base}/tip`).pathname;
      const request = `HEAD ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
      const answer = await sendRaw(index === 0 ? many : sole, request + request, 300);
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 2);
      assert.doesNotMatch(answer, /connection: close/i);
    });

    test('any other POST is not found', async () => {
      const expected = { status: 404, cache: 'public, max-age=3600', body: 'not found' };
      await expectAnswer(await fetch(`${base}/elsewhere`, { method: 'POST', body: 'x'.repeat(1000) }), expected);
      await expectAnswer(await fetch(`${base}/digest/`, { method: 'POST', body: 'x' }), expected);
    });

    test('any other GET is not found', async () => {
      const expected = { status: 404, cache: 'public, max-age=3600', body: 'not found' };
      await expectAnswer(await fetch(`${base}/elsewhere`), expected);
    });

    for (const text of ['zz', 'abc', 'de%20', '0x00']) {
      test(`the commitment ${text} is not hex`, async () => {
        const body = 'commitment must be hex-encoded bytes';
        const expected = { status: 400, cache: 'public, max-age=31536000', body };
        await expectAnswer(await fetch(`${base}/timestamp/${text}`), expected);
      });
    }

    test('commitments nobody has made are not found, however long', async () => {
      const expected = { status: 404, cache: 'public, max-age=60', body: 'Not found' };
      for (const text of ['', '00', '00'.repeat(44), 'ff'.repeat(3000)]) {
        await expectAnswer(await fetch(`${base}/timestamp/${text}`), expected);
      }
    });

    test('a commitment is pending, then waiting, then a proof of its block; the tip comes and goes', async () => {
      const digest = randomBytes(32);
      const commitment = pendingCommitment(digest, await (await post(digest)).bytes());
      const url = `${base}/timestamp/${encodeHex(commitment)}`;
      const cache = 'public, max-age=60';
      const none = { status: 404, cache: 'public, max-age=10' };
      await expectAnswer(await fetch(url), { status: 404, cache, body: 'Pending confirmation in Bitcoin blockchain' });
      await expectAnswer(await fetch(`${base}/tip`), none);

      rig.clock.pass(TEST_POLICY.minIntervalMs);
      const stamper = rig.start();
      await stamper.tick();
      const [stamp] = (await rig.service.status()).stamps;
      const tip = await expectAnswer(await fetch(`${base}/tip`), {
        status: 200,
        type: OCTETS,
        cache: 'public, max-age=10',
      });
      assert.deepEqual(tip, Uint8Array.from(stamp!.tip));

      await bitcoin.node.mine(1);
      await stamper.tick();
      const txid = encodeHex(reverseBytes(stamp!.txid));
      const body = `Timestamped by transaction ${txid}; waiting for 3 confirmations`;
      await expectAnswer(await fetch(url), { status: 404, cache, body });
      await expectAnswer(await fetch(`${base}/tip`), none);

      await bitcoin.node.mine(2);
      await stamper.tick();
      const published = { status: 200, type: OCTETS, cache: 'public, max-age=31536000' };
      const proof = await expectAnswer(await fetch(url), published);
      await assertLeadsToBlock(bitcoin.node, commitment, proof);
      const upper = `${base}/timestamp/${encodeHex(commitment).toUpperCase()}`;
      assert.deepEqual(await expectAnswer(await fetch(upper), published), proof);
      const head = await fetch(url, { method: 'HEAD' });
      assert.equal(head.status, 200);
      assert.equal(head.headers.get('content-length'), String(proof.length));
    });

    test('the status is a page, or JSON for whoever accepts it', async () => {
      const page = await fetch(`${base}/`);
      assert.equal(page.status, 200);
      assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
      assert.equal(page.headers.get('cache-control'), 'public, max-age=5');
      assert.equal(page.headers.get('vary'), 'Accept');
      assert.match(await page.text(), /<title>Touchmark calendar calendar-/);
      const json = await fetch(`${base}/`, { headers: { accept: 'application/json, text/plain;q=0.5' } });
      assert.equal(json.headers.get('content-type'), 'application/json; charset=utf-8');
      const status = (await json.json()) as Record<string, unknown>;
      assert.equal(status.version, '9.9.9');
      assert.equal(status.address, rig.wallet.address);
      assert.equal(status.condition, null);
      assert.equal(typeof status.balance, 'number');
      assert.equal(typeof status.pending_commitments, 'number');
      assert(Array.isArray(status.transactions));
    });

    test('browsers may send digests from anywhere, with a preflight or without', async () => {
      const preflight = await fetch(`${base}/digest`, {
        method: 'OPTIONS',
        headers: { origin: 'https://example.org', 'access-control-request-method': 'POST' },
      });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
      assert.match(preflight.headers.get('access-control-allow-methods')!, /POST/);
      assert.match(preflight.headers.get('access-control-allow-headers')!, /Content-Type/);
    });
  });
}

test('a calendar nobody runs is not found', async () => {
  const { port } = many.server.address() as AddressInfo;
  for (const [method, path] of [
    ['POST', 'digest'],
    ['GET', 'timestamp/00'],
    ['GET', 'tip'],
    ['GET', ''],
  ]) {
    const url = `http://127.0.0.1:${port}/calendar/nobody/${path}`;
    const answer = await fetch(url, { method: method!, ...(method === 'POST' && { body: 'x' }) });
    await expectAnswer(answer, { status: 404, cache: 'public, max-age=3600', body: 'not found' });
  }
});

async function failingCalendar(error: unknown): Promise<FastifyInstance> {
  const calendar: CalendarService = {
    ...rig.service,
    submit: async () => {
      throw error;
    },
  };
  const app = fastify();
  await app.register(soleCalendarRoutes({ calendar, version: '9.9.9' }));
  return app;
}

for (const code of ['calendar-overloaded', 'calendar-unavailable', 'calendar-closed', 'anchoring-down'] as const) {
  test(`${code} asks the client to come back later`, async () => {
    await using app = await failingCalendar(new CalendarError(code satisfies CalendarErrorCode, 'inside'));
    const answer = await app.inject({ method: 'POST', url: '/digest', payload: Buffer.alloc(32) });
    assert.equal(answer.statusCode, 503);
    assert.match(answer.headers['retry-after'] as string, /^\d+$/);
    assert.equal(answer.headers['content-type'], 'text/plain');
    assert.doesNotMatch(answer.body, /inside/);
  });
}

test('an unforeseen failure says nothing about the inside', async () => {
  await using app = await failingCalendar(new Error('password=hunter2'));
  const answer = await app.inject({ method: 'POST', url: '/digest', payload: Buffer.alloc(32) });
  assert.equal(answer.statusCode, 503);
  assert.equal(answer.body, 'temporarily unavailable');
});

test('where that is configured, digests are refused while nothing reaches Bitcoin and taken again afterwards', async () => {
  const store = createStore(database);
  const refusing = await openCalendar({
    name: rig.name,
    uri: 'http://127.0.0.1/',
    store,
    journal: createJournal(store),
    hmacKey: randomBytes(32),
    clock: rig.clock,
    random: (length) => randomBytes(length),
    wallet: rig.wallet,
    policy: TEST_POLICY,
    refuseAfterMs: 30_000,
  });
  await store.transact(({ calendar }) => calendar.setCondition(rig.name, 'no-coins', rig.clock.now()));
  await refusing.submit(randomBytes(32));
  rig.clock.pass(30_000);
  await assert.rejects(refusing.submit(randomBytes(32)), { code: 'anchoring-down' });
  await rig.service.submit(randomBytes(32));
  await store.transact(({ calendar }) => calendar.setCondition(rig.name, null, rig.clock.now()));
  rig.clock.pass(1_000);
  await refusing.submit(randomBytes(32));
});
