import { sha256 } from '@noble/hashes/sha2.js';
import type { Op } from '../ots/op.ts';

/** One level up: `side` is where `sibling` stands in what is hashed. */
export interface MerkleStep {
  readonly side: 'left' | 'right';
  readonly sibling: Uint8Array;
}

export interface MerkleTree {
  readonly root: Uint8Array;
  /** The steps from leaf `index` to the root, lowest first. Throws RangeError when there is no such leaf. */
  path(index: number): MerkleStep[];
}

/**
 * The root of OpenTimestamps' tree: neighbours are paired left to right, a parent is sha256(left ‖ right), and an odd
 * last element is carried up unchanged. The root of a single leaf is that leaf. Throws RangeError without leaves.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  requireLeaves(leaves);
  let level = leaves;
  while (level.length > 1) level = hashPairs(level);
  return level[0]!;
}

/** The tree of `merkleRoot` with the path of each leaf; keeps about as many hashes as there are leaves. */
export function merkleTree(leaves: readonly Uint8Array[]): MerkleTree {
  requireLeaves(leaves);
  const levels = [leaves];
  for (let level = leaves; level.length > 1; ) {
    level = hashPairs(level);
    levels.push(level);
  }
  return {
    root: levels.at(-1)![0]!,
    path(index) {
      if (!Number.isInteger(index) || index < 0 || index >= leaves.length) throw new RangeError(`no leaf ${index}`);
      const steps: MerkleStep[] = [];
      let position = index;
      for (const level of levels) {
        const sibling = level[position ^ 1];
        if (sibling !== undefined) steps.push({ side: position % 2 === 0 ? 'right' : 'left', sibling });
        position >>= 1;
      }
      return steps;
    },
  };
}

/** The operations of a proof that walk `steps`: the sibling on its side, then sha256. */
export function stepsToOps(steps: readonly MerkleStep[]): Op[] {
  return steps.flatMap(({ side, sibling }): Op[] => [
    { name: side === 'right' ? 'append' : 'prepend', argument: sibling },
    { name: 'sha256' },
  ]);
}

function hashPairs(level: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let left = 0; left < level.length; left += 2) {
    const right = level[left + 1];
    parents.push(right === undefined ? level[left]! : sha256.create().update(level[left]!).update(right).digest());
  }
  return parents;
}

function requireLeaves(leaves: readonly Uint8Array[]): void {
  if (leaves.length === 0) throw new RangeError('a Merkle tree needs at least one leaf');
}
