import { sql, type Transaction } from 'kysely';
import type { RelayWriter } from '../core/relay/store.ts';
import type { Schema } from './schema.ts';

export function createRelayWriter(transaction: Transaction<Schema>): RelayWriter {
  return {
    async isBlocked(certId) {
      const row = await transaction
        .selectFrom('relay_block')
        .select('cert_id')
        .where('cert_id', '=', certId)
        .executeTakeFirst();
      return row !== undefined;
    },

    async block(certId, now) {
      await transaction
        .insertInto('relay_block')
        .values({ cert_id: certId, blocked_at: new Date(now) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      // What waits is not wanted either.
      await transaction.deleteFrom('relay_mail').where('cert_id', '=', certId).execute();
    },

    async insertMail({ id, accountId, certId, message, replyTo, blockToken }, now) {
      await transaction
        .insertInto('relay_mail')
        .values({
          ...{ id, account_id: accountId, cert_id: certId, message, reply_to: replyTo },
          block_token: blockToken,
          due_at: new Date(now),
        })
        .execute();
    },

    async claimMails(now, leaseUntil, limit) {
      const { rows } = await sql<{
        id: string;
        account_id: string;
        cert_id: string;
        message: string;
        reply_to: string | null;
        block_token: string;
        attempts: number;
      }>`
        update relay_mail set due_at = ${new Date(leaseUntil)}, attempts = attempts + 1
        where id in (
          select id from relay_mail where due_at <= ${new Date(now)}
          order by due_at limit ${limit} for update skip locked)
        returning id, account_id, cert_id, message, reply_to, block_token, attempts`.execute(transaction);
      return rows.map((row) => ({
        ...{ id: row.id, accountId: row.account_id, certId: row.cert_id, message: row.message, replyTo: row.reply_to },
        blockToken: row.block_token,
        attempts: row.attempts - 1,
      }));
    },

    async postponeMail(id, dueAt) {
      await transaction
        .updateTable('relay_mail')
        .set({ due_at: new Date(dueAt) })
        .where('id', '=', id)
        .execute();
    },

    async deleteMail(id) {
      await transaction.deleteFrom('relay_mail').where('id', '=', id).execute();
    },
  };
}
