import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FieldsError } from './error.ts';

test('however much is wrong with a body, an error about its fields stays small', () => {
  const message = 'is not a field of this request';
  const many = Array.from({ length: 5_000 }, (_, i) => ({ field: `f${i}`, message }));
  const { problems } = new FieldsError(many);
  assert.deepEqual(problems, many.slice(0, 20));
  const [long, torn] = new FieldsError([
    { field: 'x'.repeat(60_000), message },
    { field: `${'x'.repeat(99)}\u{1F3B5}`, message },
  ]).problems;
  assert.equal(long!.field.length, 100);
  assert.ok(torn!.field.isWellFormed());
});
