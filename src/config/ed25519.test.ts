import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createEd25519Key, verifyEd25519 } from './ed25519.ts';

test('a signature that has held vouches for its own message and key only, however often it is asked', () => {
  const [key, other] = [createEd25519Key(randomBytes(32)), createEd25519Key(randomBytes(32))];
  for (const length of [0, 200, 5_000]) {
    const message = new Uint8Array(randomBytes(length));
    const signature = key.sign(message);
    for (let turn = 0; turn < 3; turn++) {
      assert.equal(verifyEd25519(key.publicKey, message, signature), true);
      assert.equal(verifyEd25519(other.publicKey, message, signature), false);
      assert.equal(verifyEd25519(key.publicKey, Uint8Array.of(...message, 0), signature), false);
      assert.equal(verifyEd25519(key.publicKey, message, other.sign(message)), false);
      assert.equal(verifyEd25519(key.publicKey, message, signature.subarray(1)), false);
    }
  }
});

test('who writes into bytes that were verified changes nothing of what is remembered', () => {
  const key = createEd25519Key(randomBytes(32));
  const message = new Uint8Array(randomBytes(100));
  const signature = key.sign(message);
  assert.equal(verifyEd25519(key.publicKey, message, signature), true);
  message[0]! ^= 1;
  assert.equal(verifyEd25519(key.publicKey, message, signature), false);
  message[0]! ^= 1;
  signature[0]! ^= 1;
  assert.equal(verifyEd25519(key.publicKey, message, signature), false);
});

test('nonsense is refused and never thrown', () => {
  const nothing = new Uint8Array();
  assert.equal(verifyEd25519(nothing, nothing, nothing), false);
  assert.equal(verifyEd25519(createEd25519Key(randomBytes(32)).publicKey, nothing, nothing), false);
});
