import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../../src/core/store.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { findPublicProofs } from '../../src/web/public-proofs.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';

const NOW = Date.parse('2026-05-14T14:00:00Z');

for (const engine of ENGINES) {
  describe(`what is public about a digest (${engine})`, () => {
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
    const find = (digest: Uint8Array) =>
      findPublicProofs(digest, { timestamps: store.timestamp, certificates: store.certificate });

    test('timestamps of every account are found by digest, and nothing of their owners or files is told', async () => {
      const digest = new Uint8Array(randomBytes(32));
      const accounts = [randomUUID(), randomUUID()];
      for (const [i, accountId] of accounts.entries()) {
        await store.transact(({ timestamp }) =>
          timestamp.insert({
            id: randomUUID(),
            accountId,
            certificateId: `TS-00000${i}`,
            createdAt: NOW + i,
            receiptId: randomBytes(12).toString('base64url'),
            roundId: randomUUID(),
            digest,
            filename: 'secret-plan.pdf',
            sizeBytes: 5,
            type: null,
          }),
        );
      }
      const found = await find(digest);
      assert.deepEqual(
        found.map(({ id, path, at, state }) => ({ id, path, at, state })),
        accounts.map((_, i) => ({ id: `TS-00000${i}`, path: `/cert/TS-00000${i}`, at: NOW + i, state: 'waiting' })),
      );
      const told = JSON.stringify(found);
      for (const secret of ['secret-plan', ...accounts]) assert.ok(!told.includes(secret), secret);
      assert.deepEqual(await find(new Uint8Array(randomBytes(32))), []);
    });
  });
}
