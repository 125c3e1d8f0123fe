import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareAnswer } from './ready-answer.ts';

test('equal values have the same tag and different ones do not', () => {
  assert.equal(prepareAnswer({ a: 1 }).etag, prepareAnswer({ a: 1 }).etag);
  assert.notEqual(prepareAnswer({ a: 1 }).etag, prepareAnswer({ a: 2 }).etag);
});
