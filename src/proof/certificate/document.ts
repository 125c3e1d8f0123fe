import { decodeBase64 } from '../../base/base64.ts';
import { formatCanonical, type JsonValue } from '../../base/canonical-json.ts';
import { CodedError } from '../../base/coded-error.ts';
import type { OpeningJson } from './disclosure.ts';
import { SALT_BYTES } from './envelope.ts';
import { CertificateError } from './error.ts';
import { isCertificateId, isJsonObject, type JsonObject, parseIsoTime } from './manifest.ts';

export const CERTIFICATE_FORMAT = 'touchmark/certificate/1';

/** A code, as in the log. */
const REASON = /^[a-z0-9_]{1,64}$/;

/** A title of 10,000 characters, each of them escaped, and a log proof fit many times. */
export const CERTIFICATE_MAX_BYTES = 512 * 1024;

/** The JSON of a certificate document, as it is served and kept. */
export interface CertificateDocument {
  readonly format: typeof CERTIFICATE_FORMAT;
  readonly manifest: JsonObject;
  readonly key_id: string;
  /** Base64. */
  readonly signature: string;
  /** Base64 of the 32 raw bytes. Nobody vouches for it: it says which key to look for. */
  readonly public_key: string;
  /** Hex. */
  readonly salt: string;
  readonly log: {
    readonly origin: string;
    readonly verifier_key: string;
    readonly leaf: JsonObject;
    /** C2SP tlog-proof. */
    readonly proof: string;
  } | null;
  /** As the server knew it at `checked_at`; nobody has signed it. */
  readonly status: {
    readonly status: 'active' | 'revoked';
    readonly checked_at: string;
    readonly revoked_at: string | null;
    readonly reason: string | null;
    /** Id of the certificate of a newer version of the work; only where there is one. */
    readonly superseded_by?: string;
  } | null;
  /** What may be shown of the fields that the manifest commits to, by name. */
  readonly openings?: { readonly [name: string]: OpeningJson };
}

/** A certificate document, read. */
export interface Certificate {
  readonly manifest: JsonObject;
  /** RFC 8785. */
  readonly manifestJson: string;
  readonly keyId: string;
  /** 64 bytes. */
  readonly signature: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  readonly log: CertificateDocument['log'];
  readonly status: CertificateDocument['status'];
  readonly openings: { readonly [name: string]: OpeningJson };
}

/** Whether the start of a file's JSON can be that of a certificate document. */
export function isCertificateDocument(value: unknown): boolean {
  return isJsonObject(value) && typeof value.format === 'string' && value.format.startsWith('touchmark/certificate/');
}

/** Reads a document; says nothing about its truth (see `verifyCertificate`). Errors: CertificateError. */
export function readCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length > CERTIFICATE_MAX_BYTES) {
    throw new CertificateError('too-large', `it has more than ${CERTIFICATE_MAX_BYTES} bytes`);
  }
  const document = parseUnambiguous(bytes);
  if (!isJsonObject(document) || document.format !== CERTIFICATE_FORMAT) {
    throw new CertificateError('not-a-certificate', 'it is not a certificate document of this format');
  }
  const { manifest, key_id: keyId, log, status } = document;
  if (!isJsonObject(manifest)) throw badDocument('manifest');
  if (typeof keyId !== 'string') throw badDocument('key_id');
  return {
    manifest,
    manifestJson: formatCanonical(manifest),
    keyId,
    signature: readBytes(document, 'signature', 64),
    publicKey: readBytes(document, 'public_key', 32),
    salt: readSalt(document.salt),
    log: readLog(log),
    status: readStatus(status),
    openings: readOpenings(document.openings),
  };
}

/**
 * JSON that every reader reads alike. It may be indented, and its names may stand in any order, since people and their
 * tools do that; but no name stands twice, and every number is written as the integer that it is.
 */
function parseUnambiguous(bytes: Uint8Array): JsonValue {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: JsonValue = JSON.parse(text);
    // Checks numbers, depth and surrogates.
    formatCanonical(value);
    const outsideStrings = text.replace(/"(?:[^"\\]|\\.)*"/g, '');
    const members = outsideStrings.split(':').length - 1;
    if (members !== countMembers(value)) throw new CertificateError('not-json', 'a name stands twice');
    if (/\d[.eE]|-0/.test(outsideStrings)) throw new CertificateError('not-json', 'a number is not a plain integer');
    return value;
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    if (error instanceof CodedError || error instanceof SyntaxError || error instanceof TypeError) {
      throw new CertificateError('not-json', 'it is not JSON, or not JSON that everybody reads alike', {
        cause: error,
      });
    }
    throw error;
  }
}

function countMembers(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, inner: JsonValue) => sum + countMembers(inner), own);
}

function readLog(value: JsonValue | undefined): CertificateDocument['log'] {
  if (value === null) return null;
  if (!isJsonObject(value)) throw badDocument('log');
  const { origin, verifier_key, leaf, proof } = value;
  if (typeof origin !== 'string' || typeof verifier_key !== 'string' || typeof proof !== 'string') {
    throw badDocument('log');
  }
  if (!isJsonObject(leaf)) throw badDocument('log.leaf');
  return { origin, verifier_key, leaf, proof };
}

function readStatus(value: JsonValue | undefined): CertificateDocument['status'] {
  if (value === null) return null;
  if (!isJsonObject(value)) throw badDocument('status');
  const { status, checked_at, revoked_at, reason, superseded_by } = value;
  if (status !== 'active' && status !== 'revoked') throw badDocument('status.status');
  if (typeof checked_at !== 'string' || parseIsoTime(checked_at) === null) throw badDocument('status.checked_at');
  if (revoked_at !== null && (typeof revoked_at !== 'string' || parseIsoTime(revoked_at) === null)) {
    throw badDocument('status.revoked_at');
  }
  if (reason !== null && (typeof reason !== 'string' || !REASON.test(reason))) throw badDocument('status.reason');
  if (superseded_by === undefined) return { status, checked_at, revoked_at, reason };
  if (typeof superseded_by !== 'string' || !isCertificateId(superseded_by)) {
    throw badDocument('status.superseded_by');
  }
  return { status, checked_at, revoked_at, reason, superseded_by };
}

function readOpenings(value: JsonValue | undefined): Certificate['openings'] {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw badDocument('openings');
  const openings = Object.entries(value).map(([name, opening]) => {
    const isOpening = isJsonObject(opening) && opening.value !== undefined && typeof opening.salt === 'string';
    if (!isOpening) throw badDocument('openings');
    return [name, { value: opening.value!, salt: opening.salt as string }] as const;
  });
  return Object.fromEntries(openings);
}

function readBytes(document: JsonObject, field: string, length: number): Uint8Array {
  const value = document[field];
  const bytes = typeof value === 'string' ? decodeBase64(value) : null;
  if (bytes?.length !== length) throw badDocument(field);
  return bytes;
}

function readSalt(value: JsonValue | undefined): Uint8Array {
  if (typeof value !== 'string' || value.length !== 2 * SALT_BYTES || !/^[0-9a-f]*$/.test(value)) {
    throw badDocument('salt');
  }
  return Uint8Array.from({ length: SALT_BYTES }, (_, i) => Number.parseInt(value.slice(2 * i, 2 * i + 2), 16));
}

function badDocument(field: string): CertificateError {
  return new CertificateError('bad-document', `the document has no valid field "${field}"`);
}
