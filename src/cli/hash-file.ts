import { createHash } from 'node:crypto';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { WorkDigests } from '../proof/bundle/verify-evidence.ts';
import { FileError } from './file-error.ts';
import { withRegularFile } from './regular-file.ts';

export type DigestName = keyof WorkDigests;

export interface HashedFile<Name extends DigestName> {
  readonly size: number;
  readonly modifiedMs: number;
  readonly digests: Readonly<Record<Name, Uint8Array>>;
}

/** Large enough to keep the disk busy, small enough that memory stays flat for a file of any size. */
const CHUNK_BYTES = 1024 * 1024;

interface Hasher {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

// OpenSSL has no Keccak, and its RIPEMD-160 is a legacy algorithm that a build can leave out.
const HASHERS: Readonly<Record<DigestName, () => Hasher>> = {
  sha1: () => createHash('sha1'),
  sha256: () => createHash('sha256'),
  sha512: () => createHash('sha512'),
  ripemd160: () => ripemd160.create(),
  keccak256: () => keccak_256.create(),
};

/**
 * Digests of a regular file, all in one pass. Errors: `FileError`, `changed-while-read` among them, since a digest of
 * half the old and half the new content would be of neither.
 */
export function hashFile<Name extends DigestName>(
  path: string,
  names: readonly Name[],
  options: { readonly signal: AbortSignal; readonly onBytes?: (done: number, size: number) => void },
): Promise<HashedFile<Name>> {
  return withRegularFile(path, async (file) => {
    const before = await file.stat();
    const hashers = names.map((name) => [name, HASHERS[name]()] as const);
    // Of thousands of small files, none takes a large piece of memory.
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, before.size + 1));
    let done = 0;
    for (;;) {
      options.signal.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunk.length, done);
      if (bytesRead === 0) break;
      for (const [, hasher] of hashers) hasher.update(chunk.subarray(0, bytesRead));
      done += bytesRead;
      options.onBytes?.(done, before.size);
    }
    const after = await file.stat();
    if (done !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
      throw new FileError('changed-while-read', 'it changed while it was read; try again when it is complete');
    }
    const digests = Object.fromEntries(hashers.map(([name, hasher]) => [name, new Uint8Array(hasher.digest())]));
    return { size: done, modifiedMs: before.mtimeMs, digests: digests as Record<Name, Uint8Array> };
  });
}
