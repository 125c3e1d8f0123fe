import { sql, type Transaction } from 'kysely';
import type { MailOutboxWriter } from '../core/account/mail-outbox.ts';
import type { Schema } from './schema.ts';

export function createMailOutboxWriter(transaction: Transaction<Schema>): MailOutboxWriter {
  return {
    async insert({ id, sealed, createdAt }, dueAt) {
      await transaction
        .insertInto('account_mail')
        .values({ id, sealed, created_at: new Date(createdAt), due_at: new Date(dueAt) })
        .execute();
    },

    async claim(now, leaseUntil, limit) {
      const { rows } = await sql<{ id: string; sealed: string; attempts: number; created_at: Date }>`
        update account_mail set due_at = ${new Date(leaseUntil)}, attempts = attempts + 1
        where id in (
          select id from account_mail where due_at <= ${new Date(now)}
          order by due_at limit ${limit} for update skip locked)
        returning id, sealed, attempts, created_at`.execute(transaction);
      return rows.map(({ created_at, ...row }) => ({ ...row, createdAt: created_at.getTime() }));
    },

    async postpone(id, dueAt) {
      await transaction
        .updateTable('account_mail')
        .set({ due_at: new Date(dueAt) })
        .where('id', '=', id)
        .execute();
    },

    async delete(id) {
      await transaction.deleteFrom('account_mail').where('id', '=', id).execute();
    },
  };
}
