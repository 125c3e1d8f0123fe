import { type Selectable, sql, type Transaction } from 'kysely';
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
        })
        .execute();
      const paths = receipts.map(({ path }) => packPath(path));
      // One array a column: a round of a thousand receipts is one statement with nine parameters.
      await sql`
        insert into receipt (id, round_id, created_at, digest, sha512, nonce, path, path_sides, label)
        select id, ${round.id}::uuid, created_at, digest, sha512, nonce, path, path_sides, label
        from unnest(
          ${receipts.map(({ id }) => id)}::text[],
          ${receipts.map(({ createdAt }) => new Date(createdAt).toISOString())}::timestamptz[],
          ${receipts.map(({ digest }) => digest)}::bytea[],
          ${receipts.map(({ sha512 }) => sha512)}::bytea[],
          ${receipts.map(({ nonce }) => nonce)}::bytea[],
          ${paths.map(({ siblings }) => siblings)}::bytea[],
          ${paths.map(({ sides }) => sides)}::integer[],
          ${receipts.map(({ label }) => label)}::text[]
        ) as item (id, created_at, digest, sha512, nonce, path, path_sides, label)`.execute(transaction);
      await transaction.insertInto('submission').values(submissions.map(writeSubmission)).execute();
    },

    async saveSubmission(submission) {
      const row = writeSubmission(submission);
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
  };
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
