import { sql, type Transaction } from 'kysely';
import type { LogWriter } from '../core/log/store.ts';
import { encodeLogEvent } from '../proof/log-event.ts';
import type { Schema } from './schema.ts';

export function createLogWriter(transaction: Transaction<Schema>): LogWriter {
  return {
    async append(events) {
      if (events.length === 0) return [];
      const leaves = events.map(encodeLogEvent);
      // The row lock is held until commit: numbers are taken, and become visible, in one order whoever takes them.
      const { size } = await transaction
        .updateTable('log_head')
        .set((row) => ({ size: row('size', '+', events.length) }))
        .returning('size')
        .executeTakeFirstOrThrow();
      const first = size - events.length + 1;
      const sequences = events.map((_, i) => first + i);
      await sql`
        insert into log_event (sequence, type, registry, is_sandbox, at, leaf)
        select * from unnest(
          ${sequences}::bigint[],
          ${events.map(({ type }) => type)}::text[],
          ${events.map(({ registry }) => registry)}::text[],
          ${events.map(({ isSandbox }) => isSandbox)}::boolean[],
          ${events.map(({ at }) => new Date(at).toISOString())}::timestamptz[],
          ${leaves}::bytea[]
        )`.execute(transaction);
      return sequences;
    },

    async saveTiles(tiles) {
      if (tiles.length === 0) return true;
      const { rows } = await sql`
        insert into log_tile (level, tile_index, bytes)
        select * from unnest(
          ${tiles.map(({ level }) => level)}::smallint[],
          ${tiles.map(({ index }) => index)}::bigint[],
          ${tiles.map(({ bytes }) => bytes)}::bytea[]
        )
        on conflict (level, tile_index) do update set bytes =
          case when length(excluded.bytes) > length(log_tile.bytes) then excluded.bytes else log_tile.bytes end
        where substring(excluded.bytes from 1 for length(log_tile.bytes)) =
          substring(log_tile.bytes from 1 for length(excluded.bytes))
        returning level`.execute(transaction);
      return rows.length === tiles.length;
    },

    async saveSigned({ revision, note, owner, now, leaseUntil }) {
      const saved = await transaction
        .updateTable('log_state')
        .set({
          revision: revision + 1,
          signed_note: note,
          lease_owner: owner,
          lease_until: new Date(leaseUntil),
        })
        .where('revision', '=', revision)
        .where((row) =>
          row.or([
            row('lease_until', 'is', null),
            row('lease_owner', '=', owner),
            row('lease_until', '<=', new Date(now)),
          ]),
        )
        .executeTakeFirst();
      return saved.numUpdatedRows > 0n;
    },

    async publish({ revision, size, note, publishedAt }) {
      const published = await transaction
        .updateTable('log_state')
        .set({
          published_revision: revision,
          published_size: size,
          published_note: note,
          published_at: new Date(publishedAt),
        })
        .where('revision', '=', revision)
        .executeTakeFirst();
      return published.numUpdatedRows > 0n;
    },

    async forgetCheckpoints() {
      await transaction.deleteFrom('log_anchor').execute();
      await transaction
        .updateTable('log_state')
        .set({
          revision: 0,
          signed_note: null,
          published_revision: null,
          published_size: null,
          published_note: null,
          published_at: null,
          lease_owner: null,
          lease_until: null,
        })
        .execute();
    },

    async release(owner) {
      await transaction.updateTable('log_state').set({ lease_until: null }).where('lease_owner', '=', owner).execute();
    },

    async claimAnchoring(now, nextAt) {
      const claimed = await transaction
        .updateTable('log_state')
        .set({ anchor_due_at: new Date(nextAt) })
        .where('anchor_due_at', '<=', new Date(now))
        .executeTakeFirst();
      return claimed.numUpdatedRows > 0n;
    },

    async saveAnchored({ size, note, receiptId, anchoredAt }, nextAt) {
      await transaction
        .insertInto('log_anchor')
        .values({ size, note, receipt_id: receiptId, anchored_at: new Date(anchoredAt) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await transaction
        .updateTable('log_state')
        .set({ anchor_due_at: new Date(nextAt) })
        .execute();
    },
  };
}
