import { sha256 } from '@noble/hashes/sha2.js';

/** Bitcoin's hash: SHA-256 of the SHA-256 of the concatenated parts. 32 bytes in internal byte order. */
export function sha256d(...parts: readonly Uint8Array[]): Uint8Array {
  const inner = sha256.create();
  for (const part of parts) inner.update(part);
  return sha256(inner.digest());
}
