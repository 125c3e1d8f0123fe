import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { concatBytes, encodeUint32 } from '../../base/bytes.ts';
import { encodeHex } from '../../base/hex.ts';
import { NoteError } from './error.ts';
import { readKeyId, requireKeyName } from './note.ts';

/** Both are Ed25519: over the text of the note, or a witness's over a time and the text (cosignature/v1). */
export type KeyType = 'ed25519' | 'cosignature';

/** A key that notes are verified with. */
export interface VerifierKey {
  readonly type: KeyType;
  readonly name: string;
  /** Unsigned, 32 bits; names the key in signatures and proves nothing. */
  readonly keyId: number;
  /** The 32 bytes of RFC 8032. */
  readonly publicKey: Uint8Array;
}

/** The signature types of C2SP signed-note that Touchmark knows. */
const TYPE_BYTES: Record<KeyType, number> = { ed25519: 0x01, cosignature: 0x04 };

const PUBLIC_KEY_BYTES = 32;

/** The key with its id: the first four bytes of SHA-256(name ‖ line feed ‖ type ‖ key). Throws NoteError. */
export function createVerifierKey(type: KeyType, name: string, publicKey: Uint8Array): VerifierKey {
  requireKeyName(name);
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new NoteError('bad-verifier-key', 'an Ed25519 key has 32 bytes');
  const named = concatBytes(new TextEncoder().encode(`${name}\n`), Uint8Array.of(TYPE_BYTES[type]), publicKey);
  return { type, name, keyId: readKeyId(sha256(named)), publicKey };
}

/** Reads `<name>+<key id in hexadecimal>+<base64 of type and key>`. Throws NoteError. */
export function parseVerifierKey(text: string): VerifierKey {
  // Base64 may have plus signs too.
  const [, name, keyId, base64] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  const material = base64 === undefined ? null : decodeBase64(base64);
  if (name === undefined || material === null || material.length === 0) {
    throw new NoteError('bad-verifier-key', 'a verifier key is not a name, an id and a key');
  }
  const type = (Object.keys(TYPE_BYTES) as KeyType[]).find((known) => TYPE_BYTES[known] === material[0]);
  if (type === undefined) throw new NoteError('unsupported-key-type', `signature type ${material[0]}`);
  const key = createVerifierKey(type, name, material.slice(1));
  if (encodeHex(encodeUint32(key.keyId)) !== keyId) {
    throw new NoteError('wrong-key-id', 'the id in a verifier key is not that of its key');
  }
  return key;
}

/** The text that `parseVerifierKey` reads. */
export function formatVerifierKey({ type, name, keyId, publicKey }: VerifierKey): string {
  const material = concatBytes(Uint8Array.of(TYPE_BYTES[type]), publicKey);
  return `${name}+${encodeHex(encodeUint32(keyId))}+${encodeBase64(material)}`;
}
