import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { SequencedEvent } from '../core/webhook/envelope.ts';
import type { LaneKey, OwnWebhook, WebhookReader } from '../core/webhook/store.ts';
import type { Schema } from './schema.ts';
import { readAttempt, readEvent, readSubscription } from './webhook-rows.ts';
import type { WebhookAttemptTable, WebhookEventTable, WebhookSubscriptionTable } from './webhook-tables.ts';

export function createWebhookReader(kysely: Kysely<Schema>): WebhookReader {
  async function findEvents(sequences: readonly number[]): Promise<SequencedEvent[]> {
    const { rows } = await sql<Selectable<WebhookEventTable>>`
      select * from webhook_event where sequence = any(${sequences}::bigint[])`.execute(kysely);
    return rows.map(readEvent);
  }

  return {
    async list(accountId, contract) {
      const rows = await ownSubscriptions(kysely, accountId, contract).orderBy('id').execute();
      return rows.map(readOwn);
    },

    async find(accountId, contract, id) {
      const row = await ownSubscriptions(kysely, accountId, contract).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : readOwn(row);
    },

    async listAttempts({ accountId, subscriptionId }, { before, outcome, limit }) {
      let query = kysely
        .selectFrom('webhook_attempt')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('subscription_id', '=', subscriptionId);
      if (before !== null) query = query.where('id', '<', before);
      if (outcome !== null) query = query.where('outcome', '=', outcome);
      const rows = await query.orderBy('id', 'desc').limit(limit).execute();
      const events = new Map((await findEvents(rows.map((row) => row.sequence))).map((one) => [one.sequence, one]));
      return rows.map((row) => ({ ...readAttempt(row), event: events.get(row.sequence) ?? null }));
    },

    async findAttempt(accountId, contract, id) {
      const { rows } = await sql<Selectable<WebhookAttemptTable>>`
        select attempt.* from webhook_subscription subscription
        join webhook_attempt attempt
          on attempt.account_id = subscription.account_id and attempt.subscription_id = subscription.id
        where subscription.account_id = ${accountId} and subscription.contract = ${contract}
          and attempt.id = ${id}`.execute(kysely);
      return rows[0] === undefined ? null : readAttempt(rows[0]);
    },

    async listEvents({ accountId, isSandbox }, contract, after, limit) {
      const stream = (isOfSandbox: boolean, account: string) => sql`
        (select * from webhook_event
        where contract = ${contract} and is_sandbox = ${isOfSandbox} and account_id = ${account}
          and sequence > ${after} and target = ''
        order by sequence limit ${limit})`;
      const streams = [
        ...(isSandbox === true ? [] : [stream(false, ''), stream(false, accountId)]),
        // A sandbox is always somebody's.
        ...(isSandbox === false ? [] : [stream(true, accountId)]),
      ];
      // One statement, so that no event is missed between the list and the number that it is said to go up to.
      const { rows } = await sql<Selectable<WebhookEventTable> & { head: number }>`
        select event.*, head.last_sequence as head from webhook_head head
        left join lateral (
          select * from (${sql.join(streams, sql` union all `)}) all_streams order by sequence limit ${limit}
        ) event on true order by event.sequence`.execute(kysely);
      return { head: rows[0]!.head, events: rows.filter(({ sequence }) => sequence !== null).map(readEvent) };
    },

    async peek(nodeId, now) {
      const at = new Date(now);
      const { rows } = await sql<{ isWaiting: boolean; isReady: boolean }>`
        select exists (select from webhook_event where sequence is null) as "isWaiting",
          exists (
            select from webhook_lane where ready_at <= ${at} and (leased_by is null or leased_by = ${nodeId})
          ) or exists (select from webhook_lane where lease_until < ${at}) as "isReady"`.execute(kysely);
      return rows[0]!;
    },

    async readSettled(lanes) {
      const { rows } = await sql<{ settled: number[] | null; retries: number }>`
        select
          (select array_agg(distinct attempt.sequence) from webhook_attempt attempt
            where attempt.account_id = lane.account_id and attempt.subscription_id = lane.subscription_id
              and attempt.sequence > lane.cursor) as settled,
          (select count(*) from webhook_retry retry
            where retry.account_id = lane.account_id and retry.subscription_id = lane.subscription_id) as retries
        from ${unnestLanes(lanes)}
        join unnest(${lanes.map(({ cursor }) => cursor)}::bigint[]) with ordinality as at_cursor (cursor, place)
          on at_cursor.place = asked.place
        cross join lateral (select asked.account_id, asked.subscription_id, at_cursor.cursor) lane
        order by asked.place`.execute(kysely);
      return rows.map(({ settled, retries }) => ({ settled: (settled ?? []).map(Number), retries }));
    },

    async readNext(lanes) {
      // Two ordered streams, each cut off by itself: with both in one condition, all that waits would be sorted.
      const stream = (accountId: RawBuilder<unknown>) => sql`
        (select event.sequence from webhook_event event
        where event.contract = subscription.contract and event.is_sandbox = subscription.is_sandbox
          and event.account_id = ${accountId} and event.sequence > demand.after
          and case event.target when '' then event.type = any(subscription.types)
            else event.target = subscription.id end
        order by event.sequence limit demand.max)`;
      const { rows } = await sql<{ head: number; place: number | null; sequence: number | null }>`
        select head.last_sequence as head, found.place, found.sequence from webhook_head head
        left join lateral (
          select asked.place, event.sequence from ${unnestLanes(lanes)}
          join unnest(
            ${lanes.map(({ after }) => after)}::bigint[],
            ${lanes.map(({ limit }) => limit)}::integer[]
          ) with ordinality as demand (after, max, place) on demand.place = asked.place
          join webhook_subscription subscription
            on subscription.account_id = asked.account_id and subscription.id = asked.subscription_id
          cross join lateral (
            select both_streams.sequence
            from (${stream(sql`''`)} union all ${stream(sql`subscription.account_id`)}) both_streams
            order by both_streams.sequence limit demand.max
          ) event
        ) found on true order by found.place, found.sequence`.execute(kysely);
      const next: number[][] = lanes.map(() => []);
      for (const { place, sequence } of rows) if (place !== null) next[place - 1]!.push(sequence!);
      return { head: rows[0]!.head, lanes: next };
    },

    async readRetries(lanes) {
      const { rows } = await sql<{ place: number; sequence: number; attempts: number; due_at: Date }>`
        select asked.place, due.sequence, due.attempts, due.due_at from ${unnestLanes(lanes)}
        join unnest(
          ${lanes.map(({ isOrdered }) => isOrdered)}::boolean[],
          ${lanes.map(({ limit }) => limit)}::integer[]
        ) with ordinality as demand (is_ordered, max, place) on demand.place = asked.place
        cross join lateral (
          (select * from webhook_retry retry
          where not demand.is_ordered
            and retry.account_id = asked.account_id and retry.subscription_id = asked.subscription_id
          order by retry.due_at limit demand.max)
          union all
          (select * from webhook_retry retry
          where demand.is_ordered
            and retry.account_id = asked.account_id and retry.subscription_id = asked.subscription_id
          order by retry.sequence limit demand.max)
        ) due order by asked.place`.execute(kysely);
      const due: { sequence: number; attempts: number; dueAt: number }[][] = lanes.map(() => []);
      for (const row of rows) {
        const { sequence, attempts, due_at } = row;
        due[row.place - 1]!.push({ sequence, attempts, dueAt: due_at.getTime() });
      }
      return due;
    },

    findEvents,

    async readChanged(nodeId, lanes) {
      type Row = Selectable<WebhookSubscriptionTable> & { place: number; is_usable: boolean };
      const { rows } = await sql<Row>`
        select subscription.*, asked.place, subscription.status = 'active' and lane.leased_by = ${nodeId} as is_usable
        from ${unnestLanes(lanes)}
        join unnest(${lanes.map(({ updatedAt }) => new Date(updatedAt).toISOString())}::timestamptz[])
          with ordinality as known (updated_at, place) on known.place = asked.place
        left join webhook_subscription subscription
          on subscription.account_id = asked.account_id and subscription.id = asked.subscription_id
        left join webhook_lane lane
          on lane.account_id = asked.account_id and lane.subscription_id = asked.subscription_id
        where subscription.updated_at is distinct from known.updated_at
          or lane.leased_by is distinct from ${nodeId}`.execute(kysely);
      return rows.map((row) => {
        const { accountId, subscriptionId } = lanes[row.place - 1]!;
        return { accountId, subscriptionId, subscription: row.is_usable ? readSubscription(row) : null };
      });
    },
  };
}

function unnestLanes(lanes: readonly LaneKey[]) {
  return sql`unnest(
    ${lanes.map(({ accountId }) => accountId)}::text[],
    ${lanes.map(({ subscriptionId }) => subscriptionId)}::text[]
  ) with ordinality as asked (account_id, subscription_id, place)`;
}

function ownSubscriptions(kysely: Kysely<Schema>, accountId: string, contract: string) {
  return kysely
    .selectFrom('webhook_subscription as subscription')
    .innerJoin('webhook_lane as lane', (join) =>
      join
        .onRef('lane.account_id', '=', 'subscription.account_id')
        .onRef('lane.subscription_id', '=', 'subscription.id'),
    )
    .selectAll('subscription')
    .select('lane.failures')
    .where('subscription.account_id', '=', accountId)
    .where('subscription.contract', '=', contract);
}

function readOwn(row: Selectable<WebhookSubscriptionTable> & { failures: number }): OwnWebhook {
  return { subscription: readSubscription(row), failures: row.failures };
}
