import { decodeBase64 } from '../../base/base64.ts';
import type { CertificateTrust, TrustedKey } from '../../proof/certificate/verify-certificate.ts';
import { parseVerifierKey } from '../../proof/note/verifier-key.ts';

const KEYS_PATH = '/.well-known/trackorigin-public-key.json';

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
