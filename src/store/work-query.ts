import { type RawBuilder, sql } from 'kysely';
import type { AuthorQuery } from '../core/works/author-words.ts';
import type { PageQuery, RegistryFilter } from '../core/works/store.ts';

/** What every term that starts with another is below of: the last code point, which is in no word. */
const LAST_CODE_POINT = '\u{10FFFF}';

export interface PlaceRow {
  work_type: string;
  place: number;
}

/**
 * The places of a page, in order. Every type of work is read in order by the index and then merged, so that what a page
 * costs depends on how far it is from the start, and not on how many match.
 */
export function selectPlaces(filter: RegistryFilter, { order, after, offset, limit }: PageQuery<number>) {
  const direction = sql.raw(order === 'oldest' ? 'asc' : 'desc');
  const end = sql`order by place ${direction} limit ${limit} offset ${offset}`;
  const bounds = after === null ? filter.places : narrow(filter.places, order, after);
  if (filter.author !== null && !filter.author.first.isTerm) {
    return sql<PlaceRow>`${selectByStart(filter.author, filter.workTypes, bounds)} ${end}`;
  }
  const branches = filter.workTypes.map(
    (workType) => sql`(${selectInOrder(filter.author, workType, bounds)} order by place ${direction}
      limit ${offset + limit})`,
  );
  return sql<PlaceRow>`select work_type, place from (${sql.join(branches, sql` union all `)}) as listed ${end}`;
}

/** How many there are for a search for authors, counted up to `max`. */
export function countMatches(author: AuthorQuery, { workTypes, places }: RegistryFilter, max: number) {
  const matches = author.first.isTerm
    ? sql.join(
        workTypes.map((workType) => sql`(${selectInOrder(author, workType, places)} limit ${max})`),
        sql` union all `,
      )
    : selectByStart(author, workTypes, places);
  return sql<{ count: number }>`
    select count(*) as count from (select 1 from (${matches}) as matching limit ${max}) as counted`;
}

type Bounds = RegistryFilter['places'];

function narrow({ from, end }: Bounds, order: 'oldest' | 'newest', after: number): Bounds {
  return order === 'oldest' ? { from: Math.max(from, after + 1), end } : { from, end: Math.min(end, after) };
}

function selectInOrder(author: AuthorQuery | null, workType: string, { from, end }: Bounds): RawBuilder<unknown> {
  if (author === null) {
    return sql`select work_type, place from work_version
      where work_type = ${workType} and place >= ${from} and place < ${end}`;
  }
  return sql`select work_type, place from work_term
    where term = ${author.first.start} and work_type = ${workType} and place >= ${from} and place < ${end}
    ${hasOthers(author)}`;
}

/** A name may have two words with the same start. */
function selectByStart(author: AuthorQuery, workTypes: readonly string[], { from, end }: Bounds): RawBuilder<unknown> {
  return sql`select distinct work_type, place from work_term
    where term >= ${author.first.start} and term < ${author.first.start + LAST_CODE_POINT}
    and work_type = any(${workTypes}::text[]) and place >= ${from} and place < ${end}
    ${hasOthers(author)}`;
}

/** Words are letters and digits, so none of them means anything to `like`. */
function hasOthers({ others }: AuthorQuery): RawBuilder<unknown> {
  const conditions = others.map(({ start, isTerm }) =>
    isTerm
      ? sql`and exists (select 1 from work_term as other where other.term = ${start}
          and other.work_type = work_term.work_type and other.place = work_term.place)`
      : sql`and exists (select 1 from work_version as version where version.work_type = work_term.work_type
          and version.place = work_term.place and version.author_words like ${`% ${start}%`})`,
  );
  return sql.join(conditions, sql` `);
}
