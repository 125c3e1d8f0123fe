import { equalBytes } from '../../base/bytes.ts';
import { EMPTY_ROOT, HASH_BYTES, hashNode } from './rfc6962.ts';

/** What a checkpoint says of a tree. */
export interface TreeHead {
  readonly size: number;
  readonly rootHash: Uint8Array;
}

/**
 * Whether `proof` leads from the leaf at `index` to the root of `tree` (RFC 9162 section 2.1.3.2). Size and root have to
 * come from one signed checkpoint: a root alone does not tell how many leaves are under it.
 */
export function verifyInclusion(
  leafHash: Uint8Array,
  index: number,
  tree: TreeHead,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(index) || !isTreeHead(tree) || index >= tree.size) return false;
  if (![leafHash, ...proof].every(isHash)) return false;
  let [first, last] = [index, tree.size - 1];
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(first) || first === last) {
      hash = hashNode(sibling, hash);
      while (!isOdd(first) && first !== 0) [first, last] = [half(first), half(last)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && equalBytes(hash, tree.rootHash);
}

/**
 * Whether `proof` shows that `newer` has the leaves of `older` and then others (RFC 9162 section 2.1.4.2). Trees of the
 * same size need the same root, and any tree continues the empty one; both take the empty proof and no other.
 */
export function verifyConsistency(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (!isTreeHead(older) || !isTreeHead(newer) || older.size > newer.size || !proof.every(isHash)) return false;
  if (older.size === newer.size) return proof.length === 0 && equalBytes(older.rootHash, newer.rootHash);
  if (older.size === 0) return proof.length === 0;

  let [first, last] = [older.size - 1, newer.size - 1];
  while (isOdd(first)) [first, last] = [half(first), half(last)];
  // The proof leaves out where it starts when that is the older root itself.
  const [start, ...rest] = first === 0 ? [older.rootHash, ...proof] : proof;
  if (start === undefined) return false;
  let [olderHash, newerHash] = [start, start];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(first) || first === last) {
      olderHash = hashNode(sibling, olderHash);
      newerHash = hashNode(sibling, newerHash);
      while (!isOdd(first) && first !== 0) [first, last] = [half(first), half(last)];
    } else {
      newerHash = hashNode(newerHash, sibling);
    }
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && equalBytes(olderHash, older.rootHash) && equalBytes(newerHash, newer.rootHash);
}

function isTreeHead({ size, rootHash }: TreeHead): boolean {
  return isSize(size) && isHash(rootHash) && (size > 0 || equalBytes(rootHash, EMPTY_ROOT));
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

// Bitwise operators would cut sizes to 32 bits.
function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
