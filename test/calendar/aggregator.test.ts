import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { encodeHex } from '../../src/base/hex.ts';
import { type Aggregator, createAggregator, DIGEST_MAX_BYTES } from '../../src/core/calendar/aggregator.ts';
import { createJournal } from '../../src/core/calendar/journal.ts';
import type { Store } from '../../src/core/store.ts';
import { decodeTimestamp } from '../../src/proof/ots/codec.ts';
import { walkAttestations } from '../../src/proof/ots/timestamp.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { pendingCommitment, TestClock } from './rig.ts';

const NAME = 'alice';
const URI = 'http://127.0.0.1:8080/calendar/alice';

for (const engine of ENGINES) {
  describe(`aggregator on ${engine}`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;

    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
      await store.transact(({ calendar }) => calendar.registerCalendar(NAME, URI));
    });

    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    function open(transact: Store['transact'] = store.transact): Aggregator {
      const random = (length: number) => randomBytes(length);
      return createAggregator({
        name: NAME,
        uri: URI,
        journal: createJournal({ transact }),
        hmacKey: KEY,
        clock: new TestClock(),
        random,
      });
    }

    async function journal(): Promise<string[]> {
      const last = (await store.calendar.readStamper(NAME))!.lastPosition;
      return (await store.calendar.listCommitments(NAME, 0, last)).map(encodeHex);
    }

    test('whatever digests come together, each answer is canonical and leads to a stored commitment', async () => {
      const aggregator = open();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.uint8Array({ maxLength: 64 }), { minLength: 1, maxLength: 40 }),
          async (digests) => {
            const answers = await Promise.all(digests.map((digest) => aggregator.submit(digest)));
            const commitments = digests.map((digest, index) => encodeHex(pendingCommitment(digest, answers[index]!)));
            const stored = await journal();
            assert(new Set(commitments).size <= 2, 'the first goes at once, the others go together');
            for (const commitment of commitments) assert(stored.includes(commitment));
          },
        ),
        { numRuns: 30 },
      );
    });

    test('two processes appending at once take gap-free positions, each commitment at its own', async () => {
      const before = (await journal()).length;
      const aggregators = [open(), open()];
      const commitments = await Promise.all(
        Array.from({ length: 60 }, async (_, index) => {
          for (let turns = 0; turns < index % 7; turns++) await new Promise((resolve) => setImmediate(resolve));
          const digest = randomBytes(32);
          return encodeHex(pendingCommitment(digest, await aggregators[index % 2]!.submit(digest)));
        }),
      );
      const appended = (await journal()).slice(before);
      const last = (await store.calendar.readStamper(NAME))!.lastPosition;
      assert.equal(appended.length, last - before);
      assert.deepEqual(new Set(appended), new Set(commitments));
    });

    test('a batch whose commit failed is answered to nobody as taken, and the next one is not affected', async () => {
      const aggregator = open(failOnce(store, false));
      const before = await journal();
      const digest = randomBytes(32);
      const failed = assert.rejects(aggregator.submit(randomBytes(32)), { code: 'calendar-unavailable' });
      const commitment = pendingCommitment(digest, await aggregator.submit(digest));
      await failed;
      assert.deepEqual(await journal(), [...before, encodeHex(commitment)]);
    });

    test('a commit reported failed that was kept leaves the journal gap-free for those who submit again', async () => {
      const aggregator = open(failOnce(store, true));
      const before = await journal();
      const digest = randomBytes(32);
      await assert.rejects(aggregator.submit(digest), { code: 'calendar-unavailable' });
      const commitment = pendingCommitment(digest, await aggregator.submit(digest));
      const stored = await journal();
      assert.equal(stored.length, before.length + 2);
      assert.equal(stored.at(-1), encodeHex(commitment));
    });

    test('draining answers everything that was taken and refuses what comes after', async () => {
      const aggregator = open();
      const taken = Array.from({ length: 20 }, () => aggregator.submit(randomBytes(32)));
      const drained = aggregator.drain();
      await assert.rejects(aggregator.submit(randomBytes(32)), { code: 'calendar-closed' });
      await drained;
      assert.equal((await Promise.allSettled(taken)).filter(({ status }) => status === 'fulfilled').length, 20);
    });

    test('while a commit hangs, waiting is bounded, and everything that waited is answered when it ends', async () => {
      const gate = Promise.withResolvers<void>();
      const aggregator = open(async (work) => {
        await gate.promise;
        return store.transact(work);
      });
      const outcomes = Array.from({ length: 21_000 }, () =>
        aggregator.submit(new Uint8Array(32)).then(
          () => 'taken',
          (error: { code: string }) => error.code,
        ),
      );
      gate.resolve();
      const counts = Map.groupBy(await Promise.all(outcomes), (outcome) => outcome);
      assert.deepEqual([...counts.keys()].sort(), ['calendar-overloaded', 'taken']);
      assert.equal(counts.get('taken')!.length, 1 + 16_384, 'one is being committed, four full batches wait');
      assert.equal(typeof (await aggregator.submit(new Uint8Array(32))).length, 'number');
    });

    test('64 bytes are taken, 65 are refused', async () => {
      const aggregator = open();
      await aggregator.submit(new Uint8Array(DIGEST_MAX_BYTES));
      await assert.rejects(aggregator.submit(new Uint8Array(DIGEST_MAX_BYTES + 1)), { code: 'digest-too-long' });
    });

    test('a commitment is time, tip and the MAC of the reference calendar', async () => {
      const digest = randomBytes(32);
      const timestamp = decodeTimestamp(await open().submit(digest), digest);
      const [attested] = [...walkAttestations(timestamp)];
      const commitment = Buffer.from(attested!.message);
      assert.equal(commitment.length, 44);
      const seconds = commitment.readUInt32BE(0);
      assert.equal(seconds, Math.floor(new TestClock().now() / 1000));
      let key: Buffer = Buffer.from(KEY);
      for (const bit of seconds.toString(2).padStart(32, '0')) {
        key = sha256(Buffer.concat([key, Buffer.from([bit === '1' ? 0xff : 0])]));
      }
      const mac = sha256(Buffer.concat([commitment.subarray(0, 36), key])).subarray(0, 8);
      assert.deepEqual(commitment.subarray(36), mac);
      assert(attested?.attestation.type === 'pending');
      assert.equal(attested.attestation.uri, URI);
    });
  });
}

const KEY = new Uint8Array(32).fill(5);

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** The first transaction fails at its end; with `isPersisted` only the news of its commit is lost. */
function failOnce(store: Store, isPersisted: boolean): Store['transact'] {
  let isArmed = true;
  return async (work) => {
    if (!isArmed) return store.transact(work);
    isArmed = false;
    const result = await store.transact(async (writers) => {
      const outcome = await work(writers);
      if (!isPersisted) throw new Error('the connection was lost');
      return outcome;
    });
    if (isPersisted) throw new Error('the connection was lost');
    return result;
  };
}
