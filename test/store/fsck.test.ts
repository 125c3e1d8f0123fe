import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import { systemRandom } from '../../src/app/system.ts';
import { checkAnchors, type Finding } from '../../src/core/anchor/fsck.ts';
import { buildRound } from '../../src/core/anchor/round.ts';
import type { ChainReader } from '../../src/core/chain.ts';
import { encodeTimestamp } from '../../src/proof/ots/codec.ts';
import { createTimestamp } from '../../src/proof/ots/timestamp.ts';
import { createAnchorReader } from '../../src/store/anchor-reader.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { attestedPath, BLOCK_HEIGHT, BLOCK_TIME, confirmDue } from '../support/attested-path.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { mineHeader, spoilHeader } from '../support/proofs.ts';
import { acceptedSubmission } from '../support/submissions.ts';

const NOW = 1_800_000_000_000;
const URI = 'https://calendar.example.org';

for (const engine of ENGINES) {
  describe(`checking what is stored (${engine})`, () => {
    let files: TestDatabase;
    let database: Database;
    /** Of one round: calendar a has brought it into a block, b has only accepted it. */
    let receiptIds: readonly string[];
    let header: Uint8Array;

    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      const store = createStore(database);
      const requests = Array.from({ length: 3 }, () => ({
        digest: systemRandom(32),
        sha512: null,
        label: null,
        owner: null,
      }));
      const { round, receipts } = buildRound(requests, NOW, systemRandom);
      const proof = encodeTimestamp(createTimestamp(round.root, [{ type: 'pending', uri: URI }], []));
      const submissions = ['a', 'b'].map((calendar) => acceptedSubmission(round, calendar, NOW, { proof }));
      await store.transact(({ anchor }) => anchor.insertRound(round, receipts, submissions));
      await confirmDue(store, 'a', NOW);
      receiptIds = receipts.map(({ id }) => id).toSorted();
      header = mineHeader(attestedPath(round.root).merkleRoot, BLOCK_TIME);
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    async function check(served: Uint8Array | null = header, kysely = database.kysely): Promise<Finding[]> {
      const chain: ChainReader = {
        network: 'regtest',
        tip: () => assert.fail('nothing depends on the tip'),
        blockHash: async (height) => (height === BLOCK_HEIGHT ? new Uint8Array(32) : null),
        blockHeader: async () => served,
      };
      return Array.fromAsync(checkAnchors(createAnchorReader(kysely), chain, () => {}));
    }

    /** What is found after a statement did damage; it is undone. */
    async function findAfter(damage: RawBuilder<unknown>): Promise<Finding[]> {
      const transaction = await database.kysely.startTransaction().execute();
      try {
        await damage.execute(transaction);
        return await check(header, transaction);
      } finally {
        await transaction.rollback().execute();
      }
    }

    const everyReceipt = (problem: string) => receiptIds.map((receiptId) => ({ receiptId, problem }));

    test('what is sound has no findings', async () => {
      assert.deepEqual(await check(), []);
    });

    test('a receipt whose digest or path was changed is named, and no other', async () => {
      const [id] = receiptIds;
      for (const damage of [
        sql`update receipt set digest = sha256(digest) where id = ${id}`,
        sql`update receipt set nonce = sha256(nonce) where id = ${id}`,
        sql`update receipt set path = sha256(path) where id = ${id}`,
      ]) {
        const findings = await findAfter(damage);
        assert.deepEqual(
          findings.map(({ receiptId, problem }) => [receiptId, problem.slice(0, 3)]),
          [
            [id, 'a: '],
            [id, 'b: '],
          ],
        );
      }
    });

    test('a proof, a block or a status that was changed is found for every receipt that rests on it', async () => {
      const cut = await findAfter(sql`update submission set upgrade = substr(upgrade, 1, 40) where calendar = 'a'`);
      assert.deepEqual(
        cut.map(({ receiptId }) => receiptId),
        receiptIds,
      );
      assert.deepEqual(
        await findAfter(sql`update submission set block_height = block_height + 1 where calendar = 'a'`),
        everyReceipt(`a: the chain has no valid block ${BLOCK_HEIGHT + 1}`),
      );
      assert.deepEqual(
        await findAfter(sql`update round set status = 'pending', pinned_at = null`),
        everyReceipt('the round says pending, its submissions say pinned'),
      );
      assert.deepEqual(await findAfter(sql`delete from submission`), [
        ...receiptIds.flatMap((receiptId) => [
          { receiptId, problem: 'the round says pinned, its submissions say pending' },
          { receiptId, problem: 'no calendar ever accepted its round' },
        ]),
      ]);
    });

    test('what is called confirmed has to be in the chain as it is now', async () => {
      assert.deepEqual(
        await check(mineHeader(new Uint8Array(32), BLOCK_TIME)),
        everyReceipt(`a: the proof does not lead to the Merkle root of block ${BLOCK_HEIGHT}`),
      );
      for (const served of [spoilHeader(header), null]) {
        assert.deepEqual(await check(served), everyReceipt(`a: the chain has no valid block ${BLOCK_HEIGHT}`));
      }
    });
  });
}
