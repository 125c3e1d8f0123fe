import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import { systemRandom } from '../../src/app/system.ts';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { checkAnchors, type Finding } from '../../src/core/anchor/fsck.ts';
import { buildRound } from '../../src/core/anchor/round.ts';
import { type CertificateFinding, checkCertificates } from '../../src/core/certificate/check-certificates.ts';
import type { CertificateKey } from '../../src/core/certificate/signer.ts';
import type { ChainReader } from '../../src/core/chain.ts';
import { hashLeaf } from '../../src/proof/merkle/rfc6962.ts';
import { parseTlogProof, verifyTlogProof } from '../../src/proof/note/tlog-proof.ts';
import { parseVerifierKey } from '../../src/proof/note/verifier-key.ts';
import { encodeTimestamp } from '../../src/proof/ots/codec.ts';
import { createTimestamp } from '../../src/proof/ots/timestamp.ts';
import { createAnchorReader } from '../../src/store/anchor-reader.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { type Issuing, issue, retitle, revoke } from '../certificate/people.ts';
import { attestedPath, BLOCK_HEIGHT, BLOCK_TIME, confirmDue } from '../support/attested-path.ts';
import { startCertification } from '../support/certification.ts';
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

    describe('certificates', () => {
      const cleanup = new AsyncDisposableStack();
      let world: Awaited<ReturnType<typeof startCertification>>;
      let issuing: Issuing;
      before(async () => {
        const store = createStore(database);
        world = await startCertification(store, cleanup);
        issuing = { store, issuer: world.certification.issuer };
      });
      after(() => cleanup.disposeAsync());

      function trustOf(keys: readonly CertificateKey[] = world.certificateKeys.keys) {
        const { origin, verifierKey } = world.log;
        return { keys, log: { origin, logKeys: [parseVerifierKey(verifierKey)], witnessKeys: [] } };
      }

      function checkAll(trust = trustOf()): Promise<CertificateFinding[]> {
        const { documents } = world.certification;
        const parts = { reader: issuing.store.certificate, documents, trust, verify: verifyEd25519, onProgress() {} };
        return Array.fromAsync(checkCertificates(parts));
      }

      /** What is found while a value of a row is another one. */
      async function findWhile(
        { table, where }: { readonly table: string; readonly where: RawBuilder<unknown> },
        column: string,
        value: RawBuilder<unknown>,
      ): Promise<CertificateFinding[]> {
        const { kysely } = database;
        const [name, rows] = [sql.ref(column), sql.table(table)];
        const { rows: kept } = await sql<{ value: unknown }>`
          select ${name} as value from ${rows} where ${where}`.execute(kysely);
        await sql`update ${rows} set ${name} = ${value} where ${where}`.execute(kysely);
        const found = await checkAll();
        await sql`update ${rows} set ${name} = ${kept[0]!.value} where ${where}`.execute(kysely);
        return found;
      }

      test('every version of every certificate is verified, and what is not as it was signed and logged is named', async () => {
        const [{ id }, { id: revoked }] = [await issue(issuing), await issue(issuing)];
        await retitle(issuing, id, 'Another title');
        await world.log.awaitPublished((await revoke(issuing, revoked)).sequence);
        assert.deepEqual(await checkAll(), []);

        const newest = { table: 'certificate', where: sql`id = ${id}` };
        const first = { table: 'certificate_version', where: sql`certificate_id = ${id}` };
        const other = 'The entry commits to another signed manifest.';
        const unsigned = 'The signature is not of this manifest.';
        const cases = [
          [newest, 'signature', sql`sha512(signature)`, 2, [unsigned, other]],
          [newest, 'salt', sql`sha256(salt)`, 2, [other]],
          [newest, 'manifest_json', sql`replace(manifest_json, 'Another', 'No')`, 2, [unsigned, other]],
          [newest, 'key_id', sql`'key_none'`, 2, ['the key key_none is not known']],
          [newest, 'salt', sql`null`, 2, ['its author was erased']],
          [first, 'manifest_json', sql`replace(manifest_json, 'Lighthouse', 'No')`, 1, [unsigned, other]],
          [first, 'version', sql`9`, 1, ['this version is not stored']],
        ] as const;
        for (const [row, column, value, version, problems] of cases) {
          assert.deepEqual(
            await findWhile(row, column, value),
            problems.map((problem) => ({ certificateId: id, version, problem })),
          );
        }
        const swapped = await findWhile(newest, 'work_sha256', sql`sha256(work_sha256)`);
        assert.deepEqual(
          new Set(swapped.map(({ problem }) => problem)),
          new Set(['It is about a work with another digest.']),
        );
        const [key] = world.certificateKeys.keys;
        const ended = await checkAll(trustOf([{ ...key!, validUntil: Date.now() - 3_600_000 }]));
        assert.ok(ended.length >= 4 && ended.every(({ problem }) => problem.startsWith('The key was not valid at ')));
        assert.deepEqual(await checkAll(), []);
      });

      test('what an erased certificate leaves behind is sound, and its old proof in the log still holds', async () => {
        const { id, sequence } = await issue(issuing);
        await world.log.awaitPublished(sequence);
        const proof = parseTlogProof(new TextEncoder().encode(await world.log.prove(sequence)));
        const leaf = await world.log.readLeaf(sequence);
        await issuing.store.transact(({ certificate }) => certificate.erase(id));
        assert.deepEqual(await checkAll(), []);
        assert.deepEqual(await world.log.readLeaf(sequence), leaf);
        const { log } = trustOf();
        assert.ok(verifyTlogProof(proof, hashLeaf(leaf), log, verifyEd25519).checkpoint.size >= sequence);
      });
    });
  });
}
