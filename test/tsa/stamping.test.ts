import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { systemRandom } from '../../src/app/system.ts';
import { checkTspSignature } from '../../src/config/tsp-signatures.ts';
import type { Store } from '../../src/core/store.ts';
import { StampWorker, type TimestampSource } from '../../src/core/tsa/stamp-worker.ts';
import { createRevocationLists, createTsaClient } from '../../src/net/tsa-client.ts';
import { digestEnvelope } from '../../src/proof/certificate/envelope.ts';
import { readCertificate } from '../../src/proof/tsp/certificate.ts';
import { expectImprint, verifyToken } from '../../src/proof/tsp/verify.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { makeAuthority } from '../support/tsa-certificates.ts';

const HOUR = 60 * 60_000;
const never = new AbortController().signal;

for (const engine of ENGINES) {
  describe(`tokens for certificates and checkpoints, ${engine}`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    let now = Date.now();
    const clock = { now: () => now, sleep: async () => {} };
    const authority = makeAuthority({ now: () => now });
    const failures: string[] = [];
    let sequence = 0;

    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    const good: TimestampSource = {
      name: 'good',
      roots: authority.chain.slice(-1),
      ask: async (query) => authority.answer(query),
    };
    const makeWorker = (sources: readonly TimestampSource[], readRevocations = async () => [] as Uint8Array[]) =>
      new StampWorker({
        store,
        sources,
        check: checkTspSignature,
        readRevocations,
        clock,
        random: systemRandom,
        onSourceError: (source, error) => failures.push(`${source}: ${(error as { code?: string }).code}`),
      });

    /** A certificate as part of the registry writes it: what is read of it here. */
    async function insertCertificate(): Promise<Uint8Array> {
      const envelope = {
        manifestJson: `{"n":${++sequence}}`,
        keyId: 'key_x',
        signature: new Uint8Array(randomBytes(64)),
      };
      await sql`insert into certificate (
          id, registry, is_sandbox, version, status, work_sha256, manifest_json, key_id, signature, commitment,
          issued_at, updated_at, issued_sequence, sequence, version_sequence
        ) values (
          ${`cer_${sequence}`}, 'trackorigin', false, 1, 'active', ${randomBytes(32)}, ${envelope.manifestJson},
          ${envelope.keyId}, ${envelope.signature}, ${randomBytes(32)}, now(), now(), ${sequence}, ${sequence}, ${sequence}
        )`.execute(database.kysely);
      return digestEnvelope(envelope);
    }

    test('every envelope gets a token that verifies with what is kept beside it', async () => {
      const digests = [await insertCertificate(), await insertCertificate(), await insertCertificate()];
      const list = Uint8Array.of(0x30, 0);
      await makeWorker([good], async () => [list]).run(never);
      for (const digest of digests) {
        const stored = await store.timestampToken.find(digest);
        assert.ok(stored);
        assert.equal(stored.authority, 'good');
        assert.deepEqual(
          stored.revocations.map((bytes) => [...bytes]),
          [[0x30, 0]],
        );
        const expected = {
          digestOf: expectImprint({ digest: 'SHA-256', hash: digest }),
          roots: stored.chain.slice(-1).map(readCertificate),
          now,
        };
        const { info } = await verifyToken(stored.token, expected, checkTspSignature);
        assert.equal(info.time, stored.time);
      }
      assert.equal(await store.timestampToken.countPending(), 0);
      assert.equal(await store.timestampToken.newestTime('good'), Math.floor(now / 1000) * 1000);
      assert.equal(await store.timestampToken.newestTime('nobody'), null);
    });

    test('chains that are the same are kept once', async () => {
      await insertCertificate();
      await makeWorker([good]).run(never);
      await insertCertificate();
      await makeWorker([good]).run(never);
      const { rows } = await sql<{ count: number }>`select count(*) as count from tsa_evidence`.execute(
        database.kysely,
      );
      assert.equal(rows[0]!.count, 2, 'with and without a list');
    });

    test('an envelope is asked for once, whatever the number of workers', async () => {
      const digest = await insertCertificate();
      let asked = 0;
      const counting = { ...good, ask: (query: Uint8Array) => good.ask(query, never).finally(() => asked++) };
      await Promise.all([1, 2, 3].map(() => makeWorker([counting]).run(never)));
      await makeWorker([counting]).run(never);
      assert.equal(asked, 1);
      assert.ok(await store.timestampToken.find(digest));
    });

    test('a source that fails or lies is passed over, and nothing of it is kept', async () => {
      const other = makeAuthority({ now: () => now });
      const replay = authority.answer(
        Uint8Array.from(
          Buffer.from(
            '30360201013031300d060960864801650304020105000420' +
              'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
            'hex',
          ),
        ),
      );
      const down = { ...good, name: 'down', ask: async () => Promise.reject(new Error('down')) };
      const noise = { ...good, name: 'noise', ask: async () => new Uint8Array(100) };
      const stranger = { ...good, name: 'stranger', ask: async (query: Uint8Array) => other.answer(query) };
      const replayed = { ...good, name: 'replayed', ask: async () => replay };
      const digest = await insertCertificate();
      failures.length = 0;
      await makeWorker([down, noise, stranger, replayed, good]).run(never);
      assert.deepEqual(failures, ['down: undefined', 'noise: malformed', 'stranger: chain', 'replayed: imprint']);
      assert.equal((await store.timestampToken.find(digest))?.authority, 'good');
    });

    test('what nobody stamps now is tried again later, ever less often', async () => {
      const digest = await insertCertificate();
      let asked = 0;
      const down = { ...good, ask: () => Promise.reject(new Error('down')).finally(() => asked++) };
      await makeWorker([down]).run(never);
      await makeWorker([down]).run(never);
      assert.equal(asked, 1);
      now += 61_000;
      await makeWorker([down]).run(never);
      assert.equal(asked, 2);
      now += 61_000;
      await makeWorker([down]).run(never);
      assert.equal(asked, 2, 'two minutes now');
      now += HOUR;
      await makeWorker([good]).run(never);
      assert.ok(await store.timestampToken.find(digest));
    });

    test('a worker that dies gives its claim back', async () => {
      const digest = new Uint8Array(randomBytes(32));
      await store.transact(async ({ timestampToken }) => {
        await timestampToken.enqueue([digest], now);
        const claimed = await timestampToken.claimDue(now, now + HOUR, 10);
        assert.equal(claimed.length, 1);
        assert.deepEqual(await timestampToken.claimDue(now, now + HOUR, 10), []);
      });
      await makeWorker([good]).run(never);
      assert.equal(await store.timestampToken.find(digest), null);
      now += HOUR;
      await makeWorker([good]).run(never);
      assert.ok(await store.timestampToken.find(digest));
    });

    test('a checkpoint that is given to calendars gets a token of the same digest', async () => {
      const text = `log.example/test\n7\n${Buffer.alloc(32, 7).toString('base64')}\n`;
      const signature = Buffer.concat([Buffer.alloc(4, 1), Buffer.alloc(64, 2)]).toString('base64');
      const note = new TextEncoder().encode(`${text}\n— log.example/test ${signature}\n`);
      await sql`insert into log_anchor (size, note, receipt_id, anchored_at)
        values (7, ${note}, 'receipt', now())`.execute(database.kysely);
      const worker = makeWorker([good]);
      await worker.run(never);
      await worker.run(never);
      assert.ok(await store.timestampToken.find(new Uint8Array(createHash('sha256').update(text).digest())));
    });

    test('an erased certificate is passed over', async () => {
      await insertCertificate();
      await sql`update certificate set manifest_json = '', signature = '' where sequence = ${sequence}`.execute(
        database.kysely,
      );
      const next = await insertCertificate();
      await makeWorker([good]).run(never);
      assert.ok(await store.timestampToken.find(next));
    });
  });
}

