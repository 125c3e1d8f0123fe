import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64, encodeBase64 } from './base64.ts';

test('base64 agrees with the platform and reads back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString('base64'));
      assert.deepEqual(decodeBase64(encodeBase64(bytes)), Uint8Array.from(bytes));
    }),
  );
});

test('base64 in any other than its one canonical form is refused', () => {
  for (const text of ['A', 'AA', 'AAA', 'AA==\n', 'AA=A', '====', 'AB==', 'AAB=', 'A-A=', 'AA__', ' AA=']) {
    assert.equal(decodeBase64(text), null, text);
  }
});

test('of all texts, those are read that the platform writes', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ABQgw9z+/=-_\n'), maxLength: 12 });
  fc.assert(
    fc.property(text, (typed) => {
      const bytes = Buffer.from(typed, 'base64');
      assert.deepEqual(decodeBase64(typed), bytes.toString('base64') === typed ? Uint8Array.from(bytes) : null);
    }),
    { numRuns: 5_000 },
  );
});
