import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { syntheticRecording } from '../../src/app/audio.ts';
import { openCertificates } from '../../src/app/certificates.ts';
import { systemRandom } from '../../src/app/system.ts';
import { encodeHex } from '../../src/base/hex.ts';
import type { AnchorRequest } from '../../src/core/anchor/receipt.ts';
import { CertificateAnchoring } from '../../src/core/certificate/anchoring.ts';
import type { CertificateRecord } from '../../src/core/certificate/certificate.ts';
import { createIssuer } from '../../src/core/certificate/issuer.ts';
import { createCertificateMemory } from '../../src/core/certificate/memory.ts';
import { createRevocationList } from '../../src/core/certificate/revocation-list.ts';
import { ensureSynthetic } from '../../src/core/certificate/synthetic.ts';
import type { PublicLog } from '../../src/core/log/public-log.ts';
import type { Store } from '../../src/core/store.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { digestEnvelope } from '../../src/proof/certificate/envelope.ts';
import { decodeLogEvent } from '../../src/proof/log-event.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestKeys } from '../support/certification.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { draftOf, type Issuing, issue, retitle, revoke } from './people.ts';

/** Nothing comes so far that it would be asked. */
const NO_LOG = null as unknown as PublicLog;

for (const engine of ENGINES) {
  describe(`the life of certificates (${engine})`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    let issuing: Issuing;
    const { signer } = createTestKeys();
    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
      issuing = { store, issuer: createIssuer({ signer, random: systemRandom }) };
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    // One engine gives buffers, the other arrays.
    const plain = (record: CertificateRecord) =>
      Object.entries(record).map(([name, value]) => [name, value instanceof Uint8Array ? encodeHex(value) : value]);
    const load = async (id: string) => (await store.certificate.find(id))!;

    test('a certificate and its event in the log are there together, or neither is', async () => {
      const size = await store.log.size();
      const draft = draftOf(issuing.issuer);
      const failing = store.transact(async (writers) => {
        await issuing.issuer.issue(writers, [draft]);
        throw new Error('the lights went out');
      });
      await assert.rejects(failing, /lights/);
      assert.deepEqual([await store.certificate.find(draft.id), await store.log.size()], [null, size]);
      const [record] = await store.transact((writers) => issuing.issuer.issue(writers, [draft]));
      assert.deepEqual(plain(await load(draft.id)), plain(record!));
      const [leaf] = await store.log.listLeaves(size, size + 1);
      const event = decodeLogEvent(leaf!);
      assert.deepEqual([event.certificateId, event.type, record!.sequence], [draft.id, 'certificate.issued', size + 1]);
      assert.deepEqual(event.commitment, new Uint8Array(record!.commitment));
    });

    test('what was issued is updated and revoked once, each by who holds the lock', async () => {
      const { id } = await issue(issuing);
      const outcomes = await Promise.allSettled([revoke(issuing, id), revoke(issuing, id), revoke(issuing, id)]);
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
      await assert.rejects(retitle(issuing, id, 'Later'), /revoked already/);
      const { status, sequence } = await load(id);
      const events = await store.log.listAfter(0, { types: ['certificate.revoked'], limit: 1000 });
      assert.deepEqual([status, events.filter(({ event }) => event.certificateId === id).length], ['revoked', 1]);
      assert.ok(events.some((one) => one.sequence === sequence));
    });

    test('an erased certificate opens nothing any more, and its events stay', async () => {
      const { id, issuedSequence } = await issue(issuing, { title: 'A secret title' });
      await retitle(issuing, id, 'Another secret title');
      await store.transact(({ certificate }) => certificate.erase(id));
      const versions = await store.certificate.listVersions(id);
      for (const { manifestJson, salt, signature } of [await load(id), ...versions]) {
        assert.deepEqual([manifestJson, salt, signature.length], ['', null, 0]);
      }
      const { commitment } = await load(id);
      const [leaf] = await store.log.listLeaves(issuedSequence - 1, issuedSequence);
      assert.equal(decodeLogEvent(leaf!).certificateId, id);
      assert.equal(commitment.length, 32);
      const { status } = await revoke(issuing, id);
      assert.equal(status, 'revoked');
    });

    describe('anchoring', () => {
      function anchoring(options: { submit?: (requests: readonly AnchorRequest[]) => Promise<void> } = {}) {
        const clock = new ManualClock(Date.now() + 1000);
        const digests: string[] = [];
        const worker = new CertificateAnchoring({
          store,
          clock,
          anchors: {
            async submit(requests) {
              await options.submit?.(requests);
              digests.push(...requests.map(({ digest }) => encodeHex(digest)));
              return requests.map(({ digest }) => ({ receipt: { id: encodeHex(digest).slice(0, 16) } })) as never;
            },
          },
        });
        return { clock, digests, run: () => worker.run(new AbortController().signal) };
      }
      const envelopeOf = (record: CertificateRecord) => encodeHex(digestEnvelope(record));

      test('each version’s envelope and each work are given to calendars once', async () => {
        const { id } = await issue(issuing);
        const first = await load(id);
        const one = anchoring();
        await one.run();
        assert.ok(one.digests.includes(envelopeOf(first)) && one.digests.includes(encodeHex(first.workSha256)));
        const anchored = await load(id);
        assert.equal(anchored.envelopeReceiptId, envelopeOf(first).slice(0, 16));
        assert.equal(anchored.workReceiptId, encodeHex(first.workSha256).slice(0, 16));
        const two = anchoring();
        assert.deepEqual([await two.run(), two.digests], [0, []]);
        const second = await retitle(issuing, id, 'Next');
        assert.deepEqual([second.envelopeReceiptId, second.workReceiptId], [null, anchored.workReceiptId]);
        await anchoring().run();
        const versions = await store.certificate.listVersions(id);
        assert.deepEqual(
          versions.map(({ envelopeReceiptId }) => envelopeReceiptId),
          [envelopeOf(first).slice(0, 16), envelopeOf(second).slice(0, 16)],
        );
      });

      test('what failed is anchored after its lease, and a version that came meanwhile by itself', async () => {
        const { id } = await issue(issuing);
        const down = anchoring({ submit: () => Promise.reject(new Error('calendars are down')) });
        await assert.rejects(down.run(), /down/);
        assert.equal((await load(id)).envelopeReceiptId, null);
        const soon = anchoring();
        assert.equal(await soon.run(), 0);
        soon.clock.advance(600_000);
        const before = await load(id);
        const during = anchoring({ submit: async () => void (await retitle(issuing, id, 'Meanwhile')) });
        during.clock.advance(600_000);
        await during.run();
        const [older, newer] = await store.certificate.listVersions(id);
        assert.equal(older!.envelopeReceiptId, envelopeOf(before).slice(0, 16));
        assert.equal(newer!.envelopeReceiptId, null);
        const last = anchoring();
        last.clock.advance(600_000);
        await last.run();
        assert.equal((await load(id)).envelopeReceiptId, envelopeOf(await load(id)).slice(0, 16));
      });
    });

    test('what a node remembers is asked for again as soon as another node changes it', async () => {
      const clock = new ManualClock(Date.now());
      let made = 0;
      const memory = createCertificateMemory({
        certificates: store.certificate,
        clock,
        make({ status }) {
          made++;
          return { json: status };
        },
      });
      const { id } = await issue(issuing);
      for (let i = 0; i < 5; i++) assert.equal((await memory.find(id))!.json, 'active');
      assert.equal(made, 1);
      await revoke(issuing, id);
      assert.equal((await memory.findFresh(id))!.json, 'revoked');
      clock.advance(1000);
      assert.equal((await memory.find(id))!.json, 'revoked');
      assert.equal(await memory.find('cer_none'), null);
      const { id: later } = draftOf(issuing.issuer);
      assert.equal(await memory.find(later), null);
      await issue(issuing, { id: later });
      assert.equal((await memory.find(later))!.json, 'active');
      const found = await memory.findMany([id, later, 'cer_none', id]);
      assert.deepEqual([...found.keys()].sort(), [id, later].sort());
    });

    test('what a node read before it began to follow changes is not served after another node changed it', async () => {
      const { id } = await issue(issuing);
      const memory = createCertificateMemory({
        certificates: store.certificate,
        clock: new ManualClock(Date.now()),
        make: ({ status }) => ({ json: status }),
      });
      assert.equal((await memory.findFresh(id))!.json, 'active');
      await revoke(issuing, id);
      assert.equal((await memory.find(id))!.json, 'revoked');
    });

    test('the signed list never goes back, on whichever node, and misses no revocation', async () => {
      const clock = new ManualClock(Date.now());
      const nodes = Array.from({ length: 3 }, () =>
        createRevocationList({ store, registry: 'trackorigin', signer, clock }),
      );
      let newest = 0;
      const lists: { sequence: number; body: string; generatedAt: number }[] = [];
      await Promise.all([
        ...Array.from({ length: 6 }, async () => {
          const { id } = await issue(issuing);
          const { sequence } = await revoke(issuing, id);
          const list = await nodes[sequence % 3]!.read();
          assert.ok(list.body.includes(id), 'a revocation is in the list from its commit on');
        }),
        ...nodes.map(async (node) => {
          for (let i = 0; i < 10; i++) {
            const atLeast = newest;
            const list = await node.read();
            assert.ok(list.sequence >= atLeast, `${list.sequence} after ${atLeast}`);
            newest = Math.max(newest, list.sequence);
            lists.push(list);
          }
        }),
      ]);
      // No two lists are of one moment, and none of one sequence says two things.
      for (const one of lists) {
        for (const other of lists) if (one.generatedAt === other.generatedAt) assert.equal(one.body, other.body);
      }
    });

    test('the list is signed anew on a quiet day, and the same after a restart', async () => {
      const clock = new ManualClock(Date.now() + 60_000);
      const open = () => createRevocationList({ store, registry: 'trackorigin', signer, clock });
      const first = await open().read();
      assert.deepEqual(await open().read(), first);
      clock.advance(61_000);
      const second = await open().read();
      assert.ok(second.generatedAt > first.generatedAt && second.sequence === first.sequence);
      // The clock of another node is behind: what was signed does not get older.
      clock.advance(-120_000);
      await revoke(issuing, (await issue(issuing)).id);
      const third = await open().read();
      assert.ok(third.generatedAt > second.generatedAt && third.sequence > second.sequence);
    });

    test('whenever a list is asked for, it is less than a minute old, as if it were signed on a schedule', async () => {
      const clock = new ManualClock(Date.now() + 3_600_000);
      const nodes = [0, 1].map(() => createRevocationList({ store, registry: 'trackorigin', signer, clock }));
      const pauses = [0, 59_999, 1, 30_000, 30_000, 60_000, 15 * 60_000, 7 * 24 * 3_600_000, 59_000, 2_000];
      for (const [i, pauseMs] of pauses.entries()) {
        clock.advance(pauseMs);
        const { generatedAt, body } = await nodes[i % 2]!.read();
        const age = clock.now() - generatedAt;
        assert.ok(age >= 0 && age < 60_000, `${age} ms old after a pause of ${pauseMs}`);
        assert.equal(Date.parse(JSON.parse(body).generated_at), generatedAt);
      }
    });

    test('several nodes that start at once make the synthetic certificate once', async () => {
      const clock = new ManualClock(Date.now());
      const made = await Promise.all(
        Array.from({ length: 4 }, () =>
          ensureSynthetic({ store, issuer: issuing.issuer, clock, recording: syntheticRecording() }),
        ),
      );
      assert.equal(new Set(made.map(({ sequence }) => sequence)).size, 1);
      assert.deepEqual([made[0]!.version, made[0]!.isSandbox], [1, true]);
    });

    test('a signer that does not sign with the published key issues nothing: its server does not start', async () => {
      await using cleanup = new AsyncDisposableStack();
      const [size, keys] = [await store.log.size(), await store.certificate.listKeys()];
      const certificateKeys = createTestKeys();
      for (const sign of [createTestKeys().signer.sign, () => new Uint8Array(64), () => new Uint8Array()]) {
        const broken = { ...certificateKeys, signer: { ...certificateKeys.signer, sign } };
        const settings = { certificateKeys: broken, logger: createLogger({ level: 'silent' }) };
        await assert.rejects(openCertificates(settings, { store }, NO_LOG, cleanup), { code: 'wrong-signature' });
      }
      assert.deepEqual([await store.log.size(), await store.certificate.listKeys()], [size, keys]);
    });

    test('a digest is found whatever else there is, and the oldest certificate first', async () => {
      const sha256 = new Uint8Array(createHash('sha256').update(randomBytes(8)).digest());
      const ids = [(await issue(issuing, { sha256 })).id, (await issue(issuing, { sha256 })).id];
      const found = await store.certificate.findActiveByWork('trackorigin', sha256, 5);
      assert.deepEqual(found.map(({ id }) => id).sort(), ids.sort());
      assert.deepEqual(await store.certificate.findActiveByWork('origimark', sha256, 5), []);
      assert.equal((await store.certificate.findMany([...ids, 'cer_none'])).length, 2);
    });
  });
}
