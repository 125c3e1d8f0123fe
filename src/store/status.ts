import { type Kysely, sql, type Transaction } from 'kysely';
import type { StatusReader, StatusWriter } from '../core/status/store.ts';
import type { Schema } from './schema.ts';

export function createStatusReader(kysely: Kysely<Schema>): StatusReader {
  return {
    listSince: (day) =>
      kysely.selectFrom('status_day').selectAll().where('day', '>=', day).orderBy('day').orderBy('part').execute(),
  };
}

export function createStatusWriter(transaction: Transaction<Schema>): StatusWriter {
  return {
    async countLook(day, parts) {
      if (parts.length === 0) return;
      await transaction
        .insertInto('status_day')
        .values(parts.map(({ part, isGood }) => ({ day, part, looks: 1, good: isGood ? 1 : 0 })))
        .onConflict((conflict) =>
          conflict.columns(['day', 'part']).doUpdateSet({
            looks: sql`status_day.looks + excluded.looks`,
            good: sql`status_day.good + excluded.good`,
          }),
        )
        .execute();
    },

    async forgetBefore(day) {
      await transaction.deleteFrom('status_day').where('day', '<', day).execute();
    },
  };
}
