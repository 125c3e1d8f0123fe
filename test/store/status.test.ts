import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { HISTORY_DAYS, type Looked, listDays, StatusWorker } from '../../src/core/status/look.ts';
import type { Store } from '../../src/core/store.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';

const START = Date.parse('2026-05-14T23:59:30Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const GOOD: Looked = { calendars: [{ name: 'a', reachable: true }], isBitcoinReachable: true };
const BAD: Looked = { calendars: [{ name: 'a', reachable: false }], isBitcoinReachable: false };

for (const engine of ENGINES) {
  describe(`the history of what worked (${engine})`, () => {
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
    const look = async (now: number, looked: Looked) =>
      new StatusWorker({ store, clock: { now: () => now, sleep: async () => {} }, look: async () => looked }).run();

    test('looks are counted by day, whoever looks, and old days are forgotten', async () => {
      await look(START, GOOD);
      await look(START, BAD);
      await look(START + 60_000, GOOD);
      const rows = await store.status.listSince('2026-01-01');
      const row = (day: string, part: string, looks: number, good: number) => ({ day, part, looks, good });
      assert.deepEqual(rows, [
        ...['bitcoin', 'calendar:a', 'server'].map((part) => row('2026-05-14', part, 2, 1)),
        ...['bitcoin', 'calendar:a', 'server'].map((part) => row('2026-05-15', part, 1, 1)),
      ]);
      await look(START + HISTORY_DAYS * DAY_MS + 60_000, GOOD);
      const days = new Set((await store.status.listSince('2026-01-01')).map(({ day }) => day));
      assert.deepEqual([...days], ['2026-05-15', '2026-08-13']);
    });

    test('looks at once by several processes are all counted', async () => {
      const now = START + 400 * DAY_MS;
      await Promise.all(Array.from({ length: 20 }, (_, i) => look(now, i % 4 === 0 ? BAD : GOOD)));
      const rows = await store.status.listSince(listDays(now).at(-1)!);
      assert.deepEqual(
        rows.map(({ looks, good }) => [looks, good]),
        Array.from({ length: 3 }, () => [20, 15]),
      );
    });
  });
}

test('the days shown end today and are as many as are kept', () => {
  const days = listDays(START);
  assert.equal(days.length, HISTORY_DAYS);
  assert.equal(days.at(-1), '2026-05-14');
  assert.equal(days[0], '2026-02-14');
});
