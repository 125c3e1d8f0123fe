import { compareBytes } from '../../base/bytes.ts';
import { type DigestName, encodeDigestAlgorithm, hashBytes, readDigestAlgorithm } from './algorithm.ts';
import { contextTag, type DerElement, malformed, TAG } from './der.ts';
import { DerReader } from './der-reader.ts';
import { encodeElement, encodeOctets, encodeOid, encodeSequence, encodeSetOf } from './der-writer.ts';
import { TspError } from './error.ts';

const OID = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
} as const;

/** Names a certificate by its hash (ESSCertID of RFC 2634, which is SHA-1's, or ESSCertIDv2 of RFC 5035). */
export interface CertificateId {
  readonly digest: DigestName | 'SHA-1';
  readonly hash: Uint8Array;
  readonly issuerSerial: { readonly issuer: Uint8Array; readonly serialNumber: Uint8Array } | null;
}

/** What the signature is over. */
export interface SignedAttributes {
  /** As they are signed: a SET. */
  readonly signedBytes: Uint8Array;
  readonly messageDigest: Uint8Array;
  /** The signer's certificate first; then those that its chain is made of, if they are named. */
  readonly certificateIds: readonly [CertificateId, ...CertificateId[]];
}

/** As many as a chain may have, and one more. */
const CERTIFICATE_IDS_MAX = 16;

/** Reads signed attributes from where CMS has them, with their tag. Throws TspError. */
export function readSignedAttributes(element: DerElement): SignedAttributes {
  const values = readValues(element.content);
  const contentType = values.get(OID.contentType);
  if (contentType?.readOid() !== OID.tstInfo) {
    throw new TspError('signed-attributes', 'the type of the content is not signed');
  }
  const messageDigest = values.get(OID.messageDigest)?.readOctets();
  if (messageDigest === undefined) throw new TspError('signed-attributes', 'the digest of the content is not signed');
  const [first, ...rest] = readCertificateIds(values);
  if (first === undefined) throw new TspError('signing-certificate', "the signer's certificate is not signed");
  const signedBytes = Uint8Array.from(element.bytes);
  signedBytes[0] = TAG.set;
  return { signedBytes, messageDigest, certificateIds: [first, ...rest] };
}

/** The one value of each attribute that is read here, by type. */
function readValues(content: Uint8Array): ReadonlyMap<string, DerReader> {
  const values = new Map<string, DerReader>();
  const reader = new DerReader(content);
  let before = new Uint8Array();
  while (!reader.isAtEnd) {
    const { bytes, content: parts } = reader.read(TAG.sequence);
    if (compareBytes(before, bytes) >= 0) throw malformed('signed attributes out of order');
    before = Uint8Array.from(bytes);
    const attribute = new DerReader(parts);
    const type = attribute.readOid();
    const set = attribute.open(TAG.set);
    attribute.end();
    if (!Object.values<string>(OID).includes(type)) continue;
    if (values.has(type) || set.isAtEnd) throw new TspError('signed-attributes', 'a signed attribute twice or empty');
    const { bytes: value } = set.next();
    if (!set.isAtEnd) throw new TspError('signed-attributes', 'a signed attribute has several values');
    values.set(type, new DerReader(value));
  }
  return values;
}

function readCertificateIds(values: ReadonlyMap<string, DerReader>): CertificateId[] {
  const second = values.get(OID.signingCertificateV2);
  if (second !== undefined) return readIds(second, readIdV2);
  const first = values.get(OID.signingCertificate);
  return first === undefined ? [] : readIds(first, readIdV1);
}

/** SigningCertificate and SigningCertificateV2: ids, and policies that say nothing to a chain. */
function readIds(reader: DerReader, readId: (parts: DerReader) => CertificateId): CertificateId[] {
  const parts = reader.open();
  const list = parts.open();
  parts.openOptional(TAG.sequence);
  parts.end();
  const ids: CertificateId[] = [];
  while (!list.isAtEnd) {
    if (ids.length === CERTIFICATE_IDS_MAX) throw new TspError('too-large', 'too many certificates are named');
    const id = list.open();
    ids.push(readId(id));
    id.end();
  }
  return ids;
}

function readIdV1(parts: DerReader): CertificateId {
  const hash = parts.readOctets();
  return { digest: 'SHA-1', hash, issuerSerial: readIssuerSerial(parts) };
}

function readIdV2(parts: DerReader): CertificateId {
  const digest = parts.has(TAG.sequence) ? readDigestAlgorithm(parts) : 'SHA-256';
  const hash = parts.readOctets();
  return { digest, hash, issuerSerial: readIssuerSerial(parts) };
}

/** IssuerSerial, whose issuer is GeneralNames with one directory name. */
function readIssuerSerial(parts: DerReader): CertificateId['issuerSerial'] {
  if (parts.isAtEnd) return null;
  const pair = parts.open();
  const names = pair.open();
  const directory = names.open(contextTag(4));
  const issuer = directory.read(TAG.sequence).bytes;
  directory.end();
  names.end();
  const serialNumber = pair.readInteger();
  pair.end();
  return { issuer, serialNumber };
}

/** The attributes of a token that do not change between tokens of one signer. */
export function encodeConstantAttributes(signer: Uint8Array, digest: DigestName): readonly Uint8Array[] {
  const algorithm = digest === 'SHA-256' ? [] : [encodeDigestAlgorithm(digest)];
  const id = encodeSequence(...algorithm, encodeOctets(hashBytes(digest, signer)));
  return [
    encodeAttribute(OID.contentType, encodeOid(OID.tstInfo)),
    encodeAttribute(OID.signingCertificateV2, encodeSequence(encodeSequence(id))),
  ];
}

/** All signed attributes of a token, as they are signed. */
export function encodeSignedAttributes(constant: readonly Uint8Array[], messageDigest: Uint8Array): Uint8Array {
  return encodeSetOf([...constant, encodeAttribute(OID.messageDigest, encodeOctets(messageDigest))]);
}

function encodeAttribute(type: string, value: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(type), encodeElement(TAG.set, value));
}
