import { decodeBase64 } from '../../base/base64.ts';
import { CertificateError } from './error.ts';
import { isJsonObject, parseIsoTime } from './manifest.ts';
import type { TrustedKey } from './verify-certificate.ts';

/** Rotated once a day, keys would fill a list for three years. */
const KEYS_MAX = 1000;

/** The keys of a published list, `/.well-known/trackorigin-public-key.json`. Errors: CertificateError `bad-document`. */
export function parseTrustedKeys(text: string): readonly TrustedKey[] {
  const document = parseJson(text);
  const keys = isJsonObject(document) ? document.keys : null;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > KEYS_MAX) throw badKeys();
  return keys.map((key: unknown) => {
    if (!isJsonObject(key)) throw badKeys();
    const { public_key, valid_from, valid_until } = key;
    const publicKey = typeof public_key === 'string' ? decodeBase64(public_key) : null;
    const validFrom = typeof valid_from === 'string' ? parseIsoTime(valid_from) : null;
    const validUntil = typeof valid_until === 'string' ? parseIsoTime(valid_until) : null;
    if (publicKey?.length !== 32 || validFrom === null || (validUntil === null && valid_until !== null))
      throw badKeys();
    return { publicKey, validFrom, validUntil };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function badKeys(): CertificateError {
  return new CertificateError('bad-document', 'it is no list of keys of certificates');
}
