import { equalBytes } from '../../base/bytes.ts';
import { BitcoinError } from './error.ts';
import { sha256d } from './sha256d.ts';

/** One level on the way up: `side` is where the sibling stands, so the parent is sha256d(left ‖ right). */
export interface BitcoinMerkleStep {
  readonly side: 'left' | 'right';
  readonly sibling: Uint8Array;
}

/**
 * Root of Bitcoin's transaction tree (SHA-256d, an odd last element paired with itself) over txids in internal byte
 * order. Two equal neighbours are refused, as consensus does, because the list without the repetition would have the
 * same root (CVE-2012-2459).
 */
export function bitcoinMerkleRoot(txids: readonly Uint8Array[]): Uint8Array {
  if (txids.length === 0) throw new BitcoinError('no-such-transaction', 'A block has at least one transaction');
  let level = txids;
  while (level.length > 1) level = parentLevel(level);
  return level[0]!;
}

/** The steps that lead from the txid at `index` to the root of the same list. */
export function bitcoinMerkleBranch(txids: readonly Uint8Array[], index: number): BitcoinMerkleStep[] {
  if (txids[index] === undefined) throw new BitcoinError('no-such-transaction', `No transaction at position ${index}`);
  const steps: BitcoinMerkleStep[] = [];
  let level = txids;
  let position = index;
  while (level.length > 1) {
    const isLeft = position % 2 === 0;
    const sibling = isLeft ? (level[position + 1] ?? level[position]!) : level[position - 1]!;
    steps.push({ side: isLeft ? 'right' : 'left', sibling });
    level = parentLevel(level);
    position >>= 1;
  }
  return steps;
}

function parentLevel(level: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i]!;
    const right = level[i + 1];
    if (right && equalBytes(left, right)) {
      throw new BitcoinError('duplicate-transaction', 'The transaction tree repeats an element');
    }
    parents.push(sha256d(left, right ?? left));
  }
  return parents;
}
