import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { systemClock } from '../../src/app/system.ts';
import type { Clock } from '../../src/base/clock.ts';
import { type Meter, type MeterParts, openMeter } from '../../src/core/meter/meter.ts';
import { type CallPolicy, DOCUMENTED_CALL_POLICY } from '../../src/core/meter/policy.ts';
import type { Store } from '../../src/core/store.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createUsageJournals } from '../../src/store/usage-journal.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { ManualClock } from '../support/manual-clock.ts';

const START = Date.parse('2026-05-14T14:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const SMALL: CallPolicy = { freeCallsPerMonth: 7, callsPerCredit: 3 };
const RUNS = 20;

/** What the contract says of one account, call by call. */
class Model {
  calls = 0;
  paidAhead = 0;
  credits = 0;
  readonly #policy: CallPolicy;

  constructor(policy: CallPolicy) {
    this.#policy = policy;
  }

  take(): boolean {
    if (this.calls >= this.#policy.freeCallsPerMonth) {
      if (this.paidAhead === 0) {
        if (this.credits === 0) return false;
        this.credits--;
        this.paidAhead = this.#policy.callsPerCredit;
      }
      this.paidAhead--;
    }
    this.calls++;
    return true;
  }

  report(month: string) {
    const { freeCallsPerMonth: free, callsPerCredit } = this.#policy;
    return {
      month,
      freeQuota: free,
      freeUsed: Math.min(this.calls, free),
      freeRemaining: Math.max(0, free - this.calls),
      paidCalls: Math.max(0, this.calls - free),
      paidPending: this.paidAhead === 0 ? 0 : callsPerCredit - this.paidAhead,
      callsPerCredit,
      credits: this.credits,
      callsRemaining: Math.max(0, free - this.calls) + this.credits * callsPerCredit + this.paidAhead,
    };
  }
}

function failWhile(isDown: () => boolean, store: Store): Store {
  return {
    ...store,
    transact: (work) => (isDown() ? Promise.reject(new Error('connection lost')) : store.transact(work)),
  };
}

const monthAt = (clock: Clock) => new Date(clock.now()).toISOString().slice(0, 7);

for (const engine of ENGINES) {
  describe(`metering (${engine})`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    let folder: string;
    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
      folder = await mkdtemp(join(tmpdir(), 'touchmark-usage-'));
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    const open = (parts: Partial<MeterParts> = {}) =>
      openMeter({
        store,
        journals: createUsageJournals(folder),
        policy: SMALL,
        clock: systemClock,
        onError: (error) => assert.fail(String(error)),
        ...parts,
      });

    async function buy(accountId: string, amount: number): Promise<void> {
      const purse = `trackorigin:${accountId}` as const;
      const reference = randomUUID();
      await store.transact(({ ledger }) =>
        ledger.credit({ purse, accountId, amount, reason: 'credit_purchase', reference, now: START }),
      );
    }

    async function takeMany(meter: Meter, accountId: string, count: number): Promise<number> {
      const outcomes = await Promise.all(Array.from({ length: count }, () => meter.take(accountId)));
      return outcomes.filter((outcome) => outcome === 'allowed').length;
    }

    test('calls, purchases, months, restarts and crashes in any order cost what the contract says', async () => {
      const step = fc.oneof(
        { weight: 6, arbitrary: fc.record({ type: fc.constant('calls'), count: fc.integer({ min: 1, max: 9 }) }) },
        { weight: 2, arbitrary: fc.record({ type: fc.constant('buy'), count: fc.integer({ min: 1, max: 3 }) }) },
        { weight: 2, arbitrary: fc.record({ type: fc.constant('wait'), count: fc.integer({ min: 1, max: 12_000 }) }) },
        { weight: 1, arbitrary: fc.record({ type: fc.constant('month'), count: fc.constant(30 * DAY_MS) }) },
        { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('restart', 'crash'), count: fc.constant(0) }) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const clock = new ManualClock(START);
          const accountId = randomUUID();
          const model = new Model(SMALL);
          let isDown = false;
          const start = () => open({ clock, store: failWhile(() => isDown, store), onError: () => {} });
          let meter = await start();
          for (const { type, count } of steps) {
            const month = monthAt(clock);
            if (type === 'calls') {
              const expected = Array.from({ length: count }, () => model.take()).filter(Boolean).length;
              assert.equal(await takeMany(meter, accountId, count), expected);
            } else if (type === 'buy') {
              await buy(accountId, count);
              model.credits += count;
            } else if (type === 'restart' || type === 'crash') {
              // A process that cannot report what it counted leaves the same as one that was killed.
              isDown = type === 'crash';
              await meter[Symbol.asyncDispose]();
              isDown = false;
              meter = await start();
            } else {
              clock.advance(count);
            }
            if (monthAt(clock) !== month) model.calls = 0;
          }
          assert.deepEqual(await meter.usage(accountId), model.report(monthAt(clock)));
          await meter[Symbol.asyncDispose]();
          const entries = await store.ledger.listEntries(`trackorigin:${accountId}`, null, 1000);
          assert.equal(
            entries.reduce((sum, { delta }) => sum + delta, 0),
            model.credits,
          );
          assert.ok(entries.every(({ delta, reason }) => delta > 0 || reason === 'api_paid_calls'));
        }),
        { numRuns: RUNS },
      );
      assert.deepEqual(await readdir(folder), []);
    });

    test('a call is in the month in which it was made, and what was paid stays paid', async () => {
      const clock = new ManualClock(Date.parse('2026-05-31T23:59:59.500Z'));
      const accountId = randomUUID();
      await buy(accountId, 1);
      await using meter = await open({ clock });
      assert.equal(await takeMany(meter, accountId, 8), 8);
      clock.advance(1000);
      assert.equal(await takeMany(meter, accountId, 2), 2);
      const report = await meter.usage(accountId);
      assert.deepEqual(
        [report.month, report.freeUsed, report.paidCalls, report.credits, report.paidPending, report.callsRemaining],
        ['2026-06', 2, 0, 0, 1, 7],
      );
      assert.equal((await store.usage.find(accountId, '2026-05')).calls, 8);
      // Five free ones, and the two that May has paid for.
      assert.equal(await takeMany(meter, accountId, 9), 7);
    });

    test('bought credits work with the next call', async () => {
      const accountId = randomUUID();
      await using meter = await open({ clock: new ManualClock(START) });
      assert.equal(await takeMany(meter, accountId, 50), 7);
      for (let i = 0; i < 3; i++) {
        assert.equal(await meter.take(accountId), 'insufficient');
        await buy(accountId, 1);
        assert.equal(await meter.take(accountId), 'allowed');
        assert.equal(await takeMany(meter, accountId, 10), 2);
      }
    });

    test('counting takes no transaction for each call', async () => {
      let transactions = 0;
      const counted: Store = {
        ...store,
        transact(work) {
          transactions++;
          return store.transact(work);
        },
      };
      const accountId = randomUUID();
      const clock = new ManualClock(START);
      await buy(accountId, 1);
      await using meter = await open({ store: counted, clock, policy: DOCUMENTED_CALL_POLICY });
      for (let i = 0; i < 12; i++) assert.equal(await takeMany(meter, accountId, 1000), 1000);
      assert.ok(transactions < 120, `${transactions} transactions for 12,000 calls`);
      const { paidCalls, credits, callsRemaining } = await meter.usage(accountId);
      assert.deepEqual([paidCalls, credits, callsRemaining], [2000, 0, 3000]);
    });

    for (const isPersisted of [false, true]) {
      const how = isPersisted ? 'written but reported failed' : 'failed';
      test(`a commit that was ${how} neither loses calls nor counts them twice`, async () => {
        let failures = 0;
        const failing: Store = {
          ...store,
          async transact(work) {
            if (failures === 0) return store.transact(work);
            failures--;
            if (isPersisted) await store.transact(work);
            throw new Error('connection lost');
          },
        };
        const accountId = randomUUID();
        await buy(accountId, 2);
        const clock = new ManualClock(START);
        const meter = await open({ store: failing, clock, onError: () => {} });
        const model = new Model(SMALL);
        model.credits = 2;
        for (let i = 0; i < 13; i++) {
          failures = i % 3;
          const outcome = await meter.take(accountId).catch(() => 'failed');
          if (outcome !== 'failed') assert.equal(outcome === 'allowed', model.take());
          // Settling fails as well, now and then.
          failures = i % 2;
          clock.advance(1000);
          await delay(5);
        }
        failures = 0;
        while (model.take()) assert.equal(await meter.take(accountId), 'allowed');
        assert.equal(await meter.take(accountId), 'insufficient');
        assert.deepEqual(await meter.usage(accountId), model.report('2026-05'));
        await meter[Symbol.asyncDispose]();
        assert.equal((await store.usage.find(accountId, '2026-05')).calls, 13);
      });
    }

    test('with a journal that cannot be written, calls are in the database before they are answered', async () => {
      const journals = createUsageJournals(folder);
      const accountId = randomUUID();
      await using meter = await open({
        clock: new ManualClock(START),
        journals: {
          ...journals,
          async open() {
            const journal = await journals.open();
            journal.record = () => Promise.reject(new Error('no space left'));
            return journal;
          },
        },
      });
      assert.equal(await takeMany(meter, accountId, 4), 4);
      assert.equal((await store.usage.find(accountId, '2026-05')).calls, 4);
    });

    test('two nodes together allow exactly what there is, and debit each block once', async () => {
      const policy = { freeCallsPerMonth: 900, callsPerCredit: 200 };
      const accountId = randomUUID();
      await buy(accountId, 3);
      await using other = engine === 'postgres' ? await openDatabase(files.location) : null;
      const month = monthAt(systemClock);
      const meters = await Promise.all([
        open({ policy }),
        open({ policy, store: other === null ? store : createStore(other) }),
      ]);
      let allowed = 0;
      await Promise.all(
        meters.flatMap((meter) =>
          Array.from({ length: 10 }, async () => {
            for (let i = 0; i < 100; i++) if ((await meter.take(accountId)) === 'allowed') allowed++;
          }),
        ),
      );
      assert.equal(allowed, 1500);
      for (const meter of meters) await meter[Symbol.asyncDispose]();
      assert.deepEqual(await store.usage.find(accountId, month), { calls: 1500, paidAhead: 0, credits: 0 });
      const debits = (await store.ledger.listEntries(`trackorigin:${accountId}`, null, 100)).filter(
        ({ delta }) => delta < 0,
      );
      assert.equal(
        debits.reduce((sum, { delta }) => sum + delta, 0),
        -3,
      );
    });

    test('nobody is refused for what lies unused with another node', async () => {
      const accountId = randomUUID();
      const policy = { freeCallsPerMonth: 40, callsPerCredit: 10 };
      await using idle = await open({ policy });
      await using busy = await open({ policy });
      assert.equal(await idle.take(accountId), 'allowed');
      assert.equal(await takeMany(busy, accountId, 60), 39);
      assert.equal(await idle.take(accountId), 'insufficient');
    });

    test('a journal that comes back out of a backup is not billed again', async () => {
      const accountId = randomUUID();
      const own = join(folder, 'restored');
      const clock = new ManualClock(START);
      let isDown = false;
      const parts = { clock, journals: createUsageJournals(own), onError: () => {} };
      const killed = await open({ ...parts, store: failWhile(() => isDown, store) });
      assert.equal(await takeMany(killed, accountId, 5), 5);
      isDown = true;
      await killed[Symbol.asyncDispose]();
      const [node] = await readdir(own);
      const backup = join(folder, 'backup');
      await cp(join(own, node!), backup, { recursive: true });
      await (await open(parts))[Symbol.asyncDispose]();
      await cp(backup, join(own, node!), { recursive: true });
      await (await open(parts))[Symbol.asyncDispose]();
      assert.equal((await store.usage.find(accountId, '2026-05')).calls, 5);
      assert.deepEqual(await readdir(own), []);
      await rm(own, { recursive: true });
      await rm(backup, { recursive: true });
    });

    test('a journal is replayed as far as it is whole, and kept short', async () => {
      const journals = createUsageJournals(join(folder, 'codec'));
      const journal = await journals.open();
      const accounts = Array.from({ length: 400 }, (_, i) => `account "${i}"\n`);
      const grants = accounts.map((accountId) => ({ accountId, month: '2026-05', calls: 0 }));
      for (let i = 0; i < 100; i++) {
        for (const grant of grants) grant.calls += 1;
        await Promise.all(grants.map((grant) => journal.record(grant)));
      }
      assert.equal(journal.isLong(), true);
      journal.compact(grants.slice(0, 3));
      assert.equal(journal.isLong(), false);
      grants[0]!.calls = 500;
      await journal.record(grants[0]!);
      assert.deepEqual(await journals.listAbandoned(), [], 'the journal of a running process is nobody elses');
      await journal.close();
      const [abandoned] = await journals.listAbandoned();
      assert.deepEqual(
        abandoned!.counts.map(({ accountId, calls }) => [accountId, calls]),
        [
          [accounts[0], 500],
          [accounts[1], 100],
          [accounts[2], 100],
        ],
      );
      await abandoned!.remove();
      assert.deepEqual(await journals.listAbandoned(), []);
      await rm(join(folder, 'codec'), { recursive: true });
    });
  });
}
