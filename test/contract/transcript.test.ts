import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { replayTranscript } from './transcript.ts';

const ANSWER = { id: 'AAAAAAAAAAAAAAAA', count: 2, items: [{ ok: true }, { ok: true }], none: null };

const server = createServer((request, response) => {
  request.resume();
  response.setHeader('x-path', request.url!);
  response.end(request.url === '/text' ? 'first line\nsecond line\n' : JSON.stringify(ANSWER));
});
let baseUrl = '';

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

function replay(answer: string, target = '/'): Promise<number> {
  const expected = answer.split('\n').map((line) => `< ${line}`.trimEnd());
  return replayTranscript(['Some prose.', '', `> GET ${target}`, ...expected].join('\n'), baseUrl);
}

test('an answer that is as expected passes', async () => {
  const body = '{"id": "<receipt_id>", "count": "<count>", "items": [{"ok": true}, "..."], "none": null}';
  assert.equal(await replay(`200\nX-Path: /\nX-Other: absent\n\n${body}`), 1);
  assert.equal(await replay('200\n\nfirst\nsecond', '/text'), 1);
});

const WRONG: Record<string, string> = {
  'another status': '201',
  'another header': '200\nX-Path: /other',
  'a missing header': '200\nX-Other: <text>',
  'a header that should be absent': '200\nX-Path: absent',
  'a missing key': '200\n\n{"id": "<receipt_id>", "count": 2, "items": [{"ok": true}, "..."]}',
  'an extra key': '200\n\n{"id": "<text>", "count": 2, "items": [{"ok": true}, "..."], "none": null, "more": 1}',
  'another order of keys': '200\n\n{"count": 2, "id": "<text>", "items": [{"ok": true}, "..."], "none": null}',
  'another value': '200\n\n{"id": "<text>", "count": 3, "items": [{"ok": true}, "..."], "none": null}',
  'a value of another form': '200\n\n{"id": "<hash>", "count": 2, "items": [{"ok": true}, "..."], "none": null}',
  'a string for a number': '200\n\n{"id": "<count>", "count": 2, "items": [{"ok": true}, "..."], "none": null}',
  'a number for a string': '200\n\n{"id": "<text>", "count": "2", "items": [{"ok": true}, "..."], "none": null}',
  'null for text': '200\n\n{"id": "<text>", "count": 2, "items": [{"ok": true}, "..."], "none": "<text>"}',
  'text for null': '200\n\n{"id": null, "count": 2, "items": [{"ok": true}, "..."], "none": null}',
  'fewer elements': '200\n\n{"id": "<text>", "count": 2, "items": [{"ok": true}], "none": null}',
  'other elements': '200\n\n{"id": "<text>", "count": 2, "items": [{"ok": false}, "..."], "none": null}',
  'an unknown placeholder': '200\n\n{"id": "<nonsense>", "count": 2, "items": [{"ok": true}, "..."], "none": null}',
  'a value that was never kept': '200\n\n{"id": "{{never}}", "count": 2, "items": [{"ok": true}, "..."], "none": null}',
};

for (const [what, answer] of Object.entries(WRONG)) {
  test(`${what} fails`, () => assert.rejects(replay(answer), /line 3/));
}

test('lines that do not occur, or in another order, fail', async () => {
  await assert.rejects(replay('200\n\nthird', '/text'), /third/);
  await assert.rejects(replay('200\n\nsecond\nfirst', '/text'), /first/);
});

test('a request without an expected answer is an error of the transcript', () =>
  assert.rejects(replayTranscript('> GET /\n', baseUrl), /without an expected answer/));
