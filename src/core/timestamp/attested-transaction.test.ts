import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../../base/bytes.ts';
import { applyOp, type Op } from '../../proof/ots/op.ts';
import { connectTimestamp, createTimestamp, mergeTimestamps, type Timestamp } from '../../proof/ots/timestamp.ts';
import { findAttestedTxid } from './attested-transaction.ts';

const SHA256: Op = { name: 'sha256' };
const DIGEST = new Uint8Array(32).fill(7);
const HEIGHT = 850_000;

/** One input, an empty script, and an OP_RETURN output that ends with the digest: what stands around it. */
const HEAD = concatBytes(
  Uint8Array.of(1, 0, 0, 0, 1),
  new Uint8Array(32).fill(9),
  Uint8Array.of(0, 0, 0, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0, 0, 34, 0x6a, 32),
);
const TAIL = new Uint8Array(4);
const TXID = sha256(sha256(concatBytes(HEAD, DIGEST, TAIL)));

const append = (argument: Uint8Array): Op => ({ name: 'append', argument });
const prepend = (argument: Uint8Array): Op => ({ name: 'prepend', argument });
const TO_TXID: readonly Op[] = [prepend(HEAD), append(TAIL), SHA256, SHA256];
const MERKLE: readonly Op[] = [1, 2, 3].flatMap((n) => [
  (n === 2 ? prepend : append)(new Uint8Array(32).fill(n)),
  SHA256,
  SHA256,
]);

function proof(ops: readonly Op[], height = HEIGHT, start: Uint8Array = DIGEST): Timestamp {
  const end = ops.reduce<Uint8Array>((message, op) => applyOp(op, message), start);
  return connectTimestamp(start, ops, createTimestamp(end, [{ type: 'bitcoin', height }], []));
}

test('the transaction in front of the Merkle path is found, however long that is', () => {
  assert.deepEqual(findAttestedTxid(proof([...TO_TXID, ...MERKLE]), HEIGHT), TXID);
  assert.deepEqual(findAttestedTxid(proof([...TO_TXID, ...MERKLE.slice(0, 3)]), HEIGHT), TXID);
});

test('a block with no other transaction has no Merkle path', () => {
  assert.deepEqual(findAttestedTxid(proof(TO_TXID), HEIGHT), TXID);
});

test('what a calendar hashes twice before its transaction is not taken for one', () => {
  const start = new Uint8Array(32).fill(5);
  const before: readonly Op[] = [append(Uint8Array.of(1)), SHA256, SHA256];
  const digest = sha256(sha256(concatBytes(start, Uint8Array.of(1))));
  const txid = sha256(sha256(concatBytes(HEAD, digest, TAIL)));
  assert.deepEqual(findAttestedTxid(proof([...before, ...TO_TXID, ...MERKLE], HEIGHT, start), HEIGHT), txid);
});

test('a path without a transaction tells nothing', () => {
  const noTransaction: readonly Op[] = [append(Uint8Array.of(1, 2, 3)), SHA256, SHA256];
  assert.equal(findAttestedTxid(proof([...noTransaction, ...MERKLE]), HEIGHT), null);
  assert.equal(findAttestedTxid(proof(MERKLE), HEIGHT), null);
  assert.equal(findAttestedTxid(proof([SHA256]), HEIGHT), null);
  const notTheEnd: readonly Op[] = [prepend(HEAD), append(concatBytes(TAIL, TAIL)), SHA256, SHA256];
  assert.equal(findAttestedTxid(proof([...notTheEnd, ...MERKLE]), HEIGHT), null);
});

test('with no attestation of the height, or two, nobody can tell', () => {
  const one = proof([...TO_TXID, ...MERKLE]);
  assert.equal(findAttestedTxid(one, HEIGHT + 1), null);
  assert.equal(findAttestedTxid(mergeTimestamps(one, proof([SHA256, SHA256])), HEIGHT), null);
  assert.deepEqual(findAttestedTxid(mergeTimestamps(one, proof([SHA256], HEIGHT + 1)), HEIGHT), TXID);
});
