import { type Selectable, sql, type Transaction } from 'kysely';
import type { Receipt } from '../core/anchor/receipt.ts';
import type { AnchorWriter, ClaimedSubmission } from '../core/anchor/store.ts';
import { dateOrNull, epochMs, packPath, readSubmission, writeSubmission } from './anchor-rows.ts';
import type { SubmissionTable } from './anchor-tables.ts';
import type { Schema } from './schema.ts';

export function createAnchorWriter(transaction: Transaction<Schema>): AnchorWriter {
  return {
    async insertRound(round, receipts, submissions) {
      await transaction
        .insertInto('round')
        .values({
          id: round.id,
          root: round.root,
          created_at: new Date(round.createdAt),
          receipt_count: receipts.length,
          status: round.status,
          pinned_at: dateOrNull(round.pinnedAt),
          anonymous_ids: anonymousIds(receipts),
        })
        .execute();
      const paths = receipts.map(({ path }) => packPath(path));
      // One array a column: a round of a thousand receipts is one statement with few parameters.
      await sql`
        insert into receipt (
          id, round_id, created_at, digest, sha512, nonce, path, path_sides, label, account_id, credential_id
        )
        select id, ${round.id}::uuid, created_at, digest, sha512, nonce, path, path_sides, label, account_id,
          credential_id
        from unnest(
          ${receipts.map(({ id }) => id)}::text[],
          ${receipts.map(({ createdAt }) => new Date(createdAt).toISOString())}::timestamptz[],
          ${receipts.map(({ digest }) => digest)}::bytea[],
          ${receipts.map(({ sha512 }) => sha512)}::bytea[],
          ${receipts.map(({ nonce }) => nonce)}::bytea[],
          ${paths.map(({ siblings }) => siblings)}::bytea[],
          ${paths.map(({ sides }) => sides)}::integer[],
          ${receipts.map(({ label }) => label)}::text[],
          ${receipts.map(({ owner }) => owner?.accountId ?? null)}::text[],
          ${receipts.map(({ owner }) => owner?.credentialId ?? null)}::uuid[]
        ) as item (
          id, created_at, digest, sha512, nonce, path, path_sides, label, account_id, credential_id
        )`.execute(transaction);
      await transaction.insertInto('submission').values(submissions.map(writeSubmission)).execute();
    },

    async saveSubmission(submission) {
      const row = writeSubmission(submission);
      // Keeps the round from being pruned until this transaction ends.
      const round = await transaction
        .selectFrom('round')
        .select('id')
        .where('id', '=', row.round_id)
        .forKeyShare()
        .executeTakeFirst();
      if (round === undefined) return;
      await transaction
        .insertInto('submission')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['round_id', 'calendar', 'attempt'])
            .doUpdateSet(row)
            .where('submission.state', '=', 'failed'),
        )
        .execute();
    },

    claimDue: (state, now, leaseUntil, limit) =>
      readClaims(
        sql<ClaimRow>`
          update submission set due_at = ${new Date(leaseUntil)}
          from (
            select round_id, calendar, attempt from submission
            where state = ${state} and due_at <= ${new Date(now)}
            order by due_at limit ${limit} for update skip locked
          ) as due
          ${MATCH_AND_RETURN}`.execute(transaction),
      ),

    claimResubmissions: (now, leaseUntil, limit) =>
      readClaims(
        sql<ClaimRow>`
          update submission set resubmit_at = ${new Date(leaseUntil)}
          from (
            select round_id, calendar, attempt from submission
            where resubmit_at <= ${new Date(now)} and state = 'pending'
            order by resubmit_at limit ${limit} for update skip locked
          ) as due
          ${MATCH_AND_RETURN}`.execute(transaction),
      ),

    async updateClaimed(submissions, leaseUntil) {
      const rows = submissions.map(writeSubmission);
      const column = <Name extends keyof SubmissionTable>(name: Name) => rows.map((row) => row[name]);
      const times = (name: 'due_at' | 'resubmit_at') => rows.map((row) => row[name]?.toISOString() ?? null);
      await sql`
        update submission set state = changed.state, error = changed.error, upgrade = changed.upgrade,
          block_height = changed.block_height, block_hash = changed.block_hash, block_time = changed.block_time,
          polls = changed.polls, due_at = changed.due_at, resubmit_at = changed.resubmit_at
        from unnest(
          ${column('round_id')}::uuid[],
          ${column('calendar')}::text[],
          ${column('attempt')}::integer[],
          ${column('state')}::text[],
          ${column('error')}::text[],
          ${column('upgrade')}::bytea[],
          ${column('block_height')}::integer[],
          ${column('block_hash')}::bytea[],
          ${column('block_time')}::bigint[],
          ${column('polls')}::integer[],
          ${times('due_at')}::timestamptz[],
          ${times('resubmit_at')}::timestamptz[]
        ) as changed (
          round_id, calendar, attempt, state, error, upgrade, block_height, block_hash, block_time, polls, due_at,
          resubmit_at
        )
        where submission.round_id = changed.round_id and submission.calendar = changed.calendar
          and submission.attempt = changed.attempt and submission.due_at = ${new Date(leaseUntil)}`.execute(
        transaction,
      );
    },

    async clearResubmission({ roundId, calendar, attempt }) {
      await transaction
        .updateTable('submission')
        .set({ resubmit_at: null })
        .where('round_id', '=', roundId)
        .where('calendar', '=', calendar)
        .where('attempt', '=', attempt)
        .execute();
    },

    async unconfirmBlock(block, { dueAt, resubmitAt }) {
      const rows = await transaction
        .updateTable('submission')
        .set({
          state: 'pending',
          error: `block ${block.height} was replaced by a longer chain`,
          upgrade: null,
          block_height: null,
          block_hash: null,
          block_time: null,
          polls: 0,
          due_at: new Date(dueAt),
          resubmit_at: new Date(resubmitAt),
        })
        .where('state', '=', 'confirmed')
        .where('block_height', '=', block.height)
        .where('block_hash', '=', block.hash)
        .returning('round_id')
        .execute();
      return [...new Set(rows.map((row) => row.round_id))];
    },

    async refreshRounds(roundIds, now) {
      if (roundIds.length === 0) return;
      // Locked first and by a statement of its own: the next one then sees what another worker has just written.
      await sql`select id from round where id = any(${roundIds}::uuid[]) order by id for update`.execute(transaction);
      await sql`
        update round set
          status = case when held.confirmed then 'pinned' when held.attested then 'partial' else 'pending' end,
          pinned_at = case when held.confirmed then coalesce(pinned_at, ${new Date(now)}::timestamptz) end
        from (
          select round_id, bool_or(state = 'confirmed') as confirmed, bool_or(state = 'attested') as attested
          from submission where round_id = any(${roundIds}::uuid[]) group by round_id
        ) as held
        where round.id = held.round_id`.execute(transaction);
    },

    async setPrivacy(accountId, id, isPrivate) {
      const { numUpdatedRows } = await transaction
        .updateTable('receipt')
        .set({ is_private: isPrivate })
        .where('id', '=', id)
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async pruneAnonymous(before, now, maxRounds) {
      const rounds = await sql<{ id: string; anonymous_ids: string[] }>`
        select id, anonymous_ids from round where anonymous_ids is not null and created_at < ${new Date(before)}
        order by created_at, id limit ${maxRounds} for update skip locked`.execute(transaction);
      if (rounds.rows.length === 0) return 0;
      const roundIds = rounds.rows.map(({ id }) => id);
      const receiptIds = rounds.rows.flatMap(({ anonymous_ids }) => anonymous_ids);
      // That they belong to nobody is asked once more: what is somebody's is never deleted, whatever a list says.
      const deleted = await sql<{ round_id: string }>`
        delete from receipt where id = any(${receiptIds}::text[]) and account_id is null and credential_id is null
        returning round_id`.execute(transaction);
      const counts = Map.groupBy(deleted.rows, ({ round_id }) => round_id);
      const left = await sql<{ id: string; receipt_count: number }>`
        update round set anonymous_ids = null, receipt_count = receipt_count - pruned.receipts
        from unnest(
          ${roundIds}::uuid[], ${roundIds.map((id) => counts.get(id)?.length ?? 0)}::integer[]
        ) as pruned (id, receipts)
        where round.id = pruned.id returning round.id, receipt_count`.execute(transaction);
      const empty = left.rows.filter(({ receipt_count }) => receipt_count === 0).map(({ id }) => id);
      await sql`delete from submission where round_id = any(${empty}::uuid[])`.execute(transaction);
      await sql`delete from round where id = any(${empty}::uuid[])`.execute(transaction);
      await sql`
        insert into receipt_expiry (id, run_at, receipts, rounds)
        values (gen_random_uuid(), ${new Date(now)}, ${deleted.rows.length}, ${empty.length})`.execute(transaction);
      return roundIds.length;
    },
  };
}

function anonymousIds(receipts: readonly Receipt[]): string[] | null {
  const ids = receipts.filter(({ owner }) => owner === null).map(({ id }) => id);
  return ids.length === 0 ? null : ids;
}

type ClaimRow = Selectable<SubmissionTable> & { root: Uint8Array };

const MATCH_AND_RETURN = sql`
  where submission.round_id = due.round_id and submission.calendar = due.calendar and submission.attempt = due.attempt
  returning submission.*, (select root from round where round.id = submission.round_id) as root`;

async function readClaims(result: Promise<{ rows: ClaimRow[] }>): Promise<ClaimedSubmission[]> {
  const { rows } = await result;
  return rows.map((row) => ({
    ...readSubmission(row),
    root: row.root,
    polls: row.polls,
    dueAt: epochMs(row.due_at),
    resubmitAt: epochMs(row.resubmit_at),
  }));
}
