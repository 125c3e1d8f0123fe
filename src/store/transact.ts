import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** Serialization failure and deadlock: distributed engines answer with these in normal operation and expect a retry. */
const RETRYABLE_SQLSTATES = new Set(['40001', '40P01']);
const MAX_ATTEMPTS = 8;
const FIRST_RETRY_MS = 5;

/** Runs `work` in one transaction, again from the start when the engine asks for it. `work` may run several times. */
export async function transact<T>(
  kysely: Kysely<Schema>,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await kysely.transaction().execute(work);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !RETRYABLE_SQLSTATES.has(sqlState(error))) throw error;
      // Those that met are sent apart by chance, further with every meeting.
      await delay(Math.random() * FIRST_RETRY_MS * 2 ** attempt);
    }
  }
}

/** The five-character SQLSTATE of a database error, or the empty string. */
export function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
