import { Type } from 'typebox';
import { type FieldProblem, FieldsError } from '../../core/registry/error.ts';
import { listWords, QUERY_MAX_CHARS, QUERY_MAX_WORDS } from '../../core/works/author-words.ts';
import { isDay, parseChoice } from '../../core/works/check-registration.ts';
import type { PageQuery } from '../../core/works/store.ts';
import { WORK_TYPES, type WorkType } from '../../core/works/work.ts';
import { COUNTED_MAX, type Listing, type RegistrySearch } from '../../core/works/works.ts';
import { CursorError, type CursorPosition, type Cursors } from '../shared/cursor.ts';

/** By the contract. */
const PAGE_SIZE = 20;
const PAGE_SIZE_MAX = 50;

const ORDERS = ['oldest', 'newest'] as const;

const pageFields = {
  page: Type.Optional(Type.Integer({ minimum: 1, default: 1 })),
  page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_SIZE_MAX, default: PAGE_SIZE })),
  cursor: Type.Optional(
    Type.String({ description: `The next_cursor of the page before; pages reach to the ${COUNTED_MAX}th item only.` }),
  ),
};

/** Both for the description; what follows validates, so that every wrong parameter is told at once. */
export const OwnedQuery = Type.Object(pageFields);
export const RegistryQuery = Type.Object({
  ...pageFields,
  order: Type.Optional(Type.Unsafe<(typeof ORDERS)[number]>({ type: 'string', enum: [...ORDERS], default: 'oldest' })),
  work_type: Type.Optional(Type.Unsafe<WorkType>({ type: 'string', enum: [...WORK_TYPES] })),
  q: Type.Optional(
    Type.String({
      maxLength: QUERY_MAX_CHARS,
      description: 'What words of the author’s name start with, whatever case and accents.',
    }),
  ),
  date_from: Type.Optional(Type.String({ format: 'date', description: 'First day in the registry, UTC.' })),
  date_to: Type.Optional(Type.String({ format: 'date', description: 'Last day in the registry, UTC.' })),
});

/** A page as it was asked for. */
export interface AskedPage<Place> {
  readonly page: number;
  readonly query: PageQuery<Place>;
}

/** Errors: FieldsError with everything that is wrong. */
export function parseRegistryQuery(
  query: unknown,
  cursors: Cursors,
): AskedPage<number> & { readonly search: RegistrySearch; readonly list: string } {
  const reader = new ParameterReader(query);
  const order = reader.read('order', parseChoice(ORDERS), `must be one of ${ORDERS.join(', ')}`) ?? 'oldest';
  const search = {
    author: reader.read('q', parseSearch, `must be at most ${QUERY_MAX_CHARS} characters and ${QUERY_MAX_WORDS} words`),
    workType: reader.read('work_type', parseChoice(WORK_TYPES), `must be one of ${WORK_TYPES.join(', ')}`),
    from: reader.read('date_from', parseDay, 'must be a day that exists, as YYYY-MM-DD'),
    to: reader.read('date_to', parseDay, 'must be a day that exists, as YYYY-MM-DD'),
  };
  if (search.from !== null && search.to !== null && search.from > search.to) {
    reader.refuse('date_to', 'must not be before date_from');
  }
  // Filters may change on the way: a place is the same whatever is left out before it.
  const list = `registry, ${order}`;
  return {
    list,
    search: { ...search, author: search.author === '' ? null : search.author },
    ...readPage(reader, order, (text) => parseCursor(cursors, list, text)?.at ?? null),
  };
}

/** Errors: FieldsError with everything that is wrong. */
export function parseOwnedQuery(query: unknown, cursors: Cursors, list: string): AskedPage<string> {
  const reader = new ParameterReader(query);
  return readPage(reader, 'newest', (text) => parseCursor(cursors, list, text)?.id ?? null);
}

/** Null for none that this list gave. */
function parseCursor(cursors: Cursors, list: string, text: string): CursorPosition | null {
  try {
    return cursors.parse(list, text);
  } catch (error) {
    if (error instanceof CursorError) return null;
    throw error;
  }
}

function readPage<Place>(
  reader: ParameterReader,
  order: PageQuery<Place>['order'],
  parsePlace: (cursor: string) => Place | null,
): AskedPage<Place> {
  const limit =
    reader.read('page_size', (text) => parseInteger(text, PAGE_SIZE_MAX), `must be 1 to ${PAGE_SIZE_MAX}`) ?? PAGE_SIZE;
  const pagesMax = Math.floor(COUNTED_MAX / limit);
  const page =
    reader.read(
      'page',
      (text) => parseInteger(text, pagesMax),
      `must be 1 to ${pagesMax} for pages of this size; further on, follow next_cursor`,
    ) ?? null;
  const after = reader.read('cursor', parsePlace, 'must be the next_cursor of a page before');
  if (after !== null && page !== null && page !== 1) reader.refuse('page', 'must be left out beside a cursor');
  reader.finish();
  return { page: page ?? 1, query: { order, after, offset: ((page ?? 1) - 1) * limit, limit } };
}

/** What every list answers besides its items. */
export function presentPage<Place>(
  { page, query }: AskedPage<Place>,
  { total, isTotalExact, hasMore }: Listing,
  nextCursor: string | null,
) {
  return {
    page,
    page_size: query.limit,
    total,
    total_is_exact: isTotalExact,
    next_cursor: hasMore ? nextCursor : null,
  };
}

/** Reads what is given, and collects what is wrong. A parameter that is given twice is as wrong as any other. */
class ParameterReader {
  readonly #query: Readonly<Record<string, unknown>>;
  readonly #problems: FieldProblem[] = [];

  constructor(query: unknown) {
    this.#query = query as Readonly<Record<string, unknown>>;
  }

  /** Null for what is not given, and for what is wrong. */
  read<T>(name: string, parse: (value: string) => T | null, rule: string): T | null {
    const value = this.#query[name];
    if (value === undefined) return null;
    const parsed = typeof value === 'string' ? parse(value) : null;
    if (parsed === null) this.refuse(name, rule);
    return parsed;
  }

  refuse(field: string, message: string): void {
    this.#problems.push({ field, message });
  }

  /** Errors: FieldsError. */
  finish(): void {
    if (this.#problems.length > 0) throw new FieldsError(this.#problems);
  }
}

function parseInteger(text: string, max: number): number | null {
  return /^[1-9]\d{0,5}$/.test(text) && Number(text) <= max ? Number(text) : null;
}

function parseDay(text: string): string | null {
  return isDay(text) ? text : null;
}

function parseSearch(text: string): string | null {
  return text.length <= QUERY_MAX_CHARS && new Set(listWords(text)).size <= QUERY_MAX_WORDS ? text.trim() : null;
}
