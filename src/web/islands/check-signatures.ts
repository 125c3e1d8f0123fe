import { encodeHex } from '../../base/hex.ts';
import type { VerifySignature } from '../../proof/note/verify-note.ts';

/** This browser has no Ed25519 of its own. */
export class NoEd25519Error extends Error {}

/**
 * The verifiers want their signatures checked at once, and browsers check them in their own time. So `check` runs with
 * the answers known so far, and again, until it asks for none that is not known. Rejects with NoEd25519Error.
 */
export async function checkSignatures<Verdict>(
  check: (verify: VerifySignature) => Verdict | Promise<Verdict>,
): Promise<Verdict> {
  const answers = new Map<string, boolean>();
  for (;;) {
    const asked = new Map<string, readonly [Uint8Array, Uint8Array, Uint8Array]>();
    const verdict = await check((publicKey, message, signature) => {
      const key = [publicKey, message, signature].map(encodeHex).join(':');
      const answer = answers.get(key);
      if (answer === undefined) asked.set(key, [publicKey, message, signature]);
      return answer ?? true;
    });
    if (asked.size === 0) return verdict;
    for (const [key, question] of asked) answers.set(key, await verifyEd25519(...question));
  }
}

async function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) throw new NoEd25519Error();
  let key: CryptoKey;
  try {
    key = await subtle.importKey('raw', publicKey.slice(), 'Ed25519', false, ['verify']);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') throw new NoEd25519Error();
    return false;
  }
  return subtle.verify('Ed25519', key, signature.slice(), message.slice());
}
