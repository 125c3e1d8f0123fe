import { equalBytes } from '../../base/bytes.ts';
import {
  type PublicKey,
  readCertificateAlgorithm,
  readPublicKey,
  requireSameAlgorithm,
  type SignatureAlgorithm,
} from './algorithm.ts';
import { contextTag, malformed, primitiveContextTag, TAG } from './der.ts';
import { DerReader, openDer, openNested, parseSmallInteger } from './der-reader.ts';
import { type Extension, readExtensions } from './extension.ts';

/** An X.509 certificate as far as chains of time-stamping authorities need it (RFC 5280). Times are epoch ms. */
export interface Certificate {
  readonly der: Uint8Array;
  /** What the issuer signed. */
  readonly signedBytes: Uint8Array;
  /** Null: one that is not taken, as old roots have it; their own signatures prove nothing. */
  readonly signatureAlgorithm: SignatureAlgorithm | null;
  readonly signature: Uint8Array;
  /** As it is encoded: an INTEGER's content. */
  readonly serialNumber: Uint8Array;
  /** Names, encoded. They are compared as bytes. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** GeneralNames, each encoded. */
  readonly subjectAlternatives: readonly Uint8Array[];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  readonly isCa: boolean;
  /** Authorities that may follow below; null: any number. */
  readonly pathMax: number | null;
  /** Bits of RFC 5280 section 4.2.1.3, bit 0 first; null: not restricted. */
  readonly keyUsage: ReadonlySet<number> | null;
  /** Object identifiers of purposes; null: not restricted. */
  readonly purposes: readonly string[] | null;
  readonly purposesAreCritical: boolean;
  readonly subjectKeyId: Uint8Array | null;
  readonly issuerKeyId: Uint8Array | null;
  /** Where its issuer says what it revoked, http addresses only. */
  readonly crlUrls: readonly string[];
  /** A critical extension is not understood here: it cannot be part of a chain. */
  readonly unknownCritical: string | null;
}

/** With every extension in use, certificates have about two kilobytes. */
export const CERTIFICATE_MAX_BYTES = 16 * 1024;

/** Reads a certificate. Throws TspError `too-large`, `malformed`. */
export function readCertificate(der: Uint8Array): Certificate {
  const outer = openDer(der, CERTIFICATE_MAX_BYTES);
  const certificate = readCertificateElement(outer);
  outer.end();
  return certificate;
}

/** Reads the certificate that is next in a reader. Throws TspError. */
export function readCertificateElement(reader: DerReader): Certificate {
  const { bytes: der, content } = reader.read(TAG.sequence);
  const outer = new DerReader(content);
  const { bytes: signedBytes, content: signed } = outer.read(TAG.sequence);
  const { bytes: algorithm } = outer.read(TAG.sequence);
  const signature = outer.readBits();
  outer.end();
  return { der, signedBytes, signature, ...readSigned(new DerReader(signed), algorithm) };
}

function readSigned(reader: DerReader, algorithm: Uint8Array): Omit<Certificate, 'der' | 'signedBytes' | 'signature'> {
  readVersion(reader);
  const serialNumber = reader.readInteger();
  const inner = reader.read(TAG.sequence).bytes;
  requireSameAlgorithm(inner, algorithm);
  const signatureAlgorithm = readCertificateAlgorithm(new DerReader(inner));
  const issuer = reader.read(TAG.sequence).bytes;
  const validity = reader.open();
  const notBefore = validity.readCertificateTime();
  const notAfter = validity.readCertificateTime();
  validity.end();
  const subject = reader.read(TAG.sequence).bytes;
  const publicKey = readPublicKey(reader);
  for (const unique of [1, 2]) if (reader.has(primitiveContextTag(unique))) reader.next();
  const wrapped = reader.openOptional(contextTag(3));
  reader.end();
  return {
    ...{ signatureAlgorithm, serialNumber, issuer, subject, notBefore, notAfter, publicKey },
    ...readConstraints(wrapped === null ? [] : readExtensions(wrapped)),
  };
}

