import { type Kysely, sql } from 'kysely';
import type { RoundStatus, Submission } from '../core/anchor/receipt.ts';
import type { ReceiptState } from '../core/anchor/receipt-state.ts';
import type { AnchorReader, BlockRef, StoredReceipt } from '../core/anchor/store.ts';
import { epochMs, readReceipt, readRound, readSubmission } from './anchor-rows.ts';
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

    async readStates(ids) {
      const { rows } = await sql<StateRow>`
        select receipt.id, receipt.is_private, round.status, round.pinned_at, held.attempts, held.accepted,
          held.upgraded
        from receipt
        join round on round.id = receipt.round_id
        cross join lateral (
          select count(*)::integer as attempts, count(proof)::integer as accepted, count(upgrade)::integer as upgraded
          from submission where submission.round_id = receipt.round_id
        ) as held
        where receipt.id = any(${ids}::text[])`.execute(kysely);
      return new Map(rows.map((row) => [row.id, readState(row)]));
    },

    async listOwned({ accountId, before, digestPrefix, label, isPrivate, limit }) {
      let select = selectReceipts(kysely).where('receipt.account_id', '=', accountId);
      if (before !== null) {
        const createdAt = new Date(before.createdAt);
        select = select.where(
          sql<boolean>`(receipt.created_at, receipt.id) < (${createdAt}::timestamptz, ${before.id})`,
        );
      }
      if (digestPrefix !== null) {
        const [lowest, highest] = ['0', 'f'].map((fill) => Buffer.from(digestPrefix.padEnd(64, fill), 'hex'));
        select = select.where(sql<boolean>`receipt.digest between ${lowest} and ${highest}`);
      }
      // Not LIKE: no character of a label means anything but itself.
      if (label !== null) select = select.where(sql<boolean>`strpos(lower(receipt.label), lower(${label})) > 0`);
      if (isPrivate !== null) select = select.where('receipt.is_private', '=', isPrivate);
      const rows = await select
        .orderBy('receipt.created_at', 'desc')
        .orderBy('receipt.id', 'desc')
        .limit(limit)
        .execute();
      return joinSubmissions(kysely, rows);
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
        select calendar, count(distinct round_id) as overdue from submission
        where state = 'pending' and due_at is not null and accepted_at < ${new Date(overdueBefore)}
        group by calendar`.execute(kysely);
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

interface StateRow {
  readonly id: string;
  readonly is_private: boolean;
  readonly status: RoundStatus;
  readonly pinned_at: Date | null;
  readonly attempts: number;
  readonly accepted: number;
  readonly upgraded: number;
}

function readState({ is_private, pinned_at, status, attempts, accepted, upgraded }: StateRow): ReceiptState {
  return { isPrivate: is_private, status, pinnedAt: epochMs(pinned_at), attempts, accepted, upgraded };
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
  const submissions = Map.groupBy(
    await selectSubmissions(kysely, [...new Set(rows.map((row) => row.round_id))]),
    ({ roundId }) => roundId,
  );
  return rows.map((row) => ({
    receipt: readReceipt(row),
    round: readRound({ ...row, id: row.round_id, created_at: row.round_created_at }),
    submissions: submissions.get(row.round_id) ?? [],
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
