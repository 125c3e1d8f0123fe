import { decodeBase64 } from '../../base/base64.ts';
import { encodeHex } from '../../base/hex.ts';
import type { CertificateVerdict } from '../../proof/certificate/verdict.ts';
import {
  type CertificateTrust,
  type TrustedKey,
  verifyCertificate,
} from '../../proof/certificate/verify-certificate.ts';
import { parseVerifierKey } from '../../proof/note/verifier-key.ts';

const KEYS_PATH = '/.well-known/trackorigin-public-key.json';

/** This browser has no Ed25519 of its own. */
export class NoEd25519Error extends Error {}

/**
 * `verifyCertificate` wants its signatures checked at once, and browsers check them in their own time. So it runs with
 * the answers known so far, and again, until it asks for none that is not known.
 */
export async function checkCertificate(
  bytes: Uint8Array,
  trust: CertificateTrust,
  workSha256: Uint8Array | null,
): Promise<CertificateVerdict> {
  const answers = new Map<string, boolean>();
  for (;;) {
    const asked = new Map<string, readonly [Uint8Array, Uint8Array, Uint8Array]>();
    const verdict = verifyCertificate(
      bytes,
      trust,
      (publicKey, message, signature) => {
        const key = [publicKey, message, signature].map(encodeHex).join(':');
        const answer = answers.get(key);
        if (answer === undefined) asked.set(key, [publicKey, message, signature]);
        return answer ?? true;
      },
      workSha256,
    );
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

/** The keys that this server says it signs certificates and its log with; none when they cannot be had. */
export async function readServerTrust(): Promise<CertificateTrust> {
  try {
    const answer = await (await fetch(KEYS_PATH)).json();
    const listed: unknown[] = Array.isArray(answer?.keys) ? answer.keys : [answer];
    const keys = listed.flatMap((item) => readKey(item as Record<string, unknown>));
    return { keys, log: readLog(answer?.log) };
  } catch {
    return { keys: [], log: null };
  }
}

function readLog(log: { origin?: unknown; verifier_key?: unknown } | undefined): CertificateTrust['log'] {
  if (typeof log?.origin !== 'string' || typeof log.verifier_key !== 'string') return null;
  return { origin: log.origin, logKeys: [parseVerifierKey(log.verifier_key)], witnessKeys: [] };
}

function readKey(item: Record<string, unknown>): TrustedKey[] {
  const text = item.public_key ?? item.public_key_base64;
  const publicKey = typeof text === 'string' ? decodeBase64(text) : null;
  if (publicKey?.length !== 32) return [];
  const time = (value: unknown) => (typeof value === 'string' ? Date.parse(value) || null : null);
  return [{ publicKey, validFrom: time(item.valid_from), validUntil: time(item.valid_until) }];
}
