import { cosignatureMessage, decodeCosignature } from './cosignature.ts';
import { NoteError } from './error.ts';
import type { Note, NoteSignature } from './note.ts';
import { formatVerifierKey, type VerifierKey } from './verifier-key.ts';

/** Ed25519 as in RFC 8032, over 32, any number of, and 64 bytes. Answers false for anything wrong; never throws. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** A signature that holds. */
export interface VerifiedSignature {
  readonly key: VerifierKey;
  /** Seconds since the Unix epoch; `null` where the type of the key has no time. */
  readonly timestamp: number | null;
}

const ED25519_SIGNATURE_BYTES = 64;

/**
 * Who of `keys` signed the note: at most one signature for each key, the first in the note. Signatures by other keys are
 * ignored; one that names a known key and does not hold refuses the whole note. Throws NoteError, also when none of
 * `keys` signed.
 */
export function verifyNote(note: Note, keys: readonly VerifierKey[], verify: VerifySignature): VerifiedSignature[] {
  const known = indexKeys(keys);
  const verified = new Map<string, VerifiedSignature>();
  for (const signature of note.signatures) {
    const id = identify(signature);
    const key = known.get(id);
    if (key === undefined) continue;
    const holds = verifyOne(note.text, signature, key, verify);
    if (holds === null) throw new NoteError('bad-signature', `a signature of ${key.name} does not hold`);
    if (!verified.has(id)) verified.set(id, holds);
  }
  if (verified.size === 0) throw new NoteError('not-signed', 'no known key has signed the note');
  return [...verified.values()];
}

/** Whether two keys sign under the same name and id. */
export function identify({ name, keyId }: { readonly name: string; readonly keyId: number }): string {
  return `${keyId} ${name}`;
}

function indexKeys(keys: readonly VerifierKey[]): Map<string, VerifierKey> {
  const known = new Map<string, VerifierKey>();
  for (const key of keys) {
    const other = known.get(identify(key));
    if (other !== undefined && formatVerifierKey(other) !== formatVerifierKey(key))
      throw new NoteError('ambiguous-key', `two keys of ${key.name} have one id`);
    known.set(identify(key), key);
  }
  return known;
}

function verifyOne(
  text: string,
  { signature }: NoteSignature,
  key: VerifierKey,
  verify: VerifySignature,
): VerifiedSignature | null {
  if (key.type === 'ed25519') {
    return check(key.publicKey, new TextEncoder().encode(text), signature, verify) ? { key, timestamp: null } : null;
  }
  const cosignature = decodeCosignature(signature);
  if (cosignature === null) return null;
  const { timestamp } = cosignature;
  const holds = check(key.publicKey, cosignatureMessage(timestamp, text), cosignature.signature, verify);
  return holds ? { key, timestamp } : null;
}

function check(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array, verify: VerifySignature): boolean {
  return signature.length === ED25519_SIGNATURE_BYTES && verify(publicKey, message, signature);
}
