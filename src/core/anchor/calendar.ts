/** A calendar that rounds are submitted to. `name` names its proof file. */
export interface CalendarTarget {
  readonly name: string;
  readonly url: string;
}

/**
 * A pattern of the URIs that pending attestations may name and that we are willing to ask: scheme and path equal, host
 * equal or, with a leading `*.`, any host below it. A URI out of a proof is a stranger's input; nothing outside the
 * configured list is ever fetched.
 */
export function isAllowedCalendarUri(uri: string, patterns: readonly string[]): boolean {
  const asked = splitUri(uri);
  return asked !== null && patterns.some((pattern) => matches(asked, pattern));
}

interface UriParts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
}

// Not `new URL()`: it normalises, and what is compared must be what is fetched.
function splitUri(uri: string): UriParts | null {
  const match = /^(https?):\/\/([A-Za-z0-9.*-]+(?::\d{1,5})?)(\/[A-Za-z0-9._/-]*)?$/.exec(uri);
  if (match === null) return null;
  const path = (match[3] ?? '').replace(/\/$/, '');
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return null;
  return { scheme: match[1]!, host: match[2]!.toLowerCase(), path };
}

function matches(asked: UriParts, pattern: string): boolean {
  const allowed = splitUri(pattern);
  if (allowed === null || asked.host.includes('*')) return false;
  if (allowed.scheme !== asked.scheme || allowed.path !== asked.path) return false;
  return allowed.host.startsWith('*.') ? asked.host.endsWith(allowed.host.slice(1)) : asked.host === allowed.host;
}
