import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** PostgreSQL's own default. What was written since the last one is kept twice, and is gone through after a crash. */
const CHECKPOINT_INTERVAL_MS = 5 * 60_000;
/** A pass reads only pages that changed: about 3 s for a million new receipts, during which everybody waits. */
const VACUUM_INTERVAL_MS = 3600_000;

/**
 * Does for the embedded engine, which is a single process, what background processes do in a PostgreSQL server. Without
 * checkpoints its log of changes is never cut; without vacuuming it stops for good after two billion transactions.
 */
export function startUpkeep(kysely: Kysely<Schema>): AsyncDisposable {
  let last: Promise<unknown> = Promise.resolve();
  const run = (statement: string) => {
    // What hinders these hinders every write as well, and is told there.
    last = last.then(() => sql.raw(statement).execute(kysely)).catch(() => {});
  };
  const timers = [
    setInterval(run, CHECKPOINT_INTERVAL_MS, 'checkpoint'),
    setInterval(run, VACUUM_INTERVAL_MS, 'vacuum (analyze)'),
  ];
  for (const timer of timers) timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer);
      await last;
    },
  };
}
