import { malformed, TAG } from './der.ts';
import { openNested } from './der-reader.ts';
import type { SignatureCheck } from './verify.ts';

/** Checks a signature with the Web Crypto of a browser, or of any runtime that has it. */
export async function checkWithWebCrypto({ key, algorithm, message, signature }: SignatureCheck): Promise<boolean> {
  const hash = algorithm.digest;
  try {
    if (key.kind === 'RSA') {
      const scheme = { name: 'RSASSA-PKCS1-v1_5', hash };
      const imported = await crypto.subtle.importKey('spki', copy(key.spki), scheme, false, ['verify']);
      return await crypto.subtle.verify(scheme, imported, copy(signature), copy(message));
    }
    const scheme = { name: 'ECDSA', namedCurve: key.kind, hash };
    const imported = await crypto.subtle.importKey('spki', copy(key.spki), scheme, false, ['verify']);
    const flat = toFlatSignature(signature, key.kind === 'P-256' ? 32 : 48);
    return await crypto.subtle.verify(scheme, imported, flat, copy(message));
  } catch {
    return false;
  }
}

/** Web Crypto has the two numbers of an ECDSA signature side by side, certificates have them in DER. */
function toFlatSignature(signature: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const outer = openNested(signature);
  const parts = outer.open(TAG.sequence);
  outer.end();
  const flat = new Uint8Array(2 * bytes);
  for (const end of [bytes, 2 * bytes]) {
    const number = parts.readInteger();
    const magnitude = number[0] === 0 ? number.subarray(1) : number;
    if (magnitude.length > bytes) throw malformed('a signature out of range');
    flat.set(magnitude, end - magnitude.length);
  }
  parts.end();
  return flat;
}

/** Web Crypto takes no memory that may be shared. */
function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