/** Version 1 is the default and is not written; 3 is what has extensions. */
function readVersion(reader: DerReader): void {
  const version = reader.openOptional(contextTag(0));
  if (version === null) return;
  const number = version.readSmallInteger();
  version.end();
  if (number !== 1 && number !== 2) throw malformed('a certificate of an unknown version');
}

const EXTENSION = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternatives: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlDistribution: '2.5.29.31',
  policies: '2.5.29.32',
  issuerKeyId: '2.5.29.35',
  purposes: '2.5.29.37',
} as const;

function readConstraints(extensions: readonly Extension[]) {
  const understood: readonly string[] = Object.values(EXTENSION);
  const open = (oid: string): DerReader | null => {
    const extension = extensions.find((candidate) => candidate.oid === oid);
    return extension === undefined ? null : openNested(extension.value);
  };
  const purposes = open(EXTENSION.purposes);
  return {
    ...readBasicConstraints(open(EXTENSION.basicConstraints)),
    keyUsage: readKeyUsage(open(EXTENSION.keyUsage)),
    purposes: purposes && readAll(purposes.open(), (reader) => reader.readOid()),
    purposesAreCritical: extensions.some(({ oid, isCritical }) => oid === EXTENSION.purposes && isCritical),
    subjectKeyId: open(EXTENSION.subjectKeyId)?.readOctets() ?? null,
    issuerKeyId: readIssuerKeyId(open(EXTENSION.issuerKeyId)),
    subjectAlternatives: readNames(open(EXTENSION.subjectAlternatives)),
    crlUrls: readCrlUrls(open(EXTENSION.crlDistribution)),
    unknownCritical: extensions.find(({ oid, isCritical }) => isCritical && !understood.includes(oid))?.oid ?? null,
  };
}

function readBasicConstraints(reader: DerReader | null): { isCa: boolean; pathMax: number | null } {
  if (reader === null) return { isCa: false, pathMax: null };
  const parts = reader.open();
  const isCa = parts.has(TAG.boolean) && parts.readBoolean();
  const pathMax = parts.has(TAG.integer) ? parseSmallInteger(parts.readInteger()) : null;
  parts.end();
  return { isCa, pathMax };
}

function readKeyUsage(reader: DerReader | null): ReadonlySet<number> | null {
  if (reader === null) return null;
  const [, ...bytes] = reader.read(TAG.bitString).content;
  const bits = bytes.flatMap((byte, i) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (0x80 >> bit)).map((bit) => i * 8 + bit),
  );
  return new Set(bits);
}

function readIssuerKeyId(reader: DerReader | null): Uint8Array | null {
  const parts = reader?.open();
  return parts?.has(primitiveContextTag(0)) ? parts.next().content : null;
}

function readNames(reader: DerReader | null): readonly Uint8Array[] {
  return reader === null ? [] : readAll(reader.open(), (names) => names.next().bytes);
}

const URL_MAX_BYTES = 512;

function readCrlUrls(reader: DerReader | null): readonly string[] {
  if (reader === null) return [];
  return readAll(reader.open(), (points) => points.open()).flatMap((point) => {
    const names = point.openOptional(contextTag(0))?.openOptional(contextTag(0));
    if (!names) return [];
    return readAll(names, (each) => each.next())
      .filter(({ tag, content }) => tag === primitiveContextTag(6) && content.length <= URL_MAX_BYTES)
      .map(({ content }) => String.fromCharCode(...content))
      .filter((url) => /^https?:\/\//i.test(url));
  });
}

function readAll<T>(reader: DerReader, readOne: (reader: DerReader) => T): T[] {
  const items: T[] = [];
  while (!reader.isAtEnd) items.push(readOne(reader));
  return items;
}

export function isSelfIssued({ issuer, subject }: Certificate): boolean {
  return equalBytes(issuer, subject);
}

export function isSameCertificate(one: Certificate, other: Certificate): boolean {
  return equalBytes(one.der, other.der);
}
