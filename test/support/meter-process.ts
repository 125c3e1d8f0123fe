import { writeSync } from 'node:fs';
import { systemClock } from '../../src/app/system.ts';
import { openMeter } from '../../src/core/meter/meter.ts';
import { type DatabaseLocation, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createUsageJournals } from '../../src/store/usage-journal.ts';

/** What `metering survives kill -9` gives this program as its argument. */
export interface MeterLoad {
  readonly location: DatabaseLocation;
  readonly journals: string;
  readonly accountIds: readonly string[];
  readonly policy: { readonly freeCallsPerMonth: number; readonly callsPerCredit: number };
  /** Calls under way at once, for each account. */
  readonly concurrency: number;
}

/** Counts calls as fast as it can until it is killed, and writes the index of the account for each that was allowed. */
const { location, journals, accountIds, policy, concurrency } = JSON.parse(process.argv[2]!) as MeterLoad;
const database = await openDatabase(location);
const meter = await openMeter({
  store: createStore(database),
  journals: createUsageJournals(journals),
  policy,
  clock: systemClock,
  onError: (error) => console.error(error),
});
for (const [index, accountId] of accountIds.entries()) {
  for (let i = 0; i < concurrency; i++) void callOn(index, accountId);
}

async function callOn(index: number, accountId: string): Promise<void> {
  while ((await meter.take(accountId)) === 'allowed') writeSync(1, String(index));
  writeSync(1, 'x');
}
