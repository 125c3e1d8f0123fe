import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../../base/bytes.ts';

/** Length of every hash of a log's tree. */
export const HASH_BYTES = 32;

/** The root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

const LEAF_PREFIX = Uint8Array.of(0x00);

/** RFC 6962 section 2.1: SHA-256(0x00 ‖ entry). */
export function hashLeaf(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF_PREFIX, entry));
}

/** One buffer and one hasher for all nodes: a log of a million entries hashes a million of them. */
const node = new Uint8Array(1 + 2 * HASH_BYTES);
node[0] = 0x01;
const untouched = sha256.create();
const hasher = sha256.create();

/** RFC 6962 section 2.1: SHA-256(0x01 ‖ left ‖ right), of two hashes of 32 bytes. */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new RangeError('a hash has 32 bytes');
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return untouched._cloneInto(hasher).update(node).digest();
}
