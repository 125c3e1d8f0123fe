import assert from 'node:assert/strict';

/**
 * Replays a plain-text transcript against a running server. A case is a block of `> ` lines, the request, and the block
 * of `< ` lines after it, what must come back; every other line is prose for the reader.
 *
 *     > POST /api/anchor                   method and request target
 *     > Content-Type: application/json     headers
 *     >                                    an empty line, then the body
 *     > {"hash_hex": "…"}
 *     < 200                                status
 *     < X-Request-Id: <request_id>         headers that must be there, each with a pattern; "absent" means not there
 *     <                                    an empty line, then the body:
 *     < {"receipt_id": "<receipt_id as first>", …}
 *
 * A body that parses as JSON is a pattern for the whole answer: the same keys in the same order, and no other.
 * In an array, the last element may be "...": the element before it stands for any number of elements, or none.
 * Any other body must occur in the answer line by line, in that order. Without a body in the transcript none is checked.
 *
 * `<name>` stands for what PLACEHOLDERS says; `<name as key>` also keeps the value. In requests and expectations
 * `{{key}}` is a kept value, or one of `known`, and `{{repeat N text}}` is the text N times, comma-separated.
 */
export async function replayTranscript(
  text: string,
  baseUrl: string,
  known: Readonly<Record<string, string>> = {},
): Promise<number> {
  const kept = new Map(Object.entries(known));
  const cases = parseTranscript(text);
  for (const { line, request, expected } of cases) {
    try {
      await replayCase(fill(request, kept), expected, baseUrl, kept);
    } catch (error) {
      throw new Error(`line ${line}, "${request.split('\n', 1)[0]}": ${(error as Error).message}`, { cause: error });
    }
  }
  return cases.length;
}

const PLACEHOLDERS: Readonly<Record<string, RegExp>> = {
  receipt_id: /^[A-Za-z0-9_-]{16}$/,
  request_id: /^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  iso: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/,
  'iso or null': /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00|null)$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  'iso s': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  'iso ms': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  certificate_id: /^TS-[0-9A-HJKMNP-TV-Z]{6,}$/,
  month: /^\d{4}-\d\d$/,
  status: /^(pending|partial|pinned)$/,
  url: /^https?:\/\/\S+$/,
  count: /^(0|[1-9]\d*)$/,
  'positive count': /^[1-9]\d*$/,
  number: /^-?\d+(\.\d+)?$/,
  'number or null': /^(-?\d+(\.\d+)?|null)$/,
  boolean: /^(true|false)$/,
  hash: /^[0-9a-f]{64}$/,
  code: /^[a-z0-9]+(_[a-z0-9]+)*$/,
  etag: /^"[A-Za-z0-9_-]{22}"$/,
  text: /^[\s\S]+$/,
  'text or null': /^[\s\S]+$/,
};
/** Placeholders whose value in JSON is not a string. */
const UNQUOTED = new Set(['count', 'positive count', 'number', 'number or null', 'boolean']);

interface Case {
  readonly line: number;
  readonly request: string;
  readonly expected: string;
}

function parseTranscript(text: string): Case[] {
  const cases: { line: number; request: string[]; expected: string[] }[] = [];
  let previous = '';
  for (const [index, line] of text.split('\n').entries()) {
    const mark = /^[<>]( |$)/.test(line) ? line[0]! : '';
    if (mark === '>' && previous !== '>') cases.push({ line: index + 1, request: [], expected: [] });
    const current = cases.at(-1);
    if (mark === '>') current!.request.push(line.slice(2));
    if (mark === '<') {
      assert.ok(current, `line ${index + 1}: an answer without a request`);
      current.expected.push(line.slice(2));
    }
    previous = mark || (line.trim() === '' ? previous : '');
  }
  return cases.map(({ line, request, expected }) => {
    assert.ok(expected.length > 0, `line ${line}: a request without an expected answer`);
    return { line, request: request.join('\n'), expected: expected.join('\n') };
  });
}

function fill(text: string, kept: ReadonlyMap<string, string>): string {
  return text
    .replace(/\{\{repeat (\d+) (.*?)\}\}(?!\})/g, (_, times, item) => Array(Number(times)).fill(item).join(','))
    .replace(/\{\{(\w+)\}\}/g, (_, key) => {
      const value = kept.get(key);
      assert.ok(value !== undefined, `nothing was kept as "${key}"`);
      return value;
    });
}

