import { type Kysely, sql, type Transaction } from 'kysely';
import type { Stamp, StampVersion } from '../core/calendar/stamp.ts';
import type { CalendarReader, CalendarWriter, FoundStamp, StamperCondition } from '../core/calendar/store.ts';
import type { ChainTip } from '../core/chain.ts';
import type { Schema } from './schema.ts';

export function createCalendarReader(kysely: Kysely<Schema>): CalendarReader {
  return {
    async findCommitment(calendar, commitment) {
      const { rows } = await sql<{
        position: number;
        best_height: number | null;
        from_position: number | null;
        to_position: number;
        mined_height: number | null;
        tail: Uint8Array | null;
        txid: Uint8Array;
      }>`
        select entry.position, stamper.best_height,
          stamp.from_position, stamp.to_position, stamp.mined_height, stamp.tail, version.txid
        from calendar_commitment entry
        join calendar_stamper stamper on stamper.calendar = entry.calendar
        left join lateral (
          select * from calendar_stamp covering
          where covering.calendar = entry.calendar and covering.to_position >= entry.position
            and covering.from_position < entry.position and not covering.abandoned
          order by covering.to_position limit 1
        ) stamp on true
        left join calendar_stamp_version version on version.calendar = stamp.calendar
          and version.stamp_id = stamp.id and version.version = stamp.current_version
        where entry.calendar = ${calendar} and entry.commitment = ${commitment}`.execute(kysely);
      const row = rows[0];
      if (!row) return null;
      const stamp = row.from_position === null ? null : readFoundStamp({ ...row, from_position: row.from_position });
      return { position: row.position, bestHeight: row.best_height, stamp };
    },

    async listCommitments(calendar, from, to) {
      const rows = await kysely
        .selectFrom('calendar_commitment')
        .select('commitment')
        .where('calendar', '=', calendar)
        .where('position', '>', from)
        .where('position', '<=', to)
        .orderBy('position')
        .execute();
      return rows.map(({ commitment }) => commitment);
    },

    async readStamper(calendar) {
      const row = await kysely
        .selectFrom('calendar_stamper as stamper')
        .innerJoin('calendar', 'calendar.name', 'stamper.calendar')
        .selectAll('stamper')
        .select('calendar.last_position')
        .where('stamper.calendar', '=', calendar)
        .executeTakeFirst();
      if (!row) return null;
      return {
        revision: row.revision,
        leaseOwner: row.lease_owner,
        leaseUntil: row.lease_until?.getTime() ?? 0,
        script: row.script,
        best: row.best_height === null ? null : { height: row.best_height, hash: row.best_hash! },
        settledPosition: row.settled_position,
        lastPosition: row.last_position,
        condition: row.condition as StamperCondition | null,
        conditionSince: row.condition_since?.getTime() ?? null,
      };
    },

    async listUnsettledStamps(calendar) {
      const stamps = await kysely
        .selectFrom('calendar_stamp')
        .selectAll()
        .where('calendar', '=', calendar)
        .where(sql<boolean>`not settled`)
        .orderBy('id')
        .execute();
      if (stamps.length === 0) return [];
      const versions = await kysely
        .selectFrom('calendar_stamp_version')
        .selectAll()
        .where('calendar', '=', calendar)
        .where(
          'stamp_id',
          'in',
          stamps.map(({ id }) => id),
        )
        .orderBy('version')
        .execute();
      const versionsOf = Map.groupBy(versions, ({ stamp_id }) => stamp_id);
      return stamps.map(
        (row): Stamp => ({
          id: row.id,
          fromPosition: row.from_position,
          toPosition: row.to_position,
          openedAt: row.opened_at.getTime(),
          input: { txid: row.input_txid, vout: row.input_vout, valueSats: row.input_sats },
          currentVersion: row.current_version,
          minedHeight: row.mined_height,
          abandoned: row.abandoned,
          versions: (versionsOf.get(row.id) ?? []).map((version) => ({
            version: version.version,
            toPosition: version.to_position,
            tip: version.tip,
            txid: version.txid,
            raw: version.raw,
            feeSats: version.fee_sats,
            createdAt: version.created_at.getTime(),
            createdHeight: version.created_height,
          })),
        }),
      );
    },

    async listCoins(calendar) {
      // Coins whose spending is out of a reorganisation's reach are deleted by `advance`.
      const rows = await kysely.selectFrom('calendar_coin').selectAll().where('calendar', '=', calendar).execute();
      return rows.map((row) => ({
        txid: row.txid,
        vout: row.vout,
        valueSats: row.value_sats,
        coinbase: row.coinbase,
        minedHeight: row.mined_height,
        lostHeight: row.lost_height,
        spentHeight: row.spent_height,
      }));
    },

    async listBlocks(calendar) {
      return kysely
        .selectFrom('calendar_block')
        .select(['height', 'hash'])
        .where('calendar', '=', calendar)
        .orderBy('height', 'desc')
        .execute();
    },

    async listStamps(calendar, limit) {
      const rows = await kysely
        .selectFrom('calendar_stamp as stamp')
        .innerJoin('calendar_stamp_version as version', (join) =>
          join
            .onRef('version.calendar', '=', 'stamp.calendar')
            .onRef('version.stamp_id', '=', 'stamp.id')
            .onRef('version.version', '=', 'stamp.current_version'),
        )
        .select(['stamp.from_position', 'stamp.to_position', 'stamp.mined_height', 'stamp.tail', 'version.txid'])
        .select(['stamp.opened_at', 'stamp.abandoned', 'version.tip', 'version.fee_sats'])
        .where('stamp.calendar', '=', calendar)
        .orderBy('stamp.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        ...readFoundStamp(row),
        openedAt: row.opened_at.getTime(),
        abandoned: row.abandoned,
        tip: row.tip,
        feeSats: row.fee_sats,
      }));
    },
  };
}

