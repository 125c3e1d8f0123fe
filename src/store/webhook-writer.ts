import { type Selectable, sql, type Transaction } from 'kysely';
import type { DeliveryCommit, LaneKey, WebhookWriter } from '../core/webhook/store.ts';
import type { WebhookSubscription } from '../core/webhook/subscription.ts';
import { dateOrNull } from './anchor-rows.ts';
import type { Schema } from './schema.ts';
import { readSubscription } from './webhook-rows.ts';
import type { WebhookEventTable, WebhookSubscriptionTable } from './webhook-tables.ts';

/** Lanes are locked before subscriptions, and many lanes in the order of their keys. */
export function createWebhookWriter(transaction: Transaction<Schema>): WebhookWriter {
  const lockLane = (accountId: string, subscriptionId: string) =>
    transaction
      .selectFrom('webhook_lane')
      .select('subscription_id')
      .where('account_id', '=', accountId)
      .where('subscription_id', '=', subscriptionId)
      .forUpdate()
      .executeTakeFirst();

  const dropRetries: WebhookWriter['dropRetries'] = async ({ accountId, subscriptionId }) => {
    await transaction
      .deleteFrom('webhook_retry')
      .where('account_id', '=', accountId)
      .where('subscription_id', '=', subscriptionId)
      .execute();
  };

  async function makeReady({ accountId, subscriptionId }: LaneKey, now: number): Promise<void> {
    await transaction
      .updateTable('webhook_lane')
      .set({ ready_at: new Date(now) })
      .where('account_id', '=', accountId)
      .where('subscription_id', '=', subscriptionId)
      .execute();
  }

  async function disable({ accountId, subscriptionId }: LaneKey, reason: string, now: number): Promise<void> {
    const at = new Date(now);
    await transaction
      .updateTable('webhook_subscription')
      .set({ status: 'disabled', disabled_reason: reason, disabled_at: at, notice_due_at: at, updated_at: at })
      .where('account_id', '=', accountId)
      .where('id', '=', subscriptionId)
      .where('status', '=', 'active')
      .execute();
    await dropRetries({ accountId, subscriptionId });
    await transaction
      .updateTable('webhook_lane')
      .set({ leased_by: null, lease_until: null, ready_at: null })
      .where('account_id', '=', accountId)
      .where('subscription_id', '=', subscriptionId)
      .execute();
  }

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

    async restart({ accountId, subscriptionId }) {
      await sql`
        update webhook_lane set cursor = greatest(cursor, (select last_sequence from webhook_head)),
          failures = 0, ready_at = null, leased_by = null, lease_until = null
        where account_id = ${accountId} and subscription_id = ${subscriptionId}`.execute(transaction);
    },

    dropRetries,

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
      const { rows } = await sql<Selectable<WebhookSubscriptionTable> & { cursor: number; failures: number }>`
        update webhook_lane lane set ready_at = null,
          leased_by = case subscription.status when 'active' then ${nodeId}::text end,
          lease_until = case subscription.status when 'active' then ${new Date(leaseUntil)}::timestamptz end
        from (
          select found.account_id, found.subscription_id from webhook_lane found
          where (found.ready_at <= ${at} and (found.leased_by is null or found.leased_by = ${nodeId}))
            or found.lease_until < ${at}
          order by found.ready_at limit ${limit} for update of found skip locked
        ) taken, webhook_subscription subscription
        where lane.account_id = taken.account_id and lane.subscription_id = taken.subscription_id
          and subscription.account_id = taken.account_id and subscription.id = taken.subscription_id
        returning subscription.*, lane.cursor, lane.failures`.execute(transaction);
      return rows
        .filter(({ status }) => status === 'active')
        .map((row) => ({ subscription: readSubscription(row), cursor: row.cursor, failures: row.failures }));
    },

    async commit(commit) {
      const { nodeId, now, leaseUntil, lanes } = commit;
      const { rows: kept } = await sql<{ account_id: string; subscription_id: string }>`
        update webhook_lane lane
        set cursor = greatest(lane.cursor, given.cursor), failures = given.failures,
          lease_until = ${new Date(leaseUntil)}
        from (
          select found.account_id, found.subscription_id, written.cursor, written.failures
          from unnest(
            ${lanes.map(({ accountId }) => accountId)}::text[],
            ${lanes.map(({ subscriptionId }) => subscriptionId)}::text[],
            ${lanes.map(({ cursor }) => cursor)}::bigint[],
            ${lanes.map(({ failures }) => failures)}::integer[]
          ) as written (account_id, subscription_id, cursor, failures)
          join webhook_lane found
            on found.account_id = written.account_id and found.subscription_id = written.subscription_id
          where found.leased_by = ${nodeId}
          order by found.account_id, found.subscription_id for update of found
        ) given
        where lane.account_id = given.account_id and lane.subscription_id = given.subscription_id
        returning lane.account_id, lane.subscription_id`.execute(transaction);
      const names = new Set(kept.map((row) => `${row.account_id} ${row.subscription_id}`));
      const isKept = (key: LaneKey) => names.has(`${key.accountId} ${key.subscriptionId}`);
      await insertAttempts(transaction, commit.attempts.filter(isKept));
      await saveRetries(transaction, commit.retries.filter(isKept));
      await deleteRetries(transaction, commit.settled);
      for (const lane of lanes) if (lane.disable !== null && isKept(lane)) await disable(lane, lane.disable, now);
      return kept.map((row) => ({ accountId: row.account_id, subscriptionId: row.subscription_id }));
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

async function insertAttempts(transaction: Transaction<Schema>, attempts: DeliveryCommit['attempts']): Promise<void> {
  if (attempts.length === 0) return;
  // When the same is written again, it is there already.
  await sql`
    insert into webhook_attempt (account_id, subscription_id, id, sequence, attempt, outcome, status, error, response,
      url, started_at, duration_ms, next_at)
    select * from unnest(
      ${attempts.map(({ accountId }) => accountId)}::text[],
      ${attempts.map(({ subscriptionId }) => subscriptionId)}::text[],
      ${attempts.map(({ id }) => id)}::text[],
      ${attempts.map(({ sequence }) => sequence)}::bigint[],
      ${attempts.map(({ attempt }) => attempt)}::integer[],
      ${attempts.map(({ outcome }) => outcome)}::text[],
      ${attempts.map(({ status }) => status)}::integer[],
      ${attempts.map(({ error }) => error)}::text[],
      ${attempts.map(({ response }) => (response === '' ? null : response))}::text[],
      ${attempts.map(({ url }) => url)}::text[],
      ${attempts.map(({ startedAt }) => new Date(startedAt).toISOString())}::timestamptz[],
      ${attempts.map(({ durationMs }) => durationMs)}::integer[],
      ${attempts.map(({ nextAt }) => (nextAt === null ? null : new Date(nextAt).toISOString()))}::timestamptz[]
    ) on conflict (account_id, subscription_id, id) do nothing`.execute(transaction);
}

async function saveRetries(transaction: Transaction<Schema>, retries: DeliveryCommit['retries']): Promise<void> {
  if (retries.length === 0) return;
  await sql`
    insert into webhook_retry (account_id, subscription_id, sequence, attempts, due_at)
    select * from unnest(
      ${retries.map(({ accountId }) => accountId)}::text[],
      ${retries.map(({ subscriptionId }) => subscriptionId)}::text[],
      ${retries.map(({ sequence }) => sequence)}::bigint[],
      ${retries.map(({ attempts }) => attempts)}::integer[],
      ${retries.map(({ dueAt }) => new Date(dueAt).toISOString())}::timestamptz[]
    )
    on conflict (account_id, subscription_id, sequence)
      do update set attempts = excluded.attempts, due_at = excluded.due_at`.execute(transaction);
}

async function deleteRetries(transaction: Transaction<Schema>, settled: DeliveryCommit['settled']): Promise<void> {
  if (settled.length === 0) return;
  await sql`
    delete from webhook_retry retry
    using unnest(
      ${settled.map(({ accountId }) => accountId)}::text[],
      ${settled.map(({ subscriptionId }) => subscriptionId)}::text[],
      ${settled.map(({ sequence }) => sequence)}::bigint[],
      ${settled.map(({ attempts }) => attempts)}::integer[]
    ) as done (account_id, subscription_id, sequence, attempts)
    where retry.account_id = done.account_id and retry.subscription_id = done.subscription_id
      and retry.sequence = done.sequence and retry.attempts = done.attempts`.execute(transaction);
}
