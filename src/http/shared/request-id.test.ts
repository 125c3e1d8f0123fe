import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createRequestIds } from './request-id.ts';

const clock = { now: () => 1_700_000_000_000, sleep: async () => {} };

test('no request id is given twice, also within one millisecond', () => {
  const makeId = createRequestIds(clock, (length) => new Uint8Array(randomBytes(length)));
  const ids = Array.from({ length: 5000 }, makeId);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
});