export function createCalendarWriter(transaction: Transaction<Schema>): CalendarWriter {
  return {
    async registerCalendar(calendar, uri) {
      await transaction
        .insertInto('calendar')
        .values({ name: calendar, uri })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ uri }))
        .execute();
      await transaction
        .insertInto('calendar_stamper')
        .values({ calendar })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async appendCommitments(entries) {
      const byCalendar = Map.groupBy(entries, ({ calendar }) => calendar);
      const names = [...byCalendar.keys()];
      const counts = names.map((name) => byCalendar.get(name)!.length);
      // The row locks are held until commit: positions are taken, and become visible, in one order whoever takes them.
      // They are taken in the order of names, so that two nodes never wait for each other's calendars.
      const { rows } = await sql<{ name: string; last_position: number }>`
        update calendar set last_position = last_position + added.count
        from (select name from calendar where name = any(${names}::text[]) order by name for update) as locked
          join unnest(${names}::text[], ${counts}::integer[]) as added (name, count) using (name)
        where calendar.name = locked.name returning calendar.name, last_position`.execute(transaction);
      if (rows.length < names.length) throw new Error(`a calendar of ${names.join(', ')} is not registered`);
      const appended = rows.flatMap(({ name, last_position: last }) => {
        const added = byCalendar.get(name)!;
        return added.map(({ commitment }, i) => ({
          calendar: name,
          position: last - added.length + 1 + i,
          commitment,
        }));
      });
      await transaction.insertInto('calendar_commitment').values(appended).execute();
    },

    async claimStamper({ calendar, revision, owner, now, leaseUntil }) {
      const claimed = await transaction
        .updateTable('calendar_stamper')
        .set((row) => ({
          revision: row('revision', '+', 1),
          lease_owner: owner,
          lease_until: new Date(leaseUntil),
        }))
        .where('calendar', '=', calendar)
        .where('revision', '=', revision)
        .where((row) =>
          row.or([
            row('lease_until', 'is', null),
            row('lease_owner', '=', owner),
            row('lease_until', '<=', new Date(now)),
          ]),
        )
        .executeTakeFirst();
      return claimed.numUpdatedRows > 0n;
    },

    async startFollowing(calendar, script, best) {
      await transaction
        .insertInto('calendar_block')
        .values({ calendar, ...best })
        .execute();
      await transaction
        .updateTable('calendar_stamper')
        .set({ script, best_height: best.height, best_hash: best.hash })
        .where('calendar', '=', calendar)
        .execute();
    },

    async rollBack(calendar, to, lostHeight) {
      await transaction
        .deleteFrom('calendar_block')
        .where('calendar', '=', calendar)
        .where('height', '>', to.height)
        .execute();
      await transaction
        .updateTable('calendar_coin')
        .set({ mined_height: null, lost_height: lostHeight })
        .where('calendar', '=', calendar)
        .where('mined_height', '>', to.height)
        .execute();
      await transaction
        .updateTable('calendar_coin')
        .set({ spent_height: null })
        .where('calendar', '=', calendar)
        .where('spent_height', '>', to.height)
        .execute();
      await transaction
        .updateTable('calendar_stamp')
        .set({ mined_height: null, tail: null })
        .where('calendar', '=', calendar)
        .where(sql<boolean>`not settled`)
        .where('mined_height', '>', to.height)
        .execute();
      await setBest(transaction, calendar, to);
    },

    async advance(calendar, { blocks, coins, spends, mined, settledStamps, settledPosition, forgetHeight }) {
      await transaction
        .insertInto('calendar_block')
        .values(blocks.map(({ height, hash }) => ({ calendar, height, hash })))
        .execute();
      for (const { txid, vout, valueSats, coinbase, minedHeight } of coins) {
        await transaction
          .insertInto('calendar_coin')
          .values({ calendar, txid, vout, value_sats: valueSats, coinbase, mined_height: minedHeight })
          .onConflict((conflict) =>
            conflict
              .columns(['calendar', 'txid', 'vout'])
              .doUpdateSet({ mined_height: minedHeight, lost_height: null }),
          )
          .execute();
      }
      for (const { txid, vout, height } of spends) {
        await transaction
          .updateTable('calendar_coin')
          .set({ spent_height: height })
          .where('calendar', '=', calendar)
          .where('txid', '=', txid)
          .where('vout', '=', vout)
          .execute();
      }
      for (const { stampId, version, toPosition, height, tail } of mined) {
        await transaction
          .updateTable('calendar_stamp')
          .set({ mined_height: height, tail, current_version: version, to_position: toPosition, abandoned: false })
          .where('calendar', '=', calendar)
          .where('id', '=', stampId)
          .execute();
      }
      for (const stampId of settledStamps) {
        const { current_version: minedVersion } = await transaction
          .updateTable('calendar_stamp')
          .set({ settled: true })
          .where('calendar', '=', calendar)
          .where('id', '=', stampId)
          .returning('current_version')
          .executeTakeFirstOrThrow();
        await transaction
          .deleteFrom('calendar_stamp_version')
          .where('calendar', '=', calendar)
          .where('stamp_id', '=', stampId)
          .where('version', '!=', minedVersion)
          .execute();
      }
      await transaction
        .deleteFrom('calendar_block')
        .where('calendar', '=', calendar)
        .where('height', '<=', forgetHeight)
        .execute();
      await transaction
        .deleteFrom('calendar_coin')
        .where('calendar', '=', calendar)
        .where('spent_height', '<=', forgetHeight)
        .execute();
      await transaction
        .updateTable('calendar_stamper')
        .set({ settled_position: settledPosition })
        .where('calendar', '=', calendar)
        .execute();
      await setBest(transaction, calendar, blocks.at(-1)!);
    },

    async insertStamp(calendar, { fromPosition, openedAt, input }, version) {
      const { last } = await transaction
        .selectFrom('calendar_stamp')
        .select((row) => row.fn.max('id').as('last'))
        .where('calendar', '=', calendar)
        .executeTakeFirstOrThrow();
      const id = (last ?? 0) + 1;
      await transaction
        .insertInto('calendar_stamp')
        .values({
          calendar,
          id,
          from_position: fromPosition,
          to_position: version.toPosition,
          opened_at: new Date(openedAt),
          input_txid: input.txid,
          input_vout: input.vout,
          input_sats: input.valueSats,
          current_version: version.version,
        })
        .execute();
      await addVersion(transaction, calendar, id, version);
    },

    async insertVersion(calendar, stampId, version) {
      await addVersion(transaction, calendar, stampId, version);
      await transaction
        .updateTable('calendar_stamp')
        .set({ current_version: version.version, to_position: version.toPosition })
        .where('calendar', '=', calendar)
        .where('id', '=', stampId)
        .execute();
    },

    async abandonStamps(calendar, stampIds) {
      await transaction
        .updateTable('calendar_stamp')
        .set({ abandoned: true })
        .where('calendar', '=', calendar)
        .where('id', 'in', stampIds)
        .execute();
    },

    async setCondition(calendar, condition, now) {
      await transaction
        .updateTable('calendar_stamper')
        .set({ condition, condition_since: condition === null ? null : new Date(now) })
        .where('calendar', '=', calendar)
        .execute();
    },
  };
}

async function setBest(transaction: Transaction<Schema>, calendar: string, best: ChainTip): Promise<void> {
  await transaction
    .updateTable('calendar_stamper')
    .set({ best_height: best.height, best_hash: best.hash })
    .where('calendar', '=', calendar)
    .execute();
}

async function addVersion(
  transaction: Transaction<Schema>,
  calendar: string,
  stampId: number,
  version: StampVersion,
): Promise<void> {
  await transaction
    .insertInto('calendar_stamp_version')
    .values({
      calendar,
      stamp_id: stampId,
      version: version.version,
      to_position: version.toPosition,
      tip: version.tip,
      txid: version.txid,
      raw: version.raw,
      fee_sats: version.feeSats,
      created_at: new Date(version.createdAt),
      created_height: version.createdHeight,
    })
    .execute();
}

function readFoundStamp(row: {
  from_position: number;
  to_position: number;
  txid: Uint8Array;
  mined_height: number | null;
  tail: Uint8Array | null;
}): FoundStamp {
  return {
    fromPosition: row.from_position,
    toPosition: row.to_position,
    txid: row.txid,
    minedHeight: row.mined_height,
    tail: row.tail,
  };
}
