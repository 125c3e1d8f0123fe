const MAX_CHARS = 1000;
/** Printable ASCII without the backslash, which browsers take for a slash. */
const OWN_PATH = /^\/[!-[\]-~]*$/;
/** Any host: only whether it stays the same is looked at. */
const BASE = 'http://own.invalid';

/** The path and query that a text names on this server, or null for anything that could lead elsewhere. */
export function parseOwnPath(text: string): string | null {
  if (text.length > MAX_CHARS || !OWN_PATH.test(text)) return null;
  const url = URL.parse(text, BASE);
  // `/.//host` stays here when it is resolved, and would lead away when what it resolves to is resolved again.
  if (url === null || url.origin !== BASE || url.pathname.startsWith('//')) return null;
  return url.pathname + url.search;
}
