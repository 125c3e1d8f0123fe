import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HEADER_100000, TXIDS_100000 } from '../../../test/support/bitcoin-blocks.ts';
import { parseBlockHeader } from './block-header.ts';
import { type BitcoinMerkleStep, bitcoinMerkleBranch, bitcoinMerkleRoot } from './merkle.ts';
import { sha256d } from './sha256d.ts';

const txids = fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
  minLength: 1,
  maxLength: 40,
  selector: (txid) => txid.join(),
});

test('the transactions of block 100000 lead to its merkle root', () => {
  assert.deepEqual(bitcoinMerkleRoot(TXIDS_100000), parseBlockHeader(HEADER_100000).merkleRoot);
});

test('the only transaction of a block is its root', () => {
  assert.deepEqual(bitcoinMerkleRoot(TXIDS_100000.slice(0, 1)), TXIDS_100000[0]);
  assert.deepEqual(bitcoinMerkleBranch(TXIDS_100000.slice(0, 1), 0), []);
});

test('every branch leads from its transaction to the root', () => {
  fc.assert(
    fc.property(txids, (list) => {
      const root = bitcoinMerkleRoot(list);
      for (const [index, txid] of list.entries()) assert.deepEqual(climb(txid, bitcoinMerkleBranch(list, index)), root);
    }),
  );
});

test('a list and the same list with its odd end repeated cannot pass as one block', () => {
  const list = TXIDS_100000.slice(0, 3);
  assert.throws(() => bitcoinMerkleRoot([...list, list[2]!]), { code: 'duplicate-transaction' });
  const six = [...TXIDS_100000, sha256d(Uint8Array.of(1)), sha256d(Uint8Array.of(2))];
  assert.throws(() => bitcoinMerkleRoot([...six, six[4]!, six[5]!]), { code: 'duplicate-transaction' });
});

test('there is no tree of nothing and no branch from outside it', () => {
  assert.throws(() => bitcoinMerkleRoot([]), { code: 'no-such-transaction' });
  for (const index of [-1, 4, 0.5]) {
    assert.throws(() => bitcoinMerkleBranch(TXIDS_100000, index), { code: 'no-such-transaction' });
  }
});

function climb(txid: Uint8Array, steps: readonly BitcoinMerkleStep[]): Uint8Array {
  return steps.reduce(
    (node, { side, sibling }) => (side === 'left' ? sha256d(sibling, node) : sha256d(node, sibling)),
    txid,
  );
}
