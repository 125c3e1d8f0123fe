import { sql, type Transaction } from 'kysely';
import type { WebhookWriter } from '../core/webhook/store.ts';
import type { Schema } from './schema.ts';

export function createWebhookPruner(
  transaction: Transaction<Schema>,
): Pick<WebhookWriter, 'pruneEvents' | 'pruneAttempts' | 'pruneSurplus'> {
  return {
    async pruneEvents(before, limit) {
      const { numAffectedRows } = await sql`
        delete from webhook_event where created_at < ${new Date(before)} and sequence in (
          select sequence from webhook_event where sequence is not null order by sequence limit ${limit}
        )`.execute(transaction);
      return Number(numAffectedRows ?? 0);
    },

    async pruneAttempts(belowId, limit) {
      const { numAffectedRows } = await sql`
        delete from webhook_attempt attempt using (
          select old.account_id, old.subscription_id, old.id from webhook_lane lane
          cross join lateral (
            select * from webhook_attempt one
            where one.account_id = lane.account_id and one.subscription_id = lane.subscription_id
              and one.id < ${belowId}
            order by one.id limit ${limit}
          ) old
        ) doomed
        where attempt.account_id = doomed.account_id and attempt.subscription_id = doomed.subscription_id
          and attempt.id = doomed.id`.execute(transaction);
      return Number(numAffectedRows ?? 0);
    },

    async pruneSurplus(keep, limit) {
      // What is beyond a lane's cursor tells its next worker what was attempted already.
      const { numAffectedRows } = await sql`
        delete from webhook_attempt attempt using (
          select old.account_id, old.subscription_id, old.id from webhook_lane lane
          cross join lateral (
            select one.id from webhook_attempt one
            where one.account_id = lane.account_id and one.subscription_id = lane.subscription_id
            order by one.id desc offset ${keep} limit 1
          ) newest_surplus
          cross join lateral (
            select * from webhook_attempt one
            where one.account_id = lane.account_id and one.subscription_id = lane.subscription_id
              and one.id <= newest_surplus.id and one.sequence <= lane.cursor
            order by one.id limit ${limit}
          ) old
        ) doomed
        where attempt.account_id = doomed.account_id and attempt.subscription_id = doomed.subscription_id
          and attempt.id = doomed.id`.execute(transaction);
      return Number(numAffectedRows ?? 0);
    },
  };
}
