import { type Selectable, sql, type Transaction } from 'kysely';
import type { WebhookWriter } from '../core/webhook/store.ts';
import type { Schema } from './schema.ts';
import { readSubscription } from './webhook-rows.ts';
import type { WebhookEventTable, WebhookSubscriptionTable } from './webhook-tables.ts';

type LaneWriter = Pick<WebhookWriter, 'restart' | 'sequence' | 'acquire' | 'release' | 'releaseAll'>;

export function createLaneWriter(transaction: Transaction<Schema>): LaneWriter {
  return {
    async restart({ accountId, subscriptionId }) {
      await sql`
        update webhook_lane set cursor = greatest(cursor, (select last_sequence from webhook_head)),
          failures = 0, ready_at = null, leased_by = null, lease_until = null
        where account_id = ${accountId} and subscription_id = ${subscriptionId}`.execute(transaction);
    },

    async sequence(now, limit) {
      // Waits for another worker that is at it: what it has taken is numbered when this goes on.
      const { last_sequence: last } = await transaction
        .selectFrom('webhook_head')
        .select('last_sequence')
        .forUpdate()
        .executeTakeFirstOrThrow();
      type Kind = Pick<Selectable<WebhookEventTable>, 'contract' | 'is_sandbox' | 'account_id' | 'type' | 'target'>;
      const { rows } = await sql<Kind>`
        update webhook_event event set sequence = ${last}::bigint + numbered.place
        from (
          select account_id, id, row_number() over (order by created_at, id) as place from webhook_event
          where sequence is null order by created_at, id limit ${limit}
        ) numbered
        where event.account_id = numbered.account_id and event.id = numbered.id
        returning event.contract, event.is_sandbox, event.account_id, event.type, event.target`.execute(transaction);
      if (rows.length === 0) return 0;
      await transaction
        .updateTable('webhook_head')
        .set({ last_sequence: last + rows.length })
        .execute();
      const kinds = [
        ...new Map(
          rows.map((row) => [[row.contract, row.is_sandbox, row.account_id, row.type, row.target].join(' '), row]),
        ).values(),
      ];
      await sql`
        update webhook_lane lane set ready_at = least(lane.ready_at, ${new Date(now)}::timestamptz)
        from (
          select found.account_id, found.subscription_id from webhook_lane found
          where (found.account_id, found.subscription_id) in (
            select subscription.account_id, subscription.id
            from unnest(
              ${kinds.map(({ contract }) => contract)}::text[],
              ${kinds.map(({ is_sandbox }) => is_sandbox)}::boolean[],
              ${kinds.map(({ account_id }) => account_id)}::text[],
              ${kinds.map(({ type }) => type)}::text[],
              ${kinds.map(({ target }) => target)}::text[]
            ) as kind (contract, is_sandbox, account_id, type, target)
            join webhook_subscription subscription on subscription.contract = kind.contract
              and subscription.is_sandbox = kind.is_sandbox
              and (kind.account_id = '' or subscription.account_id = kind.account_id)
              and case kind.target when '' then kind.type = any(subscription.types)
                else kind.target = subscription.id end
            where subscription.status = 'active')
          order by found.account_id, found.subscription_id for update of found
        ) woken
        where lane.account_id = woken.account_id and lane.subscription_id = woken.subscription_id`.execute(transaction);
      return rows.length;
    },

    async acquire({ nodeId, now, leaseUntil, limit }) {
      const at = new Date(now);
      // A lane whose subscription was disabled while an event woke it is only put to rest.
      const { rows } = await sql<
        Selectable<WebhookSubscriptionTable> & { cursor: number; failures: number; is_held: boolean }
      >`
        update webhook_lane lane set ready_at = null,
          leased_by = case subscription.status when 'active' then ${nodeId}::text end,
          lease_until = case subscription.status when 'active' then ${new Date(leaseUntil)}::timestamptz end
        from (
          select found.account_id, found.subscription_id, found.leased_by from webhook_lane found
          where (found.ready_at <= ${at} and (found.leased_by is null or found.leased_by = ${nodeId}))
            or found.lease_until < ${at}
          order by found.ready_at limit ${limit} for update of found skip locked
        ) taken, webhook_subscription subscription
        where lane.account_id = taken.account_id and lane.subscription_id = taken.subscription_id
          and subscription.account_id = taken.account_id and subscription.id = taken.subscription_id
        returning subscription.*, lane.cursor, lane.failures,
          taken.leased_by is not distinct from ${nodeId} as is_held`.execute(transaction);
      return rows
        .filter(({ status }) => status === 'active')
        .map((row) => ({
          subscription: readSubscription(row),
          cursor: row.cursor,
          failures: row.failures,
          isHeld: row.is_held,
        }));
    },

    async release(nodeId, lanes) {
      await sql`
        update webhook_lane lane
        set cursor = greatest(lane.cursor, given.cursor), leased_by = null, lease_until = null,
          ready_at = least(lane.ready_at, (
            select min(retry.due_at) from webhook_retry retry
            where retry.account_id = given.account_id and retry.subscription_id = given.subscription_id))
        from (
          select found.account_id, found.subscription_id, written.cursor
          from unnest(
            ${lanes.map(({ accountId }) => accountId)}::text[],
            ${lanes.map(({ subscriptionId }) => subscriptionId)}::text[],
            ${lanes.map(({ cursor }) => cursor)}::bigint[]
          ) as written (account_id, subscription_id, cursor)
          join webhook_lane found
            on found.account_id = written.account_id and found.subscription_id = written.subscription_id
          where found.leased_by = ${nodeId}
          order by found.account_id, found.subscription_id for update of found
        ) given
        where lane.account_id = given.account_id and lane.subscription_id = given.subscription_id`.execute(transaction);
    },

    async releaseAll(nodeId, now) {
      await transaction
        .updateTable('webhook_lane')
        .set({ leased_by: null, lease_until: null, ready_at: new Date(now) })
        .where('leased_by', '=', nodeId)
        .execute();
    },
  };
}
