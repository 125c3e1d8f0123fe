import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { checkTspSignature, generateTspKey } from './tsp-signatures.ts';

test('a signature that has held vouches for its own bytes only, however often it is asked', async () => {
  const key = generateTspKey();
  const message = new Uint8Array(randomBytes(300));
  const right = {
    key: { spki: key.spki, kind: 'P-256' },
    algorithm: { scheme: 'ecdsa', digest: 'SHA-256' },
    message,
    signature: key.sign(message),
  } as const;
  const other = generateTspKey();
  for (let turn = 0; turn < 3; turn++) {
    assert.equal(await checkTspSignature(right), true);
    assert.equal(await checkTspSignature({ ...right, key: { spki: other.spki, kind: 'P-256' } }), false);
    assert.equal(await checkTspSignature({ ...right, signature: other.sign(message) }), false);
    assert.equal(await checkTspSignature({ ...right, message: message.subarray(1) }), false);
    assert.equal(await checkTspSignature({ ...right, algorithm: { scheme: 'ecdsa', digest: 'SHA-384' } }), false);
  }
  message[0]! ^= 1;
  assert.equal(await checkTspSignature(right), false);
});