function splitMessage(message: string): { first: string; headers: [string, string][]; body: string | null } {
  const [head, ...rest] = message.split(/\n\n/);
  const [first, ...headerLines] = head!.split('\n');
  const headers = headerLines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    assert.ok(colon > 0, `not a header: "${line}"`);
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { first: first!, headers, body: rest.length === 0 ? null : rest.join('\n\n') };
}

async function replayCase(
  request: string,
  expected: string,
  baseUrl: string,
  kept: Map<string, string>,
): Promise<void> {
  const sent = splitMessage(request);
  const [method, target] = sent.first.split(' ') as [string, string];
  const response = await fetch(baseUrl + target, {
    method,
    headers: sent.headers,
    body: sent.body,
    redirect: 'manual',
  });
  const body = await response.text();

  // Values kept from this answer's headers can be named in its body, but not the other way round.
  const want = splitMessage(expected);
  assert.equal(String(response.status), want.first, `status ${response.status}, body ${body.slice(0, 500)}`);
  for (const [name, pattern] of want.headers) {
    const value = response.headers.get(name);
    if (pattern === 'absent') {
      assert.equal(value, null, `header ${name} is there: ${value}`);
    } else {
      assert.ok(value !== null, `header ${name} is not there`);
      matchText(value, fill(pattern, kept), `header ${name}`, kept);
    }
  }
  if (want.body === null) return;
  const pattern = fill(want.body, kept);
  const json = parseJson(pattern);
  if (json === undefined) matchLines(body, pattern);
  else matchJson(parseJson(body), json, '$', kept);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function matchLines(body: string, pattern: string): void {
  let from = 0;
  for (const line of pattern.split('\n')) {
    const at = body.indexOf(line, from);
    assert.ok(at >= 0, `"${line}" does not occur in ${body}`);
    from = at + line.length;
  }
}

function matchJson(actual: unknown, pattern: unknown, path: string, kept: Map<string, string>): void {
  if (typeof pattern === 'string') {
    const name = /^<([a-z_ ]+?)( as \w+)?>$/.exec(pattern)?.[1];
    const wantsString = typeof actual !== 'string' && !(actual === null && name?.endsWith('null'));
    if (name === undefined || !UNQUOTED.has(name)) assert.ok(!wantsString, `${path} is ${JSON.stringify(actual)}`);
    else assert.notEqual(typeof actual, 'string', `${path} is a string`);
    matchText(String(actual), pattern, path, kept);
  } else if (Array.isArray(pattern)) {
    assert.ok(Array.isArray(actual), `${path} is not an array`);
    const elements = pattern.at(-1) === '...' ? unroll(pattern, actual.length) : pattern;
    assert.equal(actual.length, elements.length, `${path} has ${actual.length} elements`);
    for (const [i, element] of elements.entries()) matchJson(actual[i], element, `${path}[${i}]`, kept);
  } else if (typeof pattern === 'object' && pattern !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, `${path} is ${JSON.stringify(actual)}`);
    assert.deepEqual(Object.keys(actual), Object.keys(pattern), `keys of ${path}`);
    for (const [key, value] of Object.entries(pattern)) {
      matchJson((actual as Record<string, unknown>)[key], value, `${path}.${key}`, kept);
    }
  } else {
    assert.equal(actual, pattern, path);
  }
}

/** ["a", "b", "..."] for four elements is ["a", "b", "b", "b"]. */
function unroll(pattern: readonly unknown[], length: number): unknown[] {
  const fixed = pattern.slice(0, -2);
  return [...fixed, ...Array(Math.max(0, length - fixed.length)).fill(pattern.at(-2))];
}

function matchText(actual: string, pattern: string, where: string, kept: Map<string, string>): void {
  const whole = /^<([a-z_ ]+?)(?: as (\w+))?>$/.exec(pattern);
  if (whole === null) {
    assert.equal(actual, pattern, where);
    return;
  }
  const expected = PLACEHOLDERS[whole[1]!];
  assert.ok(expected, `unknown placeholder ${pattern}`);
  assert.match(actual, expected, where);
  if (whole[2] !== undefined) kept.set(whole[2], actual);
}
