import type { Position } from '../../core/registry/store.ts';

/** Moments end in the year 2286 here. Ids are of letters, digits and underscores. */
const FORM = /^(0|[1-9]\d{0,12})\.([A-Za-z0-9_]{1,64})$/;

/** Where a list of public things goes on, as it stands in addresses. */
export function formatPosition(at: number, id: string): string {
  return `${at}.${id}`;
}

/** A position that nobody was given starts at the top. */
export function parsePosition(text: unknown): Position | null {
  const [, at, id] = FORM.exec(typeof text === 'string' ? text : '') ?? [];
  return id === undefined ? null : { at: Number(at), id };
}
