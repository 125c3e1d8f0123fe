import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeHex, encodeHex } from './hex.ts';

test('hexadecimal agrees with the platform and reads back, in either case', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = encodeHex(bytes);
      assert.equal(text, Buffer.from(bytes).toString('hex'));
      assert.deepEqual(decodeHex(text), Uint8Array.from(bytes));
      assert.deepEqual(decodeHex(text.toUpperCase()), Uint8Array.from(bytes));
    }),
  );
});

test('what is not hexadecimal is refused', () => {
  for (const text of [
    '0',
    '0g',
    ' 0',
    '0x',
    '00\n',
    '-1',
    '+1',
    '\u0660\u0660',
    '\uff10\uff10',
    '0\u0130',
    '::',
    '@@',
    '``',
    '//',
  ]) {
    assert.equal(decodeHex(text), null, text);
  }
});
