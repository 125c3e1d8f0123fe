import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { systemRandom } from '../../src/app/system.ts';
import { MAINNET_ANCHOR_POLICY } from '../../src/core/anchor/policy.ts';
import { ReorganisationWatch } from '../../src/core/anchor/reorganisation.ts';
import { buildRound } from '../../src/core/anchor/round.ts';
import type { Store } from '../../src/core/store.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { acceptedSubmission } from '../support/submissions.ts';

const NOW = 1_800_000_000_000;

for (const engine of ENGINES) {
  describe(`what workers write (${engine})`, () => {
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

    /** A round that two calendars, a and b, have accepted and that is due. */
    async function insertRound(): Promise<{ id: string; receiptId: string }> {
      const requests = [{ digest: new Uint8Array(randomBytes(32)), sha512: null, label: null, owner: null }];
      const { round, receipts } = buildRound(requests, NOW, systemRandom);
      const submissions = ['a', 'b'].map((calendar) => acceptedSubmission(round, calendar, NOW));
      await store.transact(({ anchor }) => anchor.insertRound(round, receipts, submissions));
      return { id: round.id, receiptId: receipts[0]!.id };
    }

    const confirmed = { height: 7, hash: new Uint8Array(32).fill(7), time: 1 };
    const claimAll = () => store.transact(({ anchor }) => anchor.claimDue('pending', NOW, NOW + 1_000, 100));

    test('a submission is claimed by one worker at a time, and again when the lease is over', async () => {
      const { id } = await insertRound();
      const [first, second] = await Promise.all([claimAll(), claimAll()]);
      const ofRound = [...first, ...second].filter(({ roundId }) => roundId === id);
      assert.equal(ofRound.length, 2);
      const later = await store.transact(({ anchor }) => anchor.claimDue('pending', NOW + 1_000, NOW + 2_000, 100));
      assert.equal(later.filter(({ roundId }) => roundId === id).length, 2);
    });

    test('a worker whose lease is lost changes nothing any more', async () => {
      const { id, receiptId } = await insertRound();
      const stale = (await claimAll()).filter(({ roundId }) => roundId === id);
      const fresh = (
        await store.transact(({ anchor }) => anchor.claimDue('pending', NOW + 1_000, NOW + 9_000, 100))
      ).filter(({ roundId }) => roundId === id);
      await store.transact(({ anchor }) =>
        anchor.updateClaimed(
          fresh.map((claim) => ({
            ...claim,
            state: 'confirmed',
            upgrade: Uint8Array.of(3),
            block: confirmed,
            dueAt: null,
          })),
          NOW + 9_000,
        ),
      );
      await store.transact(({ anchor }) =>
        anchor.updateClaimed(
          stale.map((claim) => ({ ...claim, error: 'stale' })),
          NOW + 1_000,
        ),
      );
      const { submissions } = (await store.anchor.findReceipt(receiptId))!;
      assert.deepEqual(
        submissions.map(({ state, error }) => [state, error]),
        [
          ['confirmed', null],
          ['confirmed', null],
        ],
      );
      assert.deepEqual(submissions[0]!.block!.height, 7);
    });

    test('a round is overdue once however often it was sent, and no more when it is given up', async () => {
      const { id } = await insertRound();
      const countOverdue = async () => (await store.anchor.countAnchors(NOW, NOW + 1)).overdue;
      const { a, b } = await countOverdue();
      const claims = (await claimAll()).filter(({ roundId }) => roundId === id);
      const [ofA, ofB] = claims.toSorted((one, other) => (one.calendar < other.calendar ? -1 : 1));
      await store.transact(async ({ anchor }) => {
        await anchor.saveSubmission({ ...ofB!, attempt: 2 });
        await anchor.updateClaimed([{ ...ofA!, dueAt: null }], ofA!.dueAt!);
      });
      const later = await countOverdue();
      assert.deepEqual([later.a ?? 0, later.b], [a! - 1, b]);
    });

    test('two workers that change one round at once leave it with the status of both changes', async () => {
      const { id, receiptId } = await insertRound();
      const [a, b] = (await claimAll()).filter(({ roundId }) => roundId === id);
      const gate = Promise.withResolvers<void>();
      const slow = store.transact(async ({ anchor }) => {
        await anchor.updateClaimed(
          [{ ...a!, state: 'confirmed', upgrade: Uint8Array.of(3), block: confirmed, dueAt: null }],
          a!.dueAt!,
        );
        await gate.promise;
        await anchor.refreshRounds([id], NOW);
      });
      const quick = store.transact(async ({ anchor }) => {
        await anchor.updateClaimed([{ ...b!, state: 'attested', upgrade: Uint8Array.of(3) }], b!.dueAt!);
        gate.resolve();
        await anchor.refreshRounds([id], NOW);
      });
      // The embedded engine runs one transaction at a time; the second one there waits for the first.
      if (engine === 'pglite') gate.resolve();
      await Promise.all([slow, quick]);
      assert.equal((await store.anchor.findReceipt(receiptId))!.round.status, 'pinned');
    });

    test('a source that is behind takes no confirmation back; one with another block there does', async () => {
      const { id, receiptId } = await insertRound();
      const claims = (await claimAll()).filter(({ roundId }) => roundId === id);
      const block = { height: 11, hash: new Uint8Array(randomBytes(32)), time: 1 };
      await store.transact(async ({ anchor }) => {
        await anchor.updateClaimed(
          claims.map((claim) => ({ ...claim, state: 'confirmed', upgrade: Uint8Array.of(3), block, dueAt: null })),
          claims[0]!.dueAt!,
        );
        await anchor.refreshRounds([id], NOW);
      });
      const readStatus = async () => (await store.anchor.findReceipt(receiptId))!.round.status;
      let known: Uint8Array | null = null;
      const watch = new ReorganisationWatch({
        store,
        chain: { blockHash: async () => known },
        clock: { now: () => NOW },
        policy: MAINNET_ANCHOR_POLICY,
      });
      assert.equal(await watch.undo({ height: 5, hash: new Uint8Array(32).fill(5) }), 0);
      assert.equal(await readStatus(), 'pinned');
      known = new Uint8Array(32).fill(12);
      assert.ok((await watch.undo({ height: 12, hash: known })) >= 1);
      assert.equal(await readStatus(), 'pending');
    });

    test('a replaced block takes its confirmations back, and the round with them', async () => {
      const { id, receiptId } = await insertRound();
      const claims = (await claimAll()).filter(({ roundId }) => roundId === id);
      const block = { height: 9, hash: new Uint8Array(randomBytes(32)), time: 1 };
      await store.transact(async ({ anchor }) => {
        await anchor.updateClaimed(
          [{ ...claims[0]!, state: 'confirmed', upgrade: Uint8Array.of(3), block, dueAt: null }],
          claims[0]!.dueAt!,
        );
        await anchor.refreshRounds([id], NOW);
      });
      assert.equal((await store.anchor.findReceipt(receiptId))!.round.pinnedAt, NOW);
      assert.ok((await store.anchor.listConfirmedBlocks(144)).some(({ hash }) => Buffer.from(hash).equals(block.hash)));
      await store.transact(async ({ anchor }) => {
        const rounds = await anchor.unconfirmBlock(block, { dueAt: NOW + 5, resubmitAt: NOW + 6 });
        assert.deepEqual(rounds, [id]);
        await anchor.refreshRounds(rounds, NOW);
      });
      const { round, submissions } = (await store.anchor.findReceipt(receiptId))!;
      assert.deepEqual([round.status, round.pinnedAt], ['pending', null]);
      assert.deepEqual(
        submissions.map(({ state, upgrade }) => [state, upgrade]),
        [
          ['pending', null],
          ['pending', null],
        ],
      );
    });
  });
}
