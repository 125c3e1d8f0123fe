import { ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { WorkDigests } from '../../proof/bundle/verify-evidence.ts';

export type DigestName = keyof WorkDigests;
export type Digests = Readonly<Partial<Record<DigestName, Uint8Array>>>;

/** The file cannot be read, or not any more: it was removed, changed, or may not be read. */
export class UnreadableError extends Error {}

/** Below this the browser's own digests, which take a file only as a whole, are faster than anything of ours. */
const WHOLE_MAX_BYTES = 32 * 1024 * 1024;
/** Large enough to keep the disk busy, small enough that memory stays flat for a file of any size. */
const CHUNK_BYTES = 4 * 1024 * 1024;

const HASHERS = { sha1, sha256, sha512, ripemd160, keccak256: keccak_256 };
const NATIVE: Readonly<Partial<Record<DigestName, string>>> = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' };

/** Digests of a file, all in one pass. Errors: `UnreadableError`. */
export async function hashBlob(
  blob: Blob,
  names: readonly DigestName[],
  onBytes: (done: number) => void,
): Promise<Digests> {
  // Only pages of a secure origin have it, and servers in a local network may not be one.
  const subtle = globalThis.crypto?.subtle;
  if (subtle !== undefined && blob.size <= WHOLE_MAX_BYTES && names.every((name) => name in NATIVE)) {
    const bytes = await read(blob);
    const digests = await Promise.all(names.map((name) => subtle.digest(NATIVE[name]!, bytes)));
    return Object.fromEntries(names.map((name, i) => [name, new Uint8Array(digests[i]!)]));
  }
  const hashers = names.map((name) => [name, HASHERS[name].create()] as const);
  let next = read(blob.slice(0, CHUNK_BYTES));
  for (let start = 0; start < blob.size; start += CHUNK_BYTES) {
    const chunk = new Uint8Array(await next);
    const end = start + chunk.length;
    if (end < blob.size) {
      next = read(blob.slice(end, end + CHUNK_BYTES));
      // Awaited in the next turn; a failure before that is not an unhandled one.
      next.catch(() => {});
    }
    for (const [, hasher] of hashers) hasher.update(chunk);
    onBytes(end);
  }
  return Object.fromEntries(hashers.map(([name, hasher]) => [name, hasher.digest()]));
}

async function read(blob: Blob): Promise<ArrayBuffer> {
  let bytes: ArrayBuffer;
  try {
    bytes = await blob.arrayBuffer();
  } catch (cause) {
    throw new UnreadableError('It cannot be read: it was moved, changed while it was read, or is not allowed.', {
      cause,
    });
  }
  if (bytes.byteLength !== blob.size) throw new UnreadableError('It changed while it was read.');
  return bytes;
}
