import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../src/app/system.ts';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { createLogService, type LogService } from '../../src/core/log/log-service.ts';
import { createSequencer } from '../../src/core/log/sequencer.ts';
import type { Store } from '../../src/core/store.ts';
import { createLogSurface } from '../../src/http/log/index.ts';
import type { App } from '../../src/http/shared/app.ts';
import { encodeLogEvent } from '../../src/proof/log-event.ts';
import { decodeEntryBundle } from '../../src/proof/merkle/entry-bundle.ts';
import { frontierRoot } from '../../src/proof/merkle/frontier.ts';
import { EMPTY_EDGE, growTree } from '../../src/proof/merkle/grow.ts';
import { hashLeaf } from '../../src/proof/merkle/rfc6962.ts';
import { parseTlogProof, verifyTlogProof } from '../../src/proof/note/tlog-proof.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { createCheckedServer } from '../support/described-answers.ts';
import { append, createMemory, eventOf, KEYS, ORIGIN, openNote, RESIGN_MS } from './rig.ts';

for (const engine of ENGINES) {
  describe(`the public log over HTTP (${engine})`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    let log: LogService;
    let app: App;
    const stop = new AbortController();
    let ended: Promise<void>;
    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
      log = serviceOf('a');
      ended = log.run(stop.signal);
      app = createCheckedServer({ surfaces: [createLogSurface({ log })] });
    });
    after(async () => {
      await app.close();
      stop.abort();
      await ended;
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    /** `null`: a process that leaves signing to others. */
    function serviceOf(nodeId: string | null): LogService {
      return createLogService({
        store,
        logKey: KEYS.log.key,
        timeKey: KEYS.time.key,
        sequencer:
          nodeId === null
            ? null
            : createSequencer({
                store,
                keys: KEYS,
                verify: verifyEd25519,
                memory: createMemory(),
                witnesses: null,
                clock: systemClock,
                resignMs: RESIGN_MS,
                nodeId,
              }),
        pace: { gatherMs: 1, pollMs: 20, idlePollMs: 50 },
        clock: systemClock,
        onError: (error) => assert.equal((error as { code?: string }).code, 'overtaken'),
      });
    }

    const get = (url: string, method: 'GET' | 'HEAD' = 'GET') => app.inject({ method, url });

    test('before the first event the checkpoint of the empty tree is there', async () => {
      await log.awaitPublished(0).catch(() => {});
      const answer = await get('/log/checkpoint');
      assert.equal(answer.statusCode, 200);
      assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
      assert.match(String(answer.headers['cache-control']), /^public, max-age=[1-5]$/);
      assert.equal(answer.headers['access-control-allow-origin'], '*');
      assert.equal(openNote(answer.rawPayload).checkpoint.size, 0);
    });

    test('an event is under a published checkpoint when its publication was waited for', async () => {
      const size = await append(store, 3);
      const published = await log.awaitPublished(size);
      assert.ok(published.size >= size);
      assert.ok(openNote((await get('/log/checkpoint')).rawPayload).checkpoint.size >= size);
      const proof = await get(`/log/proof/${size}`);
      assert.equal(proof.statusCode, 200);
      const leafHash = hashLeaf(encodeLogEvent(eventOf(3)));
      const trust = { origin: ORIGIN, logKeys: [KEYS.log.key], witnessKeys: [] };
      verifyTlogProof(parseTlogProof(proof.rawPayload), leafHash, trust, verifyEd25519);
    });

    test('whoever downloads the entries comes to the signed root, and to the same tiles', async () => {
      const size = await append(store, 600, 4);
      await log.awaitPublished(size);
      const { checkpoint } = openNote((await get('/log/checkpoint')).rawPayload);
      assert.equal(checkpoint.size, 603);
      const entries: Uint8Array[] = [];
      for (const [path, width] of [
        ['000', 256],
        ['001', 256],
        ['002.p/91', 91],
      ] as const) {
        const answer = await get(`/log/tile/entries/${path}`);
        assert.equal(answer.headers['content-type'], 'application/octet-stream');
        assert.match(String(answer.headers['cache-control']), /immutable/);
        entries.push(...decodeEntryBundle(answer.rawPayload, width));
      }
      const { edge, tiles } = growTree(EMPTY_EDGE, entries.map(hashLeaf));
      assert.deepEqual(frontierRoot(edge.frontier), checkpoint.rootHash);
      assert.equal(tiles.length, 4);
      for (const [path, level, index] of [
        ['0/000', 0, 0],
        ['0/001', 0, 1],
        ['0/002.p/91', 0, 2],
        ['1/000.p/2', 1, 0],
      ] as const) {
        const { bytes } = tiles.find((tile) => tile.level === level && tile.index === index)!;
        assert.deepEqual((await get(`/log/tile/${path}`)).rawPayload, Buffer.from(bytes));
      }
      assert.equal((await get('/log/tile/0/002.p/50')).rawPayload.length, 50 * 32, 'older partial tiles stay');
      const head = await get('/log/tile/0/000', 'HEAD');
      assert.deepEqual([head.statusCode, head.headers['content-length'], head.body], [200, '8192', '']);
    });

    test('what no published checkpoint has, and what is no path, is 404', async () => {
      for (const path of [
        '0/002',
        '0/002.p/92',
        '0/003',
        '1/000',
        '1/000.p/3',
        '2/000.p/1',
        '63/000',
        '64/000',
        '0/0',
        '0/0000',
        '0/x000/000',
        '0/000.p/0',
        '0/000.p/256',
        '-1/000',
        'entries/002',
        'entries/002.p/92',
        'entries/x009/007/199/254/740/992',
        '0/x009/x007/x199/x254/x740/992',
        'entries/',
        '',
        '../../etc/passwd',
        '%00',
      ]) {
        const answer = await get(`/log/tile/${path}`);
        assert.equal(answer.statusCode, 404, path);
        assert.doesNotMatch(String(answer.headers['cache-control']), /immutable/);
      }
      for (const [sequence, status] of [
        ['604', 404],
        ['9007199254740991', 404],
        ['9007199254740992', 400],
        ['0', 400],
        ['-1', 400],
        ['01', 400],
        ['1.5', 400],
        ['x', 400],
      ] as const) {
        assert.equal((await get(`/log/proof/${sequence}`)).statusCode, status, sequence);
      }
      assert.equal((await get('/log/nothing')).statusCode, 404);
      assert.equal((await app.inject({ method: 'POST', url: '/log/checkpoint' })).statusCode, 405);
    });

    test('processes that sign and one that only follows see the same log, and every append is published', async () => {
      const others = [serviceOf('b'), serviceOf(null)];
      const end = new AbortController();
      const runs = others.map((other) => other.run(end.signal));
      const nodes = [log, ...others];
      const before = await store.log.size();
      await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const sequence = await append(store, 1, 1000 + i);
          const { size } = await nodes[i % 3]!.awaitPublished(sequence);
          assert.ok(size >= sequence);
        }),
      );
      const size = before + 60;
      assert.equal(await store.log.size(), size);
      for (const node of nodes) assert.equal((await node.awaitPublished(size)).size, size);
      end.abort();
      await Promise.all(runs);
      await append(store, 1, 5000);
      assert.equal((await log.awaitPublished(size + 1)).size, size + 1);
    });

    test('feeds are given the events they ask for, in order', async () => {
      const before = await store.log.size();
      await store.transact(({ log }) =>
        log.append([
          eventOf(1, { type: 'certificate.revoked', reason: 'rights_dispute' }),
          eventOf(2, { isSandbox: true, type: 'certificate.revoked', reason: 'other' }),
          eventOf(3, { registry: 'origimark', type: 'certificate.superseded' }),
          eventOf(4, { type: 'certificate.revoked', reason: 'other' }),
        ]),
      );
      const list = async (filter: object) =>
        (await store.log.listAfter(before, { limit: 10, ...filter })).map(({ sequence }) => sequence - before);
      const live = { isSandbox: false, registry: 'trackorigin' as const };
      assert.deepEqual(await list({}), [1, 2, 3, 4]);
      assert.deepEqual(await list({ ...live, types: ['certificate.revoked'] }), [1, 4]);
      assert.deepEqual(await list({ ...live, types: ['certificate.revoked'], limit: 1 }), [1]);
      assert.deepEqual(await list({ registry: 'origimark' }), [3]);
      assert.deepEqual(await list({ since: eventOf(3).at }), [3, 4]);
      const [first] = await store.log.listAfter(before, { limit: 1 });
      assert.deepEqual(await list({ ...live, since: eventOf(2).at }), [4]);
      const hour = 60 * 60_000;
      const later = eventOf(4).at + 3 * hour;
      // Of a node whose clock is ahead, and one whose clock is behind.
      const moments = [later - 2 * hour, later + 60_000, later, later - 1, later + 1];
      await store.transact(({ log }) => log.append(moments.map((at, i) => eventOf(5 + i, { at }))));
      assert.deepEqual(await list({ ...live, since: later }), [6, 7, 9]);
      assert.deepEqual(await list({ ...live, since: later, limit: 2 }), [6, 7]);
      assert.deepEqual(await list({ ...live, since: later + 2 * hour }), []);
      assert.deepEqual(first!.event, eventOf(1, { type: 'certificate.revoked', reason: 'rights_dispute' }));
    });
  });
}
