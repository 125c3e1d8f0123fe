import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { encodeBase64 } from '../base/base64.ts';
import { equalBytes } from '../base/bytes.ts';
import type { CheckSignature, SignatureCheck } from '../proof/tsp/verify.ts';

/** Reading a key costs more than checking a signature. Whoever sends keys without end pushes out only others. */
const CACHED_KEYS = 1000;
/** Certificates have a kilobyte or two; more of each would be too much for so many keys. */
const REMEMBERED_MESSAGE_MAX_BYTES = 4_000;

interface KnownKey {
  readonly key: KeyObject;
  /** The last certificate whose signature held: the tokens of an authority all have the same one. */
  held: SignatureCheck | null;
}

const keys = new Map<string, KnownKey>();

/** Checks signatures of tokens and certificates with this runtime's own library. */
export const checkTspSignature: CheckSignature = (check) => {
  try {
    const { algorithm, message, signature } = check;
    const known = readPublicKey(check.key.spki);
    if (known.held !== null && isSame(known.held, check)) return true;
    const holds = verify(hashName(algorithm.digest), message, known.key, signature);
    if (holds && message.length <= REMEMBERED_MESSAGE_MAX_BYTES) {
      // Copies: whoever owns these bytes may write into them.
      known.held = { ...check, message: message.slice(), signature: signature.slice() };
    }
    return holds;
  } catch {
    return false;
  }
};

function isSame(one: SignatureCheck, other: SignatureCheck): boolean {
  return (
    one.algorithm.scheme === other.algorithm.scheme &&
    one.algorithm.digest === other.algorithm.digest &&
    equalBytes(one.signature, other.signature) &&
    equalBytes(one.message, other.message)
  );
}

function readPublicKey(spki: Uint8Array): KnownKey {
  const id = encodeBase64(spki);
  let known = keys.get(id);
  if (known === undefined) {
    known = { key: createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }), held: null };
    if (keys.size >= CACHED_KEYS) keys.delete(keys.keys().next().value!);
    keys.set(id, known);
  }
  return known;
}

function hashName(digest: string): string {
  return digest.toLowerCase().replace('-', '');
}

/** A key that signs tokens or certificates; the key itself is not to be had from it. */
export interface TspKey {
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** With the digest that goes with the key: SHA-384 for P-384, SHA-256 for P-256 and RSA. */
  sign(message: Uint8Array): Uint8Array;
}

/** From PKCS #8: DER, or PEM text. Throws what the library throws. */
export function readTspKey(pkcs8: Uint8Array | string): TspKey {
  return createTspKey(
    typeof pkcs8 === 'string'
      ? createPrivateKey(pkcs8)
      : createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }),
  );
}

function createTspKey(key: KeyObject): TspKey {
  const digest = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
  return {
    spki: new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' })),
    sign: (message) => new Uint8Array(sign(digest, message, key)),
  };
}

/** A new P-256 key, and its PKCS #8 for where it is kept. */
export function generateTspKey(): TspKey & { readonly pkcs8: Uint8Array } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }));
  return { ...createTspKey(privateKey), pkcs8 };
}