describe('asking an outside authority', () => {
  let server: Server;
  let url: string;
  let answer: (response: import('node:http').ServerResponse) => void;
  const authority = makeAuthority();

  before(async () => {
    server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsr`;
  });
  after(() => server.close());

  const ask = async () => {
    await using client = createTsaClient();
    return await client.ask(url, Uint8Array.of(1), AbortSignal.timeout(1000));
  };

  test('its answer comes back as it is', async () => {
    const response = authority.answer(new Uint8Array());
    answer = (reply) => reply.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(response);
    assert.deepEqual(await ask(), response);
  });

  test('a page, a redirect, an error and too much are refused', async () => {
    answer = (reply) => reply.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    await assert.rejects(ask(), { code: 'authority-refused' });
    answer = (reply) => reply.writeHead(302, { location: url }).end();
    await assert.rejects(ask(), { code: 'authority-refused' });
    answer = (reply) => reply.writeHead(500).end();
    await assert.rejects(ask(), { code: 'authority-refused' });
    answer = (reply) =>
      reply.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(Buffer.alloc(200_000));
    await assert.rejects(ask(), { code: 'answer-too-long' });
  });

  test('silence and a broken connection end', async () => {
    answer = () => {};
    await assert.rejects(ask(), { code: 'authority-unreachable' });
    answer = (reply) => reply.destroy();
    await assert.rejects(ask(), { code: 'authority-unreachable' });
  });
});

describe('lists of revoked certificates', () => {
  let server: Server;
  let url: string;
  let requests: number;
  let body = Buffer.of(0x30, 1, 0);
  let steadyMs = 0;
  const certificate = makeAuthority().chain[0]!;

  before(async () => {
    requests = 0;
    server = createServer((_request, response) => {
      requests++;
      response.end(body);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://crl.example.org:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const makeLists = (allowsLoopback: boolean) =>
    createRevocationLists({
      addresses: { ports: [], allowsLoopback },
      steadyMs: () => steadyMs,
      resolve: (_host, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    });
  const read = (lists: ReturnType<typeof makeLists>, path: string) =>
    lists.read([{ ...certificate, crlUrls: [`${url}${path}`] }], never);

  test('a list is fetched once in an hour and kept as it is', async () => {
    await using lists = makeLists(true);
    assert.deepEqual(await read(lists, '/a'), [new Uint8Array(body)]);
    assert.deepEqual(await read(lists, '/a'), [new Uint8Array(body)]);
    assert.equal(requests, 1);
    steadyMs += HOUR;
    await read(lists, '/a');
    assert.equal(requests, 2);
  });

  test('an address in a certificate never leads into the own network', async () => {
    const before = requests;
    await using lists = makeLists(false);
    assert.deepEqual(await read(lists, '/b'), []);
    url = url.replace('crl.example.org', '127.0.0.1');
    assert.deepEqual(await read(lists, '/c'), []);
    assert.equal(requests, before);
  });

  test('what is no list, or too long, is left out', async () => {
    await using lists = makeLists(true);
    body = Buffer.from('<html>');
    assert.deepEqual(await read(lists, '/d'), []);
    body = Buffer.alloc(2_000_000, 0x30);
    assert.deepEqual(await read(lists, '/e'), []);
  });
});
