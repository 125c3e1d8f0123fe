import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { type AnchorService, createAnchorService } from '../../src/core/anchor/anchor.ts';
import type { CalendarClient } from '../../src/core/anchor/calendar-client.ts';
import { CalendarPool } from '../../src/core/anchor/calendar-pool.ts';
import { MAINNET_ANCHOR_POLICY } from '../../src/core/anchor/policy.ts';
import type { Store } from '../../src/core/store.ts';
import { encodeTimestamp } from '../../src/proof/ots/codec.ts';
import { createTimestamp } from '../../src/proof/ots/timestamp.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';

const URI = 'https://calendar.example.org';

/** Accepts everything; what is under test is the store. */
const calendar: CalendarClient = {
  submit: async (_url, digest) => encodeTimestamp(createTimestamp(digest, [{ type: 'pending', uri: URI }], [])),
  lookup: async () => ({ found: false, reason: 'pending' }),
};

/** The next transaction fails: before it began, or after it was committed. */
function failOnce(store: Store, isPersisted: boolean): Store {
  let isArmed = true;
  return {
    ...store,
    async transact(work) {
      if (!isArmed) return store.transact(work);
      isArmed = false;
      if (isPersisted) await store.transact(work);
      throw new Error('connection lost');
    },
  };
}

function openService(store: Store): AnchorService {
  const policy = MAINNET_ANCHOR_POLICY;
  const targets = [{ name: 'only', url: URI }];
  const pool = new CalendarPool({ targets, allowedUris: [URI], client: calendar, policy, clock: systemClock });
  return createAnchorService({
    store,
    pool,
    policy,
    clock: systemClock,
    random: systemRandom,
    onLateError: (error) => assert.fail(String(error)),
  });
}

const request = () => ({ digest: new Uint8Array(randomBytes(32)), sha512: null, label: 'work', owner: null });

for (const engine of ENGINES) {
  describe(`a store that fails (${engine})`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });
    const stored = async () => (await store.anchor.countAnchors(0, 0)).receipts;

    test('a commit that failed acknowledges nobody, leaves nothing, and the next one works', async () => {
      const before = await stored();
      const service = openService(failOnce(store, false));
      await assert.rejects(service.submit([request(), request()]), /connection lost/);
      assert.equal(await stored(), before);
      const [anchored] = await service.submit([request()]);
      assert.notEqual(await service.find(anchored!.receipt.id), null);
      assert.equal(await stored(), before + 1);
    });

    test('a commit that was written but reported failed acknowledges nobody and leaves whole receipts', async () => {
      const known = new Set((await store.anchor.listReceipts('', 100)).map(({ receipt }) => receipt.id));
      const service = openService(failOnce(store, true));
      await assert.rejects(service.submit([request(), request()]), /connection lost/);
      const left = (await store.anchor.listReceipts('', 100)).filter(({ receipt }) => !known.has(receipt.id));
      assert.equal(left.length, 2);
      for (const receipt of left) {
        const proofs = service.composeProofs(receipt);
        assert.equal(proofs.length, 1);
        assert.notEqual(proofs[0]!.bytes, null);
      }
    });

    test('what is stored comes back as it was: path, sides, label, sha512', async () => {
      const service = openService(store);
      const requests = Array.from({ length: 37 }, (_, i) => ({
        digest: new Uint8Array(randomBytes(32)),
        sha512: i % 2 === 0 ? new Uint8Array(randomBytes(64)) : null,
        label: i % 3 === 0 ? null : `"quoted, {braces} \\ ünïcödé ${i}`,
        owner: i % 5 === 0 ? { accountId: `account-${i}`, credentialId: null } : null,
      }));
      const anchored = await service.submit(requests);
      for (const { receipt, submissions } of anchored) {
        const found = (await service.find(receipt.id))!;
        assert.deepEqual(withHex(found.receipt), withHex(receipt));
        assert.equal(found.submissions.length, submissions.length);
        assert.ok(service.composeProofs(found).every(({ bytes }) => bytes !== null));
      }
    });
  });
}

/** Drivers give bytes as different classes. */
function withHex(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(withHex);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withHex(inner)]));
}
