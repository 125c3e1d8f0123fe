import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import type { CreditEntry, PurseId } from '../../src/core/meter/ledger.ts';
import type { Store } from '../../src/core/store.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';

const NOW = Date.parse('2026-05-14T14:00:00Z');
const RUNS = 25;

for (const engine of ENGINES) {
  describe(`the ledger (${engine})`, () => {
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

    const newPurse = (): PurseId => `pack:${randomUUID()}`;

    function credit(purse: PurseId, amount: number, reference: string, accountId: string | null = null) {
      const move = { purse, amount, reason: 'pack_purchase', reference, now: NOW, accountId };
      return store.transact(({ ledger }) => ledger.credit(move));
    }

    function spend(purse: PurseId, amount: number, reference: string, from = store) {
      const move = { purse, amount, reason: 'anchor', reference, now: NOW };
      return from.transact(({ ledger }) => ledger.spendUpTo(move));
    }

    /** Sum of the lines, each line's balance and the purse agree, and lines are numbered without gaps. */
    async function assertBalanced(purse: PurseId): Promise<number> {
      const entries = (await store.ledger.listEntries(purse, null, 10_000)).toReversed();
      let sum = 0;
      for (const [i, entry] of entries.entries()) {
        sum += entry.delta;
        assert.deepEqual([entry.sequence, entry.balance], [i + 1, sum]);
        assert.ok(entry.balance >= 0);
      }
      assert.equal(await store.ledger.balance(purse), sum);
      return sum;
    }

    test('after any order of credits and spends, lines, balances and a plain sum agree', async () => {
      const move = fc.record({
        isCredit: fc.boolean(),
        amount: fc.integer({ min: 1, max: 12 }),
        // Some causes come twice.
        reference: fc.integer({ min: 0, max: 15 }).map(String),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(move, { maxLength: 24 }), async (moves) => {
          const purse = newPurse();
          const seen = new Map<string, number>();
          let sum = 0;
          for (const { isCredit, amount, reference } of moves) {
            if (isCredit) {
              if (!seen.has(reference)) {
                sum += amount;
                seen.set(reference, amount);
              }
              assert.equal(await credit(purse, amount, reference), sum);
            } else {
              const earlier = seen.get(reference);
              const { taken, balance } = await spend(purse, amount, reference);
              if (earlier === undefined) {
                assert.equal(taken, Math.min(amount, sum));
                if (taken > 0) seen.set(reference, -taken);
                sum -= taken;
              } else {
                assert.equal(taken, Math.max(0, -earlier));
              }
              assert.equal(balance, sum);
            }
          }
          assert.equal(await assertBalanced(purse), sum);
        }),
        { numRuns: RUNS },
      );
    });

    test('many transactions that spend one purse at once never overspend and lose nothing', async () => {
      const purse = newPurse();
      await credit(purse, 60, 'order-1');
      const spends = Array.from({ length: 50 }, (_, i) => spend(purse, 1 + (i % 3), `spend-${i}`));
      const credits = Array.from({ length: 10 }, (_, i) => credit(purse, 2, `order-2-${i % 5}`));
      const results = await Promise.all(spends);
      await Promise.all(credits);
      const taken = results.reduce((sum, result) => sum + result.taken, 0);
      assert.equal(await assertBalanced(purse), 70 - taken);
      const last = await spend(purse, 1000, 'the-rest');
      assert.equal(taken + last.taken, 70);
      assert.equal(last.balance, 0);
    });

    test('a purse nobody filled has nothing to spend and gets no line', async () => {
      const purse = newPurse();
      assert.deepEqual(await spend(purse, 3, 'a'), { taken: 0, balance: 0 });
      await credit(purse, 2, 'order');
      await spend(purse, 2, 'b');
      assert.deepEqual(await spend(purse, 1, 'c'), { taken: 0, balance: 0 });
      assert.equal((await store.ledger.listEntries(purse, null, 10)).length, 2);
    });

    test('what was not committed did not happen; what was, happens once, however often it is tried', async () => {
      const purse = newPurse();
      await credit(purse, 5, 'order');
      const failed = store.transact(async ({ ledger }) => {
        await ledger.spendUpTo({ purse, amount: 3, reason: 'anchor', reference: 'round-1', now: NOW });
        throw new Error('connection lost');
      });
      await assert.rejects(failed, /connection lost/);
      assert.equal(await assertBalanced(purse), 5);
      // Committed, and reported as failed: whoever tried tries again.
      assert.deepEqual(await spend(purse, 3, 'round-1'), { taken: 3, balance: 2 });
      assert.deepEqual(await spend(purse, 3, 'round-1'), { taken: 3, balance: 2 });
      assert.equal(await credit(purse, 5, 'order'), 2);
      assert.equal(await assertBalanced(purse), 2);
    });

    test('lines cannot be changed or deleted, whatever statement is sent', async () => {
      const purse = newPurse();
      await credit(purse, 5, 'order');
      for (const statement of [
        'update credit_entry set delta = 6',
        'delete from credit_entry',
        'truncate credit_entry',
        'insert into credit_entry select * from credit_entry on conflict (purse, sequence) do update set delta = 9',
      ]) {
        await assert.rejects(sql.raw(statement).execute(database.kysely), /append-only/, statement);
      }
      await assert.rejects(sql`update purse set balance = -1 where id = ${purse}`.execute(database.kysely), /check/);
      assert.equal(await assertBalanced(purse), 5);
    });

    test('what is not a positive whole number of credits moves nothing', async () => {
      const purse = newPurse();
      for (const amount of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
        await assert.rejects(credit(purse, amount, 'x'), RangeError);
        await assert.rejects(spend(purse, amount, 'x'), RangeError);
      }
      assert.deepEqual(await store.ledger.listEntries(purse, null, 10), []);
    });

    test('an account sees the lines of its own purses, all of them once, newest first', async () => {
      const accountId = randomUUID();
      const purses = [newPurse(), newPurse(), newPurse()];
      await credit(newPurse(), 1, 'somebody-elses', randomUUID());
      await credit(newPurse(), 1, 'nobodys');
      for (const [i, purse] of purses.entries()) {
        for (let n = 0; n < 4; n++) await credit(purse, 1 + i, `order-${n}`, accountId);
      }
      const seen: CreditEntry[] = [];
      for (;;) {
        const page = await store.ledger.listAccountEntries(accountId, seen.at(-1) ?? null, 5);
        if (page.length === 0) break;
        seen.push(...page);
      }
      assert.equal(seen.length, 12);
      assert.equal(new Set(seen.map(({ purse, sequence }) => `${purse} ${sequence}`)).size, 12);
      const listed = await store.ledger.listPurses(accountId, 100);
      assert.deepEqual(
        listed.map(({ id }) => id),
        purses.toSorted(),
      );
      const newest = await store.ledger.listEntries(purses[0]!, 4, 2);
      assert.deepEqual(
        newest.map(({ sequence }) => sequence),
        [3, 2],
      );
    });
  });

  describe(`subscriptions (${engine})`, () => {
    test('one counts until its end, and a new one of the product takes its place', async () => {
      await using files = await createTestDatabase(engine);
      await using database = await openDatabase(files.location);
      const store = createStore(database);
      const pro = {
        accountId: randomUUID(),
        product: 'proofd',
        plan: 'proofd-pro',
        paidUntil: NOW + 1000,
        providerReference: 'sub_1',
      } as const;
      await store.transact(({ subscription }) => subscription.save(pro));
      assert.deepEqual(await store.subscription.findActive(pro.accountId, 'proofd', NOW + 999), pro);
      assert.equal(await store.subscription.findActive(pro.accountId, 'proofd', NOW + 1000), null);
      assert.equal(await store.subscription.findActive(pro.accountId, 'orphograph', NOW), null);
      assert.equal(await store.subscription.findActive(randomUUID(), 'proofd', NOW), null);
      const business = { ...pro, plan: 'proofd-business', paidUntil: NOW + 5000, providerReference: null } as const;
      await store.transact(({ subscription }) => subscription.save(business));
      assert.deepEqual(await store.subscription.findActive(pro.accountId, 'proofd', NOW + 1000), business);
    });
  });
}
