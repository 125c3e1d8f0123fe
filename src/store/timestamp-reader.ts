import { type Kysely, type Selectable, sql } from 'kysely';
import type { HeldConfirmation, StoredTimestamp, TimestampFilter, TimestampReader } from '../core/timestamp/store.ts';
import type { TimestampRecord } from '../core/timestamp/timestamp.ts';
import type { Schema } from './schema.ts';
import type { TimestampRecordTable } from './timestamp-tables.ts';

export function createTimestampReader(kysely: Kysely<Schema>): TimestampReader {
  return {
    async find(accountId, id) {
      const rows = await kysely
        .selectFrom('timestamp_record')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
      return (await joinConfirmations(kysely, rows))[0] ?? null;
    },

    async findByCertificateId(certificateId) {
      const rows = await kysely
        .selectFrom('timestamp_certificate as certificate')
        .innerJoin('timestamp_record as record', (join) =>
          join
            .onRef('record.account_id', '=', 'certificate.account_id')
            .onRef('record.id', '=', 'certificate.timestamp_id'),
        )
        .selectAll('record')
        .where('certificate.certificate_id', '=', certificateId)
        .execute();
      return (await joinConfirmations(kysely, rows))[0] ?? null;
    },

    async list(filter, before, limit) {
      let query = selectFiltered(kysely, filter).selectAll('timestamp_record');
      if (before !== null) query = query.where('timestamp_record.created_at', '<', new Date(before));
      const rows = await query.orderBy('timestamp_record.created_at', 'desc').limit(limit).execute();
      return joinConfirmations(kysely, rows);
    },

    async count(filter) {
      const row = await selectFiltered(kysely, filter)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return row.count;
    },

    async listByDigest(digest, limit) {
      const rows = await kysely
        .selectFrom('timestamp_record')
        .selectAll()
        .where('digest', '=', digest)
        .orderBy('created_at')
        .limit(limit)
        .execute();
      return joinConfirmations(kysely, rows);
    },

    hasDigest: (accountId, digest) => hasDigest(kysely, accountId, digest),
    countSince: (accountId, since, limit) => countSince(kysely, accountId, since, limit),
  };
}

/** `kysely` is a transaction where the answer has to be as of a lock. */
export async function hasDigest(kysely: Kysely<Schema>, accountId: string, digest: Uint8Array): Promise<boolean> {
  const row = await kysely
    .selectFrom('timestamp_record')
    .select('id')
    .where('account_id', '=', accountId)
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row !== undefined;
}

export async function countSince(
  kysely: Kysely<Schema>,
  accountId: string,
  since: number,
  limit: number,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (
      select 1 from timestamp_record
      where account_id = ${accountId} and created_at >= ${new Date(since)} limit ${limit}
    ) as made`.execute(kysely);
  return rows[0]!.count;
}

function selectFiltered(kysely: Kysely<Schema>, { accountId, status, failedBefore }: TimestampFilter) {
  const all = kysely.selectFrom('timestamp_record').where('timestamp_record.account_id', '=', accountId);
  if (status === 'all') return all;
  const isPinned = sql<boolean>`exists (
    select from round where round.id = timestamp_record.round_id and round.status = 'pinned')`;
  if (status === 'confirmed') return all.where(isPinned);
  return all
    .where('timestamp_record.created_at', status === 'failed' ? '<' : '>=', new Date(failedBefore))
    .where(({ not }) => not(isPinned));
}

async function joinConfirmations(
  kysely: Kysely<Schema>,
  rows: readonly Selectable<TimestampRecordTable>[],
): Promise<StoredTimestamp[]> {
  if (rows.length === 0) return [];
  const confirmations = await selectConfirmations(kysely, [...new Set(rows.map((row) => row.round_id))]);
  return rows.map((row) => ({ record: readRecord(row), confirmation: confirmations.get(row.round_id) ?? null }));
}

/** By round, the confirmed submission of the lowest block. */
async function selectConfirmations(
  kysely: Kysely<Schema>,
  roundIds: readonly string[],
): Promise<ReadonlyMap<string, HeldConfirmation>> {
  const rows = await kysely
    .selectFrom('submission')
    .select(['round_id', 'commitment', 'upgrade', 'block_height', 'block_time'])
    .where('round_id', 'in', roundIds)
    .where('state', '=', 'confirmed')
    .orderBy('block_height', 'desc')
    .orderBy('calendar', 'desc')
    .execute();
  return new Map(
    rows.map((row) => [
      row.round_id,
      { commitment: row.commitment!, upgrade: row.upgrade!, height: row.block_height!, time: row.block_time! },
    ]),
  );
}

function readRecord(row: Selectable<TimestampRecordTable>): TimestampRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    certificateId: row.certificate_id,
    createdAt: row.created_at.getTime(),
    digest: row.digest,
    filename: row.filename,
    sizeBytes: row.file_size_bytes,
    type: row.file_type,
    receiptId: row.receipt_id,
    roundId: row.round_id,
  };
}
