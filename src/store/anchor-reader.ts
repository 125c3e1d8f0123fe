import { type Kysely, sql } from 'kysely';
import type { Submission } from '../core/anchor/receipt.ts';
import type { AnchorReader, StoredReceipt } from '../core/anchor/store.ts';
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
      const states = await sql<{
        calendar: string;
        state: 'failed' | 'pending' | 'attested' | 'confirmed';
        total: number;
        overdue: number;
      }>`
        select calendar, state, count(*) as total,
          count(*) filter (where state in ('pending', 'attested') and accepted_at < ${new Date(overdueBefore)}) as overdue
        from submission group by calendar, state`.execute(kysely);
      const submissions = { failed: 0, pending: 0, attested: 0, confirmed: 0 };
      const overdue: Record<string, number> = {};
      for (const row of states.rows) {
        submissions[row.state] += row.total;
        overdue[row.calendar] = (overdue[row.calendar] ?? 0) + row.overdue;
      }
      const { total, last_day, last_week, last_at } = receipts.rows[0]!;
      return {
        receipts: total,
        lastDay: last_day,
        lastWeek: last_week,
        lastAnchorAt: last_at?.getTime() ?? null,
        submissions,
        overdue,
      };
    },

    async listConfirmedBlocks(fromHeight) {
      const rows = await kysely
        .selectFrom('submission')
        .select(['block_height', 'block_hash'])
        .distinct()
        .where('block_height', '>=', fromHeight)
        .where('state', '=', 'confirmed')
        .execute();
      return rows.map((row) => ({ height: row.block_height!, hash: row.block_hash! }));
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
