import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { encodeHex } from '../../base/hex.ts';
import { applyOp } from '../ots/op.ts';
import { merkleRoot, merkleTree, stepsToOps } from './opentimestamps.ts';

interface RootCase {
  leaf: 'byte' | 'sha256';
  count: number;
  root: string;
}

const { roots }: { roots: RootCase[] } = JSON.parse(
  readFileSync(new URL('../../../vectors/merkle/opentimestamps.json', import.meta.url), 'utf8'),
);

describe('the root is the one of the reference implementation', () => {
  for (const { leaf, count, root } of roots) {
    test(`${count} leaves (${leaf})`, () => {
      const bytes = Array.from({ length: count }, (_, i) => Uint8Array.of(i));
      const leaves = leaf === 'byte' ? bytes : bytes.map((byte) => sha256(byte));
      assert.equal(encodeHex(merkleRoot(leaves)), root);
      assert.equal(encodeHex(merkleTree(leaves).root), root);
    });
  }
});

test('every path leads from its leaf to the root', () => {
  const leaves = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 70 });
  fc.assert(
    fc.property(leaves, (all) => {
      const tree = merkleTree(all);
      assert.deepEqual(tree.root, merkleRoot(all));
      for (const [index, leaf] of all.entries()) {
        const reached = stepsToOps(tree.path(index)).reduce<Uint8Array>((message, op) => applyOp(op, message), leaf);
        assert.deepEqual(reached, tree.root);
      }
    }),
  );
});

test('a path through a batch of 4096 has twelve steps', () => {
  const leaves = Array.from({ length: 4096 }, (_, i) => sha256(Uint8Array.of(i >> 8, i & 255)));
  const path = merkleTree(leaves).path(4095);
  assert.deepEqual(
    path.map(({ side }) => side),
    Array(12).fill('left'),
  );
});

test('a leaf that is carried up has no step where it has no neighbour', () => {
  const leaves = [0, 1, 2, 3, 4].map((byte) => Uint8Array.of(byte));
  assert.deepEqual(merkleTree(leaves).path(4), [{ side: 'left', sibling: merkleRoot(leaves.slice(0, 4)) }]);
});

test('a tree without leaves and a path to no leaf are refused', () => {
  assert.throws(() => merkleRoot([]), RangeError);
  assert.throws(() => merkleTree([]), RangeError);
  const tree = merkleTree([Uint8Array.of(0), Uint8Array.of(1)]);
  for (const index of [-1, 2, 0.5, Number.NaN]) assert.throws(() => tree.path(index), RangeError);
});
