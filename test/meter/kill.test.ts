import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../src/app/system.ts';
import { openMeter } from '../../src/core/meter/meter.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createUsageJournals } from '../../src/store/usage-journal.ts';
import { createTestDatabase, ENGINES } from '../support/databases.ts';
import type { MeterLoad } from '../support/meter-process.ts';

const PROGRAM = join(import.meta.dirname, '..', 'support', 'meter-process.ts');
const KILLS = 4;
const KILL_WITHIN_MS = 700;
/** More credits than can be used in the time there is. */
const POLICY = { freeCallsPerMonth: 200, callsPerCredit: 1000 };
const CREDITS = 100_000;
const CONCURRENCY = 8;

for (const engine of ENGINES) {
  test(`kill -9 at any moment under load forgets no answered call and bills none that was not made (${engine})`, async (t) => {
    await using cleanup = new AsyncDisposableStack();
    const files = cleanup.use(await createTestDatabase(engine));
    const journals = await mkdtemp(join(tmpdir(), 'touchmark-usage-'));
    cleanup.defer(() => rm(journals, { recursive: true, force: true }));
    const accountIds = Array.from({ length: 3 }, () => randomUUID());
    {
      await using database = await openDatabase(files.location);
      await createStore(database).transact(async ({ ledger }) => {
        for (const accountId of accountIds) {
          const move = { purse: `trackorigin:${accountId}`, amount: CREDITS, reason: 'credit_purchase' } as const;
          await ledger.credit({ ...move, accountId, reference: 'order', now: systemClock.now() });
        }
      });
    }

    const load: MeterLoad = {
      location: files.location,
      journals,
      accountIds,
      policy: POLICY,
      concurrency: CONCURRENCY,
    };
    const answered = accountIds.map(() => 0);
    for (let kill = 0; kill < KILLS; kill++) {
      for (const index of await runUntilKilled(load)) answered[index]!++;
    }

    await using database = await openDatabase(files.location);
    const store = createStore(database);
    const parts = { store, policy: POLICY, clock: systemClock, journals: createUsageJournals(journals) };
    await using meter = await openMeter({ ...parts, onError: (error) => assert.fail(String(error)) });
    for (const [index, accountId] of accountIds.entries()) {
      const { freeUsed, paidCalls, credits } = await meter.usage(accountId);
      const counted = freeUsed + paidCalls;
      t.diagnostic(`${answered[index]} calls answered, ${counted} counted`);
      assert.ok(counted >= answered[index]!, 'an answered call was forgotten');
      // What was counted and not yet answered when the process was killed.
      assert.ok(counted <= answered[index]! + KILLS * CONCURRENCY, 'calls were billed that were never made');
      assert.equal(CREDITS - credits, Math.ceil(paidCalls / POLICY.callsPerCredit));
      assert.ok(paidCalls > 0, 'the load went beyond what is free');
    }
    // That of this process is the only one left.
    assert.equal((await readdir(journals)).length, 1);
  });
}

/** The indexes of accounts whose calls were answered. */
async function runUntilKilled(load: MeterLoad): Promise<number[]> {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(load)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const started = once(child.stdout, 'data');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'close');
  await started;
  await delay(Math.random() * KILL_WITHIN_MS);
  child.kill('SIGKILL');
  await ended;
  assert.match(output, /^\d+$/);
  return Array.from(output, Number);
}
