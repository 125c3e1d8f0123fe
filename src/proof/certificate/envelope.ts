import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64 } from '../../base/base64.ts';
import { concatBytes } from '../../base/bytes.ts';

/** A signed manifest: what is anchored and committed to. */
export interface Envelope {
  /** RFC 8785; its UTF-8 bytes are what was signed. */
  readonly manifestJson: string;
  /** A base64url text behind `key_`. */
  readonly keyId: string;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** 32 bytes that nobody can guess: without them a commitment says nothing about the envelope. */
export const SALT_BYTES = 32;

const encoder = new TextEncoder();

/** The bytes of `{"key_id":…,"manifest":…,"signature":…}` in RFC 8785 form; the signature is in base64. */
export function encodeEnvelope({ manifestJson, keyId, signature }: Envelope): Uint8Array {
  // The manifest is canonical already, and the three names stand in the order of RFC 8785.
  return encoder.encode(
    `{"key_id":${JSON.stringify(keyId)},"manifest":${manifestJson},"signature":"${encodeBase64(signature)}"}`,
  );
}

/** SHA-256 of the envelope. */
export function digestEnvelope(envelope: Envelope): Uint8Array {
  return sha256(encodeEnvelope(envelope));
}

/** What the public log has of an envelope: SHA-256(salt ‖ envelope digest). */
export function commitToEnvelope(salt: Uint8Array, envelopeDigest: Uint8Array): Uint8Array {
  return sha256(concatBytes(salt, envelopeDigest));
}
