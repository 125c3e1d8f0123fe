import { compareBytes } from '../../base/bytes.ts';
import {
  type DigestName,
  encodeDigestAlgorithm,
  encodeSignatureAlgorithm,
  isDigest,
  readDigestAlgorithm,
  readSignatureAlgorithm,
  type SignatureAlgorithm,
} from './algorithm.ts';
import { type Certificate, readCertificateElement } from './certificate.ts';
import { contextTag, malformed, primitiveContextTag, TAG } from './der.ts';
import { type DerReader, openDer } from './der-reader.ts';
import {
  encodeContext,
  encodeElement,
  encodeOctets,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  encodeSmallInteger,
} from './der-writer.ts';
import { TspError } from './error.ts';
import { readSignedAttributes, type SignedAttributes } from './signed-attributes.ts';
import { readTstInfo, type TstInfo } from './tst-info.ts';

/** A token with a long chain has ten kilobytes; lists of revoked certificates inside are read up to this size. */
export const TOKEN_MAX_BYTES = 128 * 1024;
/** Chains have three or four certificates. */
const CERTIFICATES_MAX = 16;

export const OID = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
} as const;

/** Who signed, as CMS names it. */
export type SignerId =
  | { readonly kind: 'issuer-serial'; readonly issuer: Uint8Array; readonly serialNumber: Uint8Array }
  | { readonly kind: 'key-id'; readonly keyId: Uint8Array };

/** A time-stamp token, read and not yet believed. */
export interface Token {
  readonly info: TstInfo;
  /** The bytes of the TSTInfo. */
  readonly content: Uint8Array;
  readonly certificates: readonly Certificate[];
  readonly signerId: SignerId;
  readonly digest: DigestName;
  readonly attributes: SignedAttributes;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

/** Reads a token: CMS SignedData around a TSTInfo (RFC 5652, RFC 3161). Throws TspError. */
export function readToken(der: Uint8Array): Token {
  const outer = openDer(der, TOKEN_MAX_BYTES);
  const reader = openContent(outer.open(), OID.signedData);
  outer.end();
  const data = reader.open();
  reader.end();
  if (data.readSmallInteger() !== 3) throw new TspError('content-type', 'signed data of another version');
  const digests = data.open(TAG.set);
  const announced = [];
  while (!digests.isAtEnd) announced.push(digests.read(TAG.sequence).bytes);
  const content = readContent(data.open());
  const bag = data.openOptional(contextTag(0));
  const certificates = bag === null ? [] : readCertificates(bag);
  data.openOptional(contextTag(1));
  const signers = data.open(TAG.set);
  data.end();
  if (signers.isAtEnd) throw new TspError('signer-count', 'nobody signed the token');
  const signer = signers.open();
  if (!signers.isAtEnd) throw new TspError('signer-count', 'the token has several signers');
  const signed = readSigner(signer);
  // RFC 5652 section 5.1: only what is announced may be used.
  if (!announced.some((identifier) => isDigest(identifier, signed.digest))) {
    throw new TspError('algorithm', "the signer's digest is not announced");
  }
  return { info: readTstInfo(content), content, certificates, ...signed };
}

/** ContentInfo: a type, and a value of it. */
function openContent(reader: DerReader, type: string): DerReader {
  if (reader.readOid() !== type) throw new TspError('content-type', 'not signed data');
  const content = reader.open(contextTag(0));
  reader.end();
  return content;
}

function readContent(reader: DerReader): Uint8Array {
  if (reader.readOid() !== OID.tstInfo) throw new TspError('content-type', 'what is signed is not a time-stamp');
  const wrapped = reader.open(contextTag(0));
  const content = wrapped.readOctets();
  wrapped.end();
  reader.end();
  return content;
}

/** Attribute certificates and other forms are left out: no chain is made of them. */
function readCertificates(reader: DerReader): Certificate[] {
  const certificates: Certificate[] = [];
  for (let count = 1; !reader.isAtEnd; count++) {
    if (count > CERTIFICATES_MAX) throw new TspError('too-large', `over ${CERTIFICATES_MAX} certificates in a token`);
    if (reader.has(TAG.sequence)) certificates.push(readCertificateElement(reader));
    else reader.next();
  }
  return certificates;
}

function readSigner(reader: DerReader): Omit<Token, 'info' | 'content' | 'certificates'> {
  const version = reader.readSmallInteger();
  const signerId = readSignerId(reader);
  if (version !== (signerId.kind === 'key-id' ? 3 : 1)) throw malformed('a signer of another version');
  const digest = readDigestAlgorithm(reader);
  if (!reader.has(contextTag(0))) throw new TspError('signed-attributes', 'there are no signed attributes');
  const attributes = readSignedAttributes(reader.next());
  const signatureAlgorithm = readSignatureAlgorithm(reader, digest);
  const signature = reader.readOctets();
  reader.openOptional(contextTag(1));
  reader.end();
  return { signerId, digest, attributes, signatureAlgorithm, signature };
}

function readSignerId(reader: DerReader): SignerId {
  if (reader.has(primitiveContextTag(0))) return { kind: 'key-id', keyId: reader.next().content };
  const parts = reader.open();
  const issuer = parts.read(TAG.sequence).bytes;
  const serialNumber = parts.readInteger();
  parts.end();
  return { kind: 'issuer-serial', issuer, serialNumber };
}

export function isNamedBy({ issuer, serialNumber, subjectKeyId }: Certificate, signerId: SignerId): boolean {
  return signerId.kind === 'key-id'
    ? subjectKeyId !== null && compareBytes(subjectKeyId, signerId.keyId) === 0
    : compareBytes(issuer, signerId.issuer) === 0 && compareBytes(serialNumber, signerId.serialNumber) === 0;
}

/** A token by one signer. `attributes` is what was signed, a SET; `certificates` are put in as they are. */
export function encodeToken(token: {
  readonly content: Uint8Array;
  readonly certificates: readonly Uint8Array[];
  readonly signer: Certificate;
  readonly algorithm: SignatureAlgorithm;
  readonly attributes: Uint8Array;
  readonly signature: Uint8Array;
}): Uint8Array {
  const { signer, algorithm } = token;
  const digest = encodeDigestAlgorithm(algorithm.digest);
  const signerInfo = encodeSequence(
    encodeSmallInteger(1),
    encodeSequence(signer.issuer, encodeElement(TAG.integer, signer.serialNumber)),
    digest,
    retag(token.attributes, contextTag(0)),
    encodeSignatureAlgorithm(algorithm),
    encodeOctets(token.signature),
  );
  const signedData = encodeSequence(
    encodeSmallInteger(3),
    encodeElement(TAG.set, digest),
    encodeSequence(encodeOid(OID.tstInfo), encodeContext(0, encodeOctets(token.content))),
    ...(token.certificates.length === 0 ? [] : [encodeSetOf(token.certificates, contextTag(0))]),
    encodeElement(TAG.set, signerInfo),
  );
  return encodeSequence(encodeOid(OID.signedData), encodeContext(0, signedData));
}

/** Puts another identifier octet in front of a value: signed attributes are signed as a SET and sent with a tag. */
export function retag(value: Uint8Array, tag: number): Uint8Array {
  const copy = Uint8Array.from(value);
  copy[0] = tag;
  return copy;
}
