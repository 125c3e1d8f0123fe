import { type Kysely, sql } from 'kysely';
import type { WorkReader } from '../core/works/store.ts';
import type { Schema } from './schema.ts';
import { countMatches, type PlaceRow, selectPlaces } from './work-query.ts';
import { listVersions, readVersion, selectVersions, type WorkVersionRow } from './work-rows.ts';

export function createWorkReader(kysely: Kysely<Schema>): WorkReader {
  return {
    async find(certId) {
      const row = await selectVersions(kysely).where('cert_id', '=', certId).executeTakeFirst();
      return row === undefined ? null : readVersion(row);
    },

    async findByHash(hash) {
      const row = await selectVersions(kysely)
        .innerJoin('work_hash', 'work_hash.cert_id', 'work_version.cert_id')
        .where('work_hash.hash', '=', hash)
        .executeTakeFirst();
      return row === undefined ? null : readVersion(row);
    },

    listVersions: (workId) => listVersions(kysely, workId),

    async browse(filter, page) {
      const { rows: places } = await selectPlaces(filter, page).execute(kysely);
      const rows = await selectPlaced(kysely, places);
      const byPlace = new Map(rows.map((row) => [row.place, row]));
      // One that left the lists between the two queries is not shown.
      return places.flatMap(({ place }) => byPlace.get(place) ?? []).map(readVersion);
    },

    async count(filter, max) {
      const { author, workTypes, days } = filter;
      if (author !== null) return (await countMatches(author, filter, max).execute(kysely)).rows[0]!.count;
      const { count } = await kysely
        .selectFrom('work_count')
        .select(sql<number>`coalesce(sum(count), 0)::bigint`.as('count'))
        .where('work_type', 'in', [...workTypes])
        .where('day', '>=', days.from)
        .where('day', '<=', days.to)
        .executeTakeFirstOrThrow();
      return count;
    },

    async listOwned(ownerId, { order, after, offset, limit }) {
      let query = selectVersions(kysely).where('work_version.account_id', '=', ownerId);
      if (after !== null) query = query.where('cert_id', order === 'oldest' ? '>' : '<', after);
      const rows = await query
        .orderBy('cert_id', order === 'oldest' ? 'asc' : 'desc')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(readVersion);
    },

    async countOwned(ownerId, max) {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from (
          select 1 from work_version where account_id = ${ownerId} limit ${max}
        ) as owned`.execute(kysely);
      return rows[0]!.count;
    },
  };
}

async function selectPlaced(kysely: Kysely<Schema>, places: readonly PlaceRow[]): Promise<readonly WorkVersionRow[]> {
  if (places.length === 0) return [];
  return selectVersions(kysely)
    .innerJoin(
      sql<{ work_type: string; place: number }>`(
        select * from unnest(
          ${places.map(({ work_type }) => work_type)}::text[],
          ${places.map(({ place }) => place)}::bigint[]
        ) as listed (work_type, place)
      )`.as('listed'),
      (join) =>
        join
          .on(sql<boolean>`listed.work_type = work_version.work_type`)
          .on(sql<boolean>`listed.place = work_version.place`),
    )
    .execute();
}
