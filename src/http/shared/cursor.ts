import { createHmac, timingSafeEqual } from 'node:crypto';
import { CodedError } from '../../base/coded-error.ts';

/** Not one that this server gave for this list. */
export class CursorError extends CodedError<'cursor-invalid'> {}

/** Where a list goes on: after the element with this moment, epoch ms, and this id. */
export interface CursorPosition {
  readonly at: number;
  readonly id: string;
}

/** Makes places in lists into text that nobody else can make, and that is good for one list only. */
export interface Cursors {
  format(list: string, position: CursorPosition): string;
  /** Null for no text. Errors: CursorError. */
  parse(list: string, text: string | undefined): CursorPosition | null;
}

/** Of 256 bits: nobody guesses one in any number of tries that a server answers. */
const MAC_BYTES = 16;
/** Ids have at most 64 characters, a moment 16. */
const CURSOR_MAX_CHARS = 160;
const FORM = /^(\d{1,16})\.([0-9A-Za-z_-]{1,64})$/;

/** @param key Of all servers that share a database. */
export function createCursors(key: Uint8Array): Cursors {
  const sign = (list: string, place: string) =>
    createHmac('sha256', key).update(`${list}\n${place}`).digest().subarray(0, MAC_BYTES);

  return {
    format(list, { at, id }) {
      const place = `${at}.${id}`;
      return Buffer.concat([sign(list, place), Buffer.from(place)]).toString('base64url');
    },

    parse(list, text) {
      if (text === undefined) return null;
      const bytes = Buffer.from(text.slice(0, CURSOR_MAX_CHARS), 'base64url');
      const place = bytes.subarray(MAC_BYTES).toString('latin1');
      const [, at, id] = FORM.exec(place) ?? [];
      const isOwn =
        id !== undefined &&
        timingSafeEqual(bytes.subarray(0, MAC_BYTES), sign(list, place)) &&
        // Every other spelling of the same bytes is one that we did not give.
        bytes.toString('base64url') === text;
      if (!isOwn) throw new CursorError('cursor-invalid', 'not a cursor of this list');
      return { at: Number(at), id };
    },
  };
}

/** One page of at most `limit` of what was asked for with a limit one larger, and the cursor of the next. */
export function cutPage<T>(
  found: readonly T[],
  limit: number,
  formatAfter: (last: T) => string,
): { readonly items: readonly T[]; readonly nextCursor: string | null } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? formatAfter(last) : null };
}
