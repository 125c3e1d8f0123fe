import { decodeBase64 } from '../base/base64.ts';
import { encodeCanonical } from '../base/canonical-json.ts';
import { FollowError } from './error.ts';
import { readSnapshot, type SnapshotAnswer } from './read-answer.ts';

/** A key of the server as somebody has looked it up, once, in a way that the server cannot change afterwards. */
export interface TrustedKey {
  readonly keyId: string;
  /** Base64 of the 32 bytes. */
  readonly publicKey: string;
  /** Epoch ms, where the key was retired. */
  readonly validUntil?: number;
}

/**
 * Reads a signed list of revocations; what comes back is signed by a trusted key. Says nothing about its age.
 * Errors: FollowError `bad-answer`, `unknown-key`, `bad-signature`.
 */
export async function verifySnapshot(text: string, trustedKeys: readonly TrustedKey[]): Promise<SnapshotAnswer> {
  const snapshot = readSnapshot(text);
  const key = trustedKeys.find(({ keyId }) => keyId === snapshot.keyId);
  if (key === undefined) throw new FollowError('unknown-key', `nobody has trusted the key ${snapshot.keyId}`);
  if (key.validUntil !== undefined && snapshot.generatedAt > key.validUntil) {
    throw new FollowError('unknown-key', `the key ${snapshot.keyId} was retired before this was signed`);
  }
  const signature = decodeBase64(snapshot.signature);
  if (signature?.length !== 64 || !(await verifyEd25519(key, encodePayload(snapshot), signature))) {
    throw new FollowError('bad-signature', 'the signature is not of this list');
  }
  return snapshot;
}

function encodePayload({ payload }: SnapshotAnswer): Uint8Array {
  try {
    return encodeCanonical(payload);
  } catch (error) {
    throw new FollowError('bad-answer', 'the list has no canonical form', { cause: error });
  }
}

async function verifyEd25519(key: TrustedKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const raw = decodeBase64(key.publicKey);
  if (raw?.length !== 32) throw new TypeError(`the trusted key ${key.keyId} is not 32 bytes in base64`);
  const { subtle } = globalThis.crypto;
  const imported = await subtle.importKey('raw', own(raw), 'Ed25519', false, ['verify']);
  return subtle.verify('Ed25519', imported, own(signature), own(message));
}

/** The platform's functions take no memory that may be shared. */
export function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
