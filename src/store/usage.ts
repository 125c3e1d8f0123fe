import { type Kysely, sql, type Transaction } from 'kysely';
import type { AccountUsage, UsageReader, UsageRoom, UsageState, UsageWriter } from '../core/meter/usage.ts';
import type { Schema } from './schema.ts';

export function createUsageReader(kysely: Kysely<Schema>): UsageReader {
  return {
    async find(accountId, month) {
      // One statement, so that all numbers are from one moment.
      const { rows } = await sql<AccountUsage>`
        select ${creditsOf(accountId)} as credits,
          coalesce((select calls from usage_month where account_id = ${accountId} and month = ${month}), 0) as calls,
          coalesce((select paid_ahead from usage_account where account_id = ${accountId}), 0) as "paidAhead"
      `.execute(kysely);
      return rows[0]!;
    },

    listDays: (accountId, sinceDay) =>
      kysely
        .selectFrom('usage_day')
        .select(['day', 'calls'])
        .where('account_id', '=', accountId)
        .where('day', '>=', sinceDay)
        .orderBy('day')
        .execute(),
  };
}

function creditsOf(accountId: string) {
  return sql`coalesce((select balance from purse where id = ${`trackorigin:${accountId}`}), 0)`;
}

interface StateRow {
  readonly calls: number;
  readonly paid_ahead: number;
  readonly credits_debited: number;
  readonly counted: number;
  readonly granted: number;
  readonly granted_until: Date;
}

export function createUsageWriter(transaction: Transaction<Schema>): UsageWriter {
  const lockAccounts = async (accountIds: readonly string[]): Promise<number> => {
    const locked = await transaction
      .selectFrom('usage_account')
      .select('account_id')
      .where('account_id', 'in', accountIds)
      .orderBy('account_id')
      .forUpdate()
      .execute();
    return locked.length;
  };

  return {
    async lock(nodeId, counts) {
      const accountIds = counts.map(({ accountId }) => accountId);
      if ((await lockAccounts(accountIds)) < accountIds.length) {
        await transaction
          .insertInto('usage_account')
          .values(accountIds.toSorted().map((account_id) => ({ account_id })))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        await lockAccounts(accountIds);
      }
      // A statement of its own: one that waits for a lock still sees the other tables as they were before it waited.
      const { rows } = await sql<StateRow>`
        select coalesce(total.calls, 0) as calls, account.paid_ahead, account.credits_debited,
          coalesce(counter.counted, 0) as counted, coalesce(counter.granted, 0) as granted,
          coalesce(counter.granted_until, 'epoch') as granted_until
        from unnest(${accountIds}::text[], ${counts.map(({ month }) => month)}::text[])
          with ordinality as wanted (account_id, month, position)
        join usage_account account on account.account_id = wanted.account_id
        left join usage_month total on total.account_id = wanted.account_id and total.month = wanted.month
        left join usage_counter counter on counter.account_id = wanted.account_id and counter.month = wanted.month
          and counter.node_id = ${nodeId}
        order by wanted.position`.execute(transaction);
      return rows.map((row, i) => ({
        accountId: counts[i]!.accountId,
        month: counts[i]!.month,
        calls: row.calls,
        paidAhead: row.paid_ahead,
        creditsDebited: row.credits_debited,
        counted: row.counted,
        granted: row.granted,
        grantedUntil: row.granted_until.getTime(),
      }));
    },

    async save(nodeId, states, now) {
      const accountIds = states.map(({ accountId }) => accountId);
      await countDay(transaction, states, new Date(now).toISOString().slice(0, 10));
      const paidAhead = states.map((state) => state.paidAhead);
      const creditsDebited = states.map((state) => state.creditsDebited);
      await sql`
        update usage_account set paid_ahead = state.paid_ahead, credits_debited = state.credits_debited
        from unnest(${accountIds}::text[], ${paidAhead}::bigint[], ${creditsDebited}::bigint[])
          as state (account_id, paid_ahead, credits_debited)
        where usage_account.account_id = state.account_id 
          and (usage_account.paid_ahead, usage_account.credits_debited) <> (state.paid_ahead, state.credits_debited)
      `.execute(transaction);
      await transaction
        .insertInto('usage_month')
        .values(states.map(({ accountId, month, calls }) => ({ account_id: accountId, month, calls })))
        .onConflict((conflict) =>
          conflict.columns(['account_id', 'month']).doUpdateSet((row) => ({ calls: row.ref('excluded.calls') })),
        )
        .execute();
      await transaction
        .insertInto('usage_counter')
        .values(
          states.map((state) => ({
            account_id: state.accountId,
            month: state.month,
            node_id: nodeId,
            counted: state.counted,
            granted: state.granted,
            granted_until: new Date(state.grantedUntil),
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(['account_id', 'month', 'node_id']).doUpdateSet((row) => ({
            counted: row.ref('excluded.counted'),
            granted: row.ref('excluded.granted'),
            granted_until: row.ref('excluded.granted_until'),
          })),
        )
        .execute();
    },

    async findRoom(accountId, exceptNode, now) {
      const { rows } = await sql<UsageRoom>`
        select ${creditsOf(accountId)} as credits,
          coalesce((select sum(granted - counted) from usage_counter where account_id = ${accountId}
            and granted_until > ${new Date(now)} and node_id <> ${exceptNode}), 0)::bigint as reserved
      `.execute(transaction);
      return rows[0]!;
    },

    async endNode(nodeId, now) {
      await transaction
        .insertInto('usage_ended_node')
        .values({ node_id: nodeId, ended_at: new Date(now) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await transaction.deleteFrom('usage_counter').where('node_id', '=', nodeId).execute();
    },

    async hasEnded(nodeId) {
      const row = await transaction
        .selectFrom('usage_ended_node')
        .select('node_id')
        .where('node_id', '=', nodeId)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

/** What is new since the month's total was written, which has to come after this. */
async function countDay(transaction: Transaction<Schema>, states: readonly UsageState[], day: string): Promise<void> {
  await sql`
    insert into usage_day (account_id, day, calls)
    select state.account_id, ${day}, state.calls - coalesce(total.calls, 0)
    from unnest(${states.map(({ accountId }) => accountId)}::text[], ${states.map(({ month }) => month)}::text[],
      ${states.map(({ calls }) => calls)}::bigint[]) as state (account_id, month, calls)
    left join usage_month total on total.account_id = state.account_id and total.month = state.month
    where state.calls > coalesce(total.calls, 0)
    order by state.account_id
    on conflict (account_id, day) do update set calls = usage_day.calls + excluded.calls`.execute(transaction);
}
