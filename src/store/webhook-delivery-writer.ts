import { sql, type Transaction } from 'kysely';
import type { DeliveryCommit, LaneKey, WebhookWriter } from '../core/webhook/store.ts';
import type { Schema } from './schema.ts';

export function createDeliveryWriter(transaction: Transaction<Schema>): Pick<WebhookWriter, 'commit' | 'dropRetries'> {
  const dropRetries: WebhookWriter['dropRetries'] = async ({ accountId, subscriptionId }) => {
    await transaction
      .deleteFrom('webhook_retry')
      .where('account_id', '=', accountId)
      .where('subscription_id', '=', subscriptionId)
      .execute();
  };

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
      const nameOf = (key: LaneKey) => `${key.accountId} ${key.subscriptionId}`;
      const held = new Set(kept.map((row) => `${row.account_id} ${row.subscription_id}`));
      const lost = new Set(lanes.map(nameOf).filter((name) => !held.has(name)));
      const mayWrite = (key: LaneKey) => !lost.has(nameOf(key));
      await insertAttempts(transaction, commit.attempts.filter(mayWrite));
      await saveRetries(transaction, commit.retries.filter(mayWrite));
      await deleteRetries(transaction, commit.settled.filter(mayWrite));
      const own = lanes.filter(mayWrite);
      for (const lane of own) if (lane.disable !== null) await disable(lane, lane.disable, now);
      return own.filter((lane) => lane.disable === null);
    },

    dropRetries,
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
