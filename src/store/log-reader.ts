import { type Kysely, type Selectable, sql } from 'kysely';
import type { AnchoredCheckpoint, LogReader } from '../core/log/store.ts';
import { decodeLogEvent } from '../proof/log-event.ts';
import type { LogTables } from './log-tables.ts';
import type { Schema } from './schema.ts';

/**
 * Numbers follow the time only as far as clocks of nodes agree and transactions are quick: an event is taken to be no
 * more than this behind one with a lower number. Far more than that is, and few enough events to walk over.
 */
const DISORDER_MAX_MS = 60 * 60_000;

export function createLogReader(kysely: Kysely<Schema>): LogReader {
  return {
    async size() {
      const { size } = await kysely.selectFrom('log_head').select('size').executeTakeFirstOrThrow();
      return size;
    },

    async readState() {
      // One statement, so that what is signed is never ahead of what is committed.
      const row = await kysely
        .selectFrom('log_state')
        .innerJoin('log_head', 'log_head.id', 'log_state.id')
        .selectAll('log_state')
        .select('log_head.size')
        .executeTakeFirstOrThrow();
      return {
        size: row.size,
        revision: row.revision,
        signed: row.signed_note,
        published:
          row.published_revision === null
            ? null
            : {
                revision: row.published_revision,
                size: row.published_size!,
                note: row.published_note!,
                publishedAt: row.published_at!.getTime(),
              },
        leaseOwner: row.lease_owner,
        leaseUntil: row.lease_until?.getTime() ?? 0,
      };
    },

    async listAfter(sequence, { types, registry, isSandbox, since, limit }) {
      let events = kysely.selectFrom('log_event');
      if (registry !== undefined) events = events.where('registry', '=', registry);
      if (isSandbox !== undefined) events = events.where('is_sandbox', '=', isSandbox);
      let start = sequence;
      if (since !== undefined) {
        const last = await events
          .select('sequence')
          .where('at', '<', new Date(since - DISORDER_MAX_MS))
          .orderBy('at', 'desc')
          .limit(1)
          .executeTakeFirst();
        start = Math.max(start, last?.sequence ?? 0);
        events = events.where('at', '>=', new Date(since));
      }
      if (types !== undefined) events = events.where('type', 'in', types);
      const rows = await events
        .select(['sequence', 'leaf'])
        .where('sequence', '>', start)
        .orderBy('sequence')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ sequence: row.sequence, event: decodeLogEvent(row.leaf) }));
    },

    async listLeaves(after, to) {
      const rows = await kysely
        .selectFrom('log_event')
        .select('leaf')
        .where('sequence', '>', after)
        .where('sequence', '<=', to)
        .orderBy('sequence')
        .execute();
      return rows.map(({ leaf }) => leaf);
    },

    async readTiles(tiles) {
      if (tiles.length === 0) return [];
      const levels = tiles.map(({ level }) => level);
      const indexes = tiles.map(({ index }) => index);
      const { rows } = await sql<{ position: number; bytes: Uint8Array }>`
        select wanted.position::integer as position, tile.bytes
        from unnest(${levels}::smallint[], ${indexes}::bigint[]) with ordinality as wanted (level, tile_index, position)
        join log_tile tile using (level, tile_index)`.execute(kysely);
      const found = new Map(rows.map(({ position, bytes }) => [position, bytes]));
      return tiles.map((_, i) => found.get(i + 1) ?? null);
    },

    async findAnchored(size) {
      const row = await kysely
        .selectFrom('log_anchor')
        .selectAll()
        .where('size', '>=', size)
        .orderBy('size')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : readAnchored(row);
    },

    async listAnchored(limit) {
      const rows = await kysely.selectFrom('log_anchor').selectAll().orderBy('size', 'desc').limit(limit).execute();
      return rows.map(readAnchored);
    },
  };
}

function readAnchored(row: Selectable<LogTables['log_anchor']>): AnchoredCheckpoint {
  return { size: row.size, note: row.note, receiptId: row.receipt_id, anchoredAt: row.anchored_at.getTime() };
}
