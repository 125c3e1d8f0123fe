import { EMPTY_ROOT, HASH_BYTES, hashNode } from './rfc6962.ts';

/**
 * What of a tree is needed to let it grow: its size and the roots of the perfect subtrees along its right edge, largest
 * first, one for each 1 in the binary form of the size. At most 53 hashes.
 */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

/** A perfect subtree: the leaves from `index`·2^`height` on, 2^`height` of them. Height 0 is a leaf. */
export interface TreeNode {
  readonly height: number;
  readonly index: number;
}

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] };

/**
 * The frontier after appending `leafHashes` (see `hashLeaf`); costs one hash a leaf. `onNode` is told of every subtree
 * that becomes complete, a leaf before what it completes. Throws RangeError when `frontier` is not one.
 */
export function appendLeaves(
  frontier: Frontier,
  leafHashes: readonly Uint8Array[],
  onNode?: (height: number, hash: Uint8Array) => void,
): Frontier {
  requireFrontier(frontier);
  const hashes = [...frontier.hashes];
  let size = frontier.size;
  for (const leafHash of leafHashes) {
    if (leafHash.length !== HASH_BYTES) throw new RangeError('a hash has 32 bytes');
    let hash = leafHash;
    let height = 0;
    onNode?.(height, hash);
    // Every trailing 1 of the size is a subtree as high as the new one, and joins with it.
    for (let position = size; position % 2 === 1; position = Math.floor(position / 2)) {
      hash = hashNode(hashes.pop()!, hash);
      onNode?.(++height, hash);
    }
    hashes.push(hash);
    size++;
  }
  if (!Number.isSafeInteger(size)) throw new RangeError('a tree has fewer than 2^53 leaves');
  return { size, hashes };
}

/** The Merkle tree hash of RFC 6962 section 2.1. Throws RangeError when `frontier` is not one. */
export function frontierRoot(frontier: Frontier): Uint8Array {
  requireFrontier(frontier);
  return foldRight(frontier.hashes) ?? EMPTY_ROOT;
}

/**
 * The perfect subtrees of the leaves from `start` up to `end`, largest first. `start` is a multiple of the largest power
 * of two that is not above their number, as it is for every subtree of RFC 6962.
 */
export function perfectSubtrees(start: number, end: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let from = start; from < end; ) {
    const height = floorLog2(end - from);
    nodes.push({ height, index: from / 2 ** height });
    from += 2 ** height;
  }
  return nodes;
}

/** The root over perfect subtrees, largest first; `undefined` without any. */
export function foldRight(hashes: readonly Uint8Array[]): Uint8Array | undefined {
  return hashes.length === 0 ? undefined : hashes.reduceRight((right, left) => hashNode(left, right));
}

/** Exact for every safe integer from 1 on, where Math.log2 rounds. */
export function floorLog2(value: number): number {
  return value < 2 ** 32 ? 31 - Math.clz32(value) : 32 + floorLog2(Math.floor(value / 2 ** 32));
}

function requireFrontier({ size, hashes }: Frontier): void {
  if (!Number.isSafeInteger(size) || size < 0 || hashes.length !== perfectSubtrees(0, size).length) {
    throw new RangeError(`${hashes.length} hashes are not the frontier of ${size} leaves`);
  }
}
