import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64Url } from '../../base/base64url.ts';

const ID_BYTES = 16;

/**
 * The name of a certificate key: `key_` and the first 16 bytes of the SHA-256 of its 32 raw bytes, in base64url. Since
 * it follows from the key, one name never stands for two keys.
 */
export function certificateKeyId(publicKey: Uint8Array): string {
  return `key_${encodeBase64Url(sha256(publicKey).subarray(0, ID_BYTES))}`;
}
