import assert from 'node:assert/strict';

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const text = { code: 'string', message: 'string' };
const nested = (fields: object) => ({ error: { ...text, ...fields, request_id: 'string' } });

/** How each part of the server shows an error, by the start of its paths, to whoever does not ask for HTML; the longest decides. */
const ENVELOPES: Readonly<Record<string, object | 'page' | 'plain text'>> = {
  '/': nested({ type: 'string' }),
  '/api/': { error: 'string', message: 'string' },
  '/api/v1/': nested({ type: 'string' }),
  '/api/v1/timestamps': nested({}),
  '/api/auth': text,
  '/api/account/profile': text,
  '/api/account/keys': nested({}),
  '/api/account/ledger': nested({}),
  '/api/account/plan': nested({}),
  '/api/account/submissions': nested({ type: 'string' }),
  '/api/account/timestamps': nested({}),
  '/api/operator': nested({}),
  '/account': 'page',
  '/static/account.': 'page',
  '/operator': 'page',
  // Its search form says what is wrong with what was typed.
  '/registry?': 'page',
  '/calendar': 'plain text',
  '/log': 'plain text',
  '/tsa': 'plain text',
};

/** Of what is unknown it is a picture too, since it is shown where no text would be. */
const BADGE = /^\/cert\/[^/?]+\/badge\.svg/;

/** Fails unless an error is no fault of the server, and looks as the part of the server that owns the path shows errors. */
export function assertRefusal(path: string, { statusCode, headers, body }: Answer, about = path): void {
  const where = `${about}: ${statusCode} ${body.slice(0, 300)}`;
  assert.ok(statusCode >= 400 && statusCode < 500, where);
  assert.match(String(headers['x-request-id']), /^req_[0-9A-HJKMNP-TV-Z]{26}$/, where);
  assert.equal(headers['x-content-type-options'], 'nosniff', where);
  const [owner] = Object.keys(ENVELOPES)
    .filter((prefix) => path.startsWith(prefix))
    .sort((one, other) => other.length - one.length);
  const envelope = ENVELOPES[owner!]!;
  const type = String(headers['content-type']);
  if (statusCode === 404 && BADGE.test(path) && type.startsWith('image/svg+xml')) return;
  if (typeof envelope === 'string') {
    assert.match(type, envelope === 'page' ? /^text\/html/ : /^text\/plain/, where);
    return;
  }
  assert.match(type, /^application\/json/, where);
  const found = JSON.parse(body);
  // Some say more, as how long to wait.
  assert.deepEqual(shapeOf(found, envelope), envelope, where);
  if (found.error?.request_id !== undefined) assert.equal(found.error.request_id, headers['x-request-id'], where);
}

/** The types of the fields that the pattern has. */
function shapeOf(value: unknown, pattern: unknown): unknown {
  if (typeof pattern !== 'object' || pattern === null) return typeof value;
  const fields = (value ?? {}) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(pattern).map(([name, inner]) => [name, shapeOf(fields[name], inner)]));
}
