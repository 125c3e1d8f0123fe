import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeComplaints, type SchemaComplaint } from './schema-problems.ts';

const unknown = (name: string, instancePath = ''): SchemaComplaint => ({
  ...{ keyword: 'additionalProperties', instancePath, params: { additionalProperty: name } },
});

test('however much is wrong with a body, the answer stays small', () => {
  const many = Array.from({ length: 30_000 }, (_, i) => unknown(`f${i}`));
  assert.equal(describeComplaints(many).length, 20);
  assert.equal(describeComplaints([unknown('x'.repeat(60_000))])[0]!.field.length, 100);
});

test('a field is named by its whole path, in text that is well formed', () => {
  const [nested, odd, torn] = describeComplaints([
    unknown('nope', '/metadata'),
    unknown('a/b~c'),
    unknown(`${'x'.repeat(99)}\u{1F3B5}`),
  ]);
  assert.deepEqual([nested!.field, odd!.field], ['metadata/nope', 'a~1b~0c']);
  assert.ok(torn!.field.isWellFormed());
});

test('of a choice, everything that is allowed is told once', () => {
  const one = (keyword: string, params: object, message = ''): SchemaComplaint => ({
    ...{ keyword, instancePath: '/state', params: { ...params }, message },
  });
  const describe = (...complaints: SchemaComplaint[]) => describeComplaints(complaints).map(({ message }) => message);
  const consts = ['active', 'revoked'].map((allowedValue) => one('const', { allowedValue }));
  assert.deepEqual(describe(...consts, one('anyOf', {})), ['must be one of active, revoked']);
  assert.deepEqual(describe(one('enum', { allowedValues: ['a'] })), ['must be a']);
  assert.deepEqual(describe(one('type', { type: ['string', 'null'] })), ['must be of type string or null']);
  assert.deepEqual(describe(one('format', {}, 'must match format "date"')), ['must match format "date"']);
});
