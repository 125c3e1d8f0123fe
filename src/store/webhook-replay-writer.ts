import { sql, type Transaction } from 'kysely';
import type { LaneKey, WebhookWriter } from '../core/webhook/store.ts';
import type { Schema } from './schema.ts';

export function createReplayWriter(transaction: Transaction<Schema>): Pick<WebhookWriter, 'retryNow' | 'retryRange'> {
  async function makeReady({ accountId, subscriptionId }: LaneKey, now: number): Promise<void> {
    await transaction
      .updateTable('webhook_lane')
      .set({ ready_at: new Date(now) })
      .where('account_id', '=', accountId)
      .where('subscription_id', '=', subscriptionId)
      .execute();
  }

  return {
    async retryNow(key, sequence, now) {
      await sql`
        insert into webhook_retry (account_id, subscription_id, sequence, attempts, due_at)
        values (${key.accountId}, ${key.subscriptionId}, ${sequence}, 0, ${new Date(now)})
        on conflict (account_id, subscription_id, sequence)
          do update set attempts = 0, due_at = excluded.due_at`.execute(transaction);
      await makeReady(key, now);
    },

    async retryRange(key, range, { now, limit, logLines }) {
      const isByTime = 'failedSince' in range;
      // An event without a line was never tried, unless its lines may be among those that a full log has lost.
      const wanted = isByTime
        ? sql`event.created_at >= ${new Date(range.failedSince)} and coalesce(
            (select (array_agg(attempt.outcome order by attempt.id desc))[1] from webhook_attempt attempt
            where attempt.account_id = subscription.account_id and attempt.subscription_id = subscription.id
              and attempt.sequence = event.sequence) <> 'succeeded',
            event.created_at > coalesce(
              (select line.started_at from webhook_attempt line
              where line.account_id = ${key.accountId} and line.subscription_id = ${key.subscriptionId}
              order by line.id desc offset ${logLines - 1} limit 1), '-infinity'))`
        : sql`event.sequence >= ${range.fromSequence} and event.sequence <= ${range.toSequence}`;
      const { rows } = await sql`
        insert into webhook_retry (account_id, subscription_id, sequence, attempts, due_at)
        select subscription.account_id, subscription.id, event.sequence, 0, ${new Date(now)}
        from webhook_subscription subscription
        join webhook_lane lane
          on lane.account_id = subscription.account_id and lane.subscription_id = subscription.id
        join webhook_event event on event.contract = subscription.contract
          and event.is_sandbox = subscription.is_sandbox and event.account_id in ('', subscription.account_id) and event.target = ''
          and event.type = any(subscription.types) and event.sequence <= lane.cursor
          and event.created_at >= subscription.created_at and ${wanted}
        where subscription.account_id = ${key.accountId} and subscription.id = ${key.subscriptionId}
        order by event.sequence limit ${limit}
        on conflict (account_id, subscription_id, sequence) do update set attempts = 0, due_at = excluded.due_at
        returning sequence`.execute(transaction);
      if (rows.length > 0) await makeReady(key, now);
      return rows.length;
    },
  };
}
