import { type Kysely, sql } from 'kysely';
import type { Submission } from '../core/anchor/receipt.ts';
import type { AnchorReader, BlockRef, StoredReceipt } from '../core/anchor/store.ts';
import { readReceipt, readRound, readSubmission } from './anchor-rows.ts';
import type { ReceiptTable, RoundTable } from './anchor-tables.ts';
import type { Schema } from './schema.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export function createAnchorReader(kysely: Kysely<Schema>): AnchorReader {
  return {
    async findReceipt(id) {
      const row = await selectReceipts(kysely).where('receipt.id', '=', id).executeTakeFirst();
      if (row === undefined) return null;
      return (await joinSubmissions(kysely, [row]))[0]!;
    },

    async listReceipts(afterId, limit) {
      const rows = await selectReceipts(kysely)
        .where('receipt.id', '>', afterId)
        .orderBy('receipt.id')
        .limit(limit)
        .execute();
      return joinSubmissions(kysely, rows);
    },

    listSubmissions: (roundId) => selectSubmissions(kysely, [roundId]),

    async countAnchors(now, overdueBefore) {
      const receipts = await sql<{ total: number; last_day: number; last_week: number; last_at: Date | null }>`
        select coalesce(sum(receipt_count), 0)::bigint as total,
          coalesce(sum(receipt_count) filter (where created_at >= ${new Date(now - DAY_MS)}), 0)::bigint as last_day,
          coalesce(sum(receipt_count) filter (where created_at >= ${new Date(now - 7 * DAY_MS)}), 0)::bigint as last_week,
          max(created_at) as last_at
        from round`.execute(kysely);
      const waiting = await sql<{ calendar: string; overdue: number }>`
        select calendar, count(*) as overdue from submission
        where state = 'pending' and accepted_at < ${new Date(overdueBefore)} group by calendar`.execute(kysely);
      const { total, last_day, last_week, last_at } = receipts.rows[0]!;
      return {
        receipts: total,
        lastDay: last_day,
        lastWeek: last_week,
        lastAnchorAt: last_at?.getTime() ?? null,
        overdue: Object.fromEntries(waiting.rows.map(({ calendar, overdue }) => [calendar, overdue])),
      };
    },

    async listConfirmedBlocks(depth) {
      const { rows } = await sql<BlockRef>`
        select distinct block_height as height, block_hash as hash from submission
        where block_height >= (select max(block_height) from submission) - ${depth}::integer`.execute(kysely);
      return rows;
    },
  };
}

type ReceiptWithRound = ReceiptTable & { [Column in 'root' | 'status' | 'pinned_at']: RoundTable[Column] } & {
  round_created_at: Date;
};

function selectReceipts(kysely: Kysely<Schema>) {
  return kysely
    .selectFrom('receipt')
    .innerJoin('round', 'round.id', 'receipt.round_id')
    .selectAll('receipt')
    .select(['round.root', 'round.status', 'round.pinned_at', 'round.created_at as round_created_at']);
}

async function joinSubmissions(kysely: Kysely<Schema>, rows: readonly ReceiptWithRound[]): Promise<StoredReceipt[]> {
  if (rows.length === 0) return [];
  const submissions = await selectSubmissions(kysely, [...new Set(rows.map((row) => row.round_id))]);
  return rows.map((row) => ({
    receipt: readReceipt(row),
    round: readRound({ ...row, id: row.round_id, created_at: row.round_created_at }),
    submissions: submissions.filter(({ roundId }) => roundId === row.round_id),
  }));
}

async function selectSubmissions(kysely: Kysely<Schema>, roundIds: readonly string[]): Promise<Submission[]> {
  const rows = await kysely
    .selectFrom('submission')
    .selectAll()
    .where('round_id', 'in', roundIds)
    .orderBy('round_id')
    .orderBy(sql`calendar collate "C"`)
    .orderBy('attempt')
    .execute();
  return rows.map(readSubmission);
}
