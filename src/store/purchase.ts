import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Plan } from '../core/meter/subscription.ts';
import type { ProviderSubscription, PurchaseReader, PurchaseWriter } from '../core/order/purchase-store.ts';
import type { OrderTables } from './order-tables.ts';
import type { Schema } from './schema.ts';

export function createPurchaseReader(kysely: Kysely<Schema>): PurchaseReader {
  return {
    async listUnclaimedEmails(after, limit) {
      const { rows } = await sql<{ email: string }>`
        select email from (
          select email from stripe_unclaimed
          union select email from stripe_subscription where account_id is null and email is not null
        ) waiting where email collate "C" > ${after} order by email collate "C" limit ${limit}`.execute(kysely);
      return rows.map(({ email }) => email);
    },
  };
}

export function createPurchaseWriter(transaction: Transaction<Schema>): PurchaseWriter {
  return {
    async enter(now) {
      await transaction
        .updateTable('stripe_gate')
        .set({ passed_at: new Date(now) })
        .execute();
    },

    async isSeen(id) {
      const row = await transaction.selectFrom('stripe_seen').select('id').where('id', '=', id).executeTakeFirst();
      return row !== undefined;
    },

    async markSeen(id, now) {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('stripe_seen')
        .values({ id, seen_at: new Date(now) })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async findSubscription(id) {
      const row = await transaction
        .selectFrom('stripe_subscription')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : readSubscription(row);
    },

    async saveSubscription({ id, accountId, email, plan, planAt, paidUntil, endedAt }) {
      const values = {
        account_id: accountId,
        email,
        plan,
        plan_at: new Date(planAt),
        paid_until: paidUntil === null ? null : new Date(paidUntil),
        ended_at: endedAt === null ? null : new Date(endedAt),
      };
      await transaction
        .insertInto('stripe_subscription')
        .values({ id, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
    },

    async listSubscriptions(accountId) {
      const rows = await transaction
        .selectFrom('stripe_subscription')
        .selectAll()
        .where('account_id', '=', accountId)
        .execute();
      return rows.map(readSubscription);
    },

    async listUnclaimedSubscriptions(email) {
      const rows = await transaction
        .selectFrom('stripe_subscription')
        .selectAll()
        .where('account_id', 'is', null)
        .where('email', '=', email)
        .execute();
      return rows.map(readSubscription);
    },

    async addUnclaimed({ id, email, credits }, now) {
      await transaction
        .insertInto('stripe_unclaimed')
        .values({ id, email, credits, created_at: new Date(now) })
        .execute();
    },

    takeUnclaimed: (email) =>
      transaction
        .deleteFrom('stripe_unclaimed')
        .where('email', '=', email)
        .returning(['id', 'email', 'credits'])
        .execute(),
  };
}

function readSubscription(row: Selectable<OrderTables['stripe_subscription']>): ProviderSubscription {
  return {
    id: row.id,
    accountId: row.account_id,
    email: row.email,
    plan: row.plan as Plan | null,
    planAt: row.plan_at.getTime(),
    paidUntil: row.paid_until?.getTime() ?? null,
    endedAt: row.ended_at?.getTime() ?? null,
  };
}
