import { type DigestName, digestLength, encodeDigestAlgorithm, readDigestAlgorithm } from './algorithm.ts';
import { contextTag, malformed, TAG } from './der.ts';
import { DerReader, openDer } from './der-reader.ts';
import {
  encodeBoolean,
  encodeOctets,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
  encodeUnsigned,
} from './der-writer.ts';
import { TspError } from './error.ts';
import { type Extension, readExtensionList } from './extension.ts';

/** What a token is about: the digest of some bytes. */
export interface Imprint {
  readonly digest: DigestName;
  readonly hash: Uint8Array;
}

/** What an authority is asked (RFC 3161 section 2.4.1). */
export interface TimestampRequest {
  readonly imprint: Imprint;
  /** MessageImprint as it was sent, which the token repeats. */
  readonly encodedImprint: Uint8Array;
  /** Dotted; null: any. */
  readonly policy: string | null;
  /** An INTEGER's content, repeated as it is. */
  readonly nonce: Uint8Array | null;
  /** Whether the token is to hold the signer's certificates. */
  readonly wantsCertificates: boolean;
  readonly extensions: readonly Extension[];
}

/** Requests have about seventy bytes; those with extensions somewhat more. */
export const REQUEST_MAX_BYTES = 4096;
/** OpenSSL sends 8 bytes, others up to 20. */
const NONCE_MAX_BYTES = 32;

/** Reads a TimeStampReq. Throws TspError `too-large`, `malformed`, and `algorithm` for digests that are not taken. */
export function readRequest(der: Uint8Array): TimestampRequest {
  const outer = openDer(der, REQUEST_MAX_BYTES);
  const reader = outer.open();
  outer.end();
  if (reader.readSmallInteger() !== 1) throw malformed('a request of another version');
  const { bytes: encodedImprint } = reader.read(TAG.sequence);
  const policy = reader.has(TAG.oid) ? reader.readOid() : null;
  const nonce = reader.has(TAG.integer) ? readNonce(reader) : null;
  const wantsCertificates = reader.has(TAG.boolean) && readTrue(reader);
  const list = reader.openOptional(contextTag(0));
  const extensions = list === null ? [] : readExtensionList(list);
  reader.end();
  return {
    ...{ imprint: readImprint(new DerReader(encodedImprint)), encodedImprint },
    ...{ policy, nonce, wantsCertificates, extensions },
  };
}

export function readImprint(reader: DerReader): Imprint {
  const parts = reader.open();
  const digest = readDigestAlgorithm(parts);
  const hash = parts.readOctets();
  parts.end();
  if (hash.length !== digestLength(digest)) throw malformed('a hash of the wrong length');
  return { digest, hash };
}

export function readNonce(reader: DerReader): Uint8Array {
  const nonce = reader.readInteger();
  if (nonce.length > NONCE_MAX_BYTES) throw new TspError('too-large', `a nonce of over ${NONCE_MAX_BYTES} bytes`);
  return nonce;
}

/** In DER a default, here false, is left out. */
function readTrue(reader: DerReader): true {
  if (!reader.readBoolean()) throw malformed('a default that is written');
  return true;
}

export function encodeImprint({ digest, hash }: Imprint): Uint8Array {
  return encodeSequence(encodeDigestAlgorithm(digest), encodeOctets(hash));
}

/** A TimeStampReq that asks for certificates. `nonce` is an unsigned number. */
export function encodeRequest(request: {
  readonly imprint: Imprint;
  readonly nonce: Uint8Array;
  readonly policy?: string;
}): Uint8Array {
  return encodeSequence(
    encodeSmallInteger(1),
    encodeImprint(request.imprint),
    ...(request.policy === undefined ? [] : [encodeOid(request.policy)]),
    encodeUnsigned(request.nonce),
    encodeBoolean(true),
  );
}
