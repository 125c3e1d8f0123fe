import { type Selectable, sql, type Transaction } from 'kysely';
import type { WebhookWriter } from '../core/webhook/store.ts';
import type { WebhookSubscription } from '../core/webhook/subscription.ts';
import { dateOrNull } from './anchor-rows.ts';
import type { Schema } from './schema.ts';
import { readSubscription } from './webhook-rows.ts';
import type { WebhookSubscriptionTable } from './webhook-tables.ts';

type SubscriptionWriter = Pick<
  WebhookWriter,
  'lock' | 'count' | 'insert' | 'save' | 'remove' | 'removeOfAccount' | 'claimNotices' | 'settleNotice'
>;

export function createSubscriptionWriter(transaction: Transaction<Schema>): SubscriptionWriter {
  const lockLane = (accountId: string, subscriptionId: string) =>
    transaction
      .selectFrom('webhook_lane')
      .select('subscription_id')
      .where('account_id', '=', accountId)
      .where('subscription_id', '=', subscriptionId)
      .forUpdate()
      .executeTakeFirst();

  return {
    async lock(accountId, contract, id) {
      if ((await lockLane(accountId, id)) === undefined) return null;
      const row = await transaction
        .selectFrom('webhook_subscription')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .where('contract', '=', contract)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? null : readSubscription(row);
    },

    async count(accountId, contract) {
      const { count } = await transaction
        .selectFrom('webhook_subscription')
        .select((row) => row.fn.countAll<number>().as('count'))
        .where('account_id', '=', accountId)
        .where('contract', '=', contract)
        .executeTakeFirstOrThrow();
      return count;
    },

    async insert(subscription) {
      await transaction
        .insertInto('webhook_subscription')
        .values({
          account_id: subscription.accountId,
          id: subscription.id,
          contract: subscription.contract,
          is_sandbox: subscription.isSandbox,
          created_at: new Date(subscription.createdAt),
          notice_due_at: null,
          ...writeChangeable(subscription),
        })
        .execute();
      await sql`
        insert into webhook_lane (account_id, subscription_id, cursor)
        select ${subscription.accountId}, ${subscription.id}, last_sequence from webhook_head`.execute(transaction);
    },

    async save(subscription) {
      await transaction
        .updateTable('webhook_subscription')
        .set({ ...writeChangeable(subscription), ...(subscription.disabled === null && { notice_due_at: null }) })
        .where('account_id', '=', subscription.accountId)
        .where('id', '=', subscription.id)
        .execute();
    },

    async remove({ accountId, subscriptionId }) {
      await lockLane(accountId, subscriptionId);
      await transaction
        .deleteFrom('webhook_subscription')
        .where('account_id', '=', accountId)
        .where('id', '=', subscriptionId)
        .execute();
      for (const table of ['webhook_retry', 'webhook_attempt', 'webhook_lane'] as const) {
        await transaction
          .deleteFrom(table)
          .where('account_id', '=', accountId)
          .where('subscription_id', '=', subscriptionId)
          .execute();
      }
    },

    async removeOfAccount(accountId) {
      await transaction
        .selectFrom('webhook_lane')
        .select('subscription_id')
        .where('account_id', '=', accountId)
        .orderBy('subscription_id')
        .forUpdate()
        .execute();
      for (const table of [
        'webhook_subscription',
        'webhook_retry',
        'webhook_attempt',
        'webhook_event',
        'webhook_lane',
      ] as const) {
        await transaction.deleteFrom(table).where('account_id', '=', accountId).execute();
      }
    },

    async claimNotices(now, leaseUntil, limit) {
      const { rows } = await sql<Selectable<WebhookSubscriptionTable>>`
        update webhook_subscription subscription set notice_due_at = ${new Date(leaseUntil)}
        from (
          select account_id, id from webhook_subscription where notice_due_at <= ${new Date(now)}
          order by notice_due_at limit ${limit} for update skip locked
        ) due
        where subscription.account_id = due.account_id and subscription.id = due.id
        returning subscription.*`.execute(transaction);
      return rows.map(readSubscription);
    },

    async settleNotice({ accountId, subscriptionId }) {
      await transaction
        .updateTable('webhook_subscription')
        .set({ notice_due_at: null })
        .where('account_id', '=', accountId)
        .where('id', '=', subscriptionId)
        .execute();
    },
  };
}

function writeChangeable(subscription: WebhookSubscription) {
  const { disabled } = subscription;
  return {
    url: subscription.url,
    types: [...subscription.types],
    description: subscription.description,
    is_ordered: subscription.isOrdered,
    secrets: JSON.stringify(subscription.secrets),
    status: disabled === null ? ('active' as const) : ('disabled' as const),
    disabled_reason: disabled?.reason ?? null,
    disabled_at: dateOrNull(disabled?.at ?? null),
    updated_at: new Date(subscription.updatedAt),
  };
}
