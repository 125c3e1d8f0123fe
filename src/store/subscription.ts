import type { Kysely, Transaction } from 'kysely';
import type { Plan, SubscriptionReader, SubscriptionWriter } from '../core/meter/subscription.ts';
import type { Schema } from './schema.ts';

export function createSubscriptionReader(kysely: Kysely<Schema>): SubscriptionReader {
  return {
    async findActive(accountId, product, now) {
      const row = await kysely
        .selectFrom('subscription')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('product', '=', product)
        .where('paid_until', '>', new Date(now))
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        accountId,
        product,
        plan: row.plan as Plan,
        paidUntil: row.paid_until.getTime(),
        providerReference: row.provider_reference,
      };
    },
  };
}

export function createSubscriptionWriter(transaction: Transaction<Schema>): SubscriptionWriter {
  return {
    async save({ accountId, product, plan, paidUntil, providerReference }) {
      const values = { plan, paid_until: new Date(paidUntil), provider_reference: providerReference };
      await transaction
        .insertInto('subscription')
        .values({ account_id: accountId, product, ...values })
        .onConflict((conflict) => conflict.columns(['account_id', 'product']).doUpdateSet(values))
        .execute();
    },
  };
}
