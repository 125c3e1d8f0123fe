import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from './system.ts';

test('random bytes have the asked length, are never given twice, and are nobody else’s', () => {
  const given = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    const bytes = systemRandom(10 + (i % 30));
    assert.equal(bytes.length, 10 + (i % 30));
    assert.equal(bytes.byteLength, bytes.buffer.byteLength);
    given.add(Buffer.from(bytes.subarray(0, 10)).toString('hex'));
  }
  assert.equal(given.size, 20_000);
  for (const length of [0, 1, 255, 256, 257, 4_096, 10_000]) assert.equal(systemRandom(length).length, length);
});
