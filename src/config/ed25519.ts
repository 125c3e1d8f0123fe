import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { equalBytes } from '../base/bytes.ts';
import { encodeHex } from '../base/hex.ts';
import type { VerifySignature } from '../proof/note/verify-note.ts';

/** A key that signs; the seed itself is not to be had from it. */
export interface Ed25519Key {
  /** The 32 bytes of RFC 8032. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** What stands before the 32 bytes of a seed in PKCS #8, and of a public key in SPKI (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Reading a key costs ten times as much as using it. Whoever sends keys without end pushes out only others. */
const CACHED_KEYS = 1000;

/** The key of a seed of 32 bytes (RFC 8032 section 5.1.5). */
export function createEd25519Key(seed: Uint8Array): Ed25519Key {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: new Uint8Array(spki.subarray(SPKI_PREFIX.length)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** What is remembered of longer messages would be too much for so many keys; a checkpoint has some 200 bytes. */
const REMEMBERED_MESSAGE_MAX_BYTES = 1_000;

interface KnownKey {
  readonly key: KeyObject;
  /** The last message whose signature held: thousands of certificates are under one checkpoint. */
  held: { readonly message: Uint8Array; readonly signature: Uint8Array } | null;
}

const publicKeys = new Map<string, KnownKey>();

/** Ed25519 by the platform. Never throws. */
export const verifyEd25519: VerifySignature = (publicKey, message, signature) => {
  try {
    const known = readPublicKey(publicKey);
    if (known.held !== null && equalBytes(known.held.signature, signature) && equalBytes(known.held.message, message)) {
      return true;
    }
    const holds = verify(null, message, known.key, signature);
    if (holds && message.length <= REMEMBERED_MESSAGE_MAX_BYTES) {
      // Copies: whoever owns these bytes may write into them.
      known.held = { message: message.slice(), signature: signature.slice() };
    }
    return holds;
  } catch {
    return false;
  }
};

function readPublicKey(bytes: Uint8Array): KnownKey {
  const id = encodeHex(bytes);
  let known = publicKeys.get(id);
  if (known === undefined) {
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' });
    known = { key, held: null };
    if (publicKeys.size >= CACHED_KEYS) publicKeys.delete(publicKeys.keys().next().value!);
    publicKeys.set(id, known);
  }
  return known;
}
