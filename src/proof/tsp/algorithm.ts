import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../../base/bytes.ts';
import { malformed, TAG } from './der.ts';
import { DerReader, openNested } from './der-reader.ts';
import { encodeNull, encodeOid, encodeSequence } from './der-writer.ts';
import { TspError } from './error.ts';

/** The digests that are taken in imprints, signatures and certificates. */
export type DigestName = 'SHA-256' | 'SHA-384' | 'SHA-512';

interface Digest {
  readonly oid: string;
  readonly bytes: number;
  readonly hash: (message: Uint8Array) => Uint8Array;
}

/** RFC 5754 section 2. */
const DIGESTS: Readonly<Record<DigestName, Digest>> = {
  'SHA-256': { oid: '2.16.840.1.101.3.4.2.1', bytes: 32, hash: sha256 },
  'SHA-384': { oid: '2.16.840.1.101.3.4.2.2', bytes: 48, hash: sha384 },
  'SHA-512': { oid: '2.16.840.1.101.3.4.2.3', bytes: 64, hash: sha512 },
};

export function hashBytes(digest: DigestName, message: Uint8Array): Uint8Array {
  return DIGESTS[digest].hash(message);
}

/** Only where a certificate is named by it (RFC 2634): it proves nothing. */
export function identifyBySha1(certificate: Uint8Array): Uint8Array {
  return sha1(certificate);
}

export function digestLength(digest: DigestName): number {
  return DIGESTS[digest].bytes;
}

/** How a signature was made. ECDSA's are DER, RSA's are of PKCS #1 version 1.5. */
export interface SignatureAlgorithm {
  readonly scheme: 'ecdsa' | 'rsa';
  readonly digest: DigestName;
}

const SIGNATURES: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.10045.4.3.2': { scheme: 'ecdsa', digest: 'SHA-256' },
  '1.2.840.10045.4.3.3': { scheme: 'ecdsa', digest: 'SHA-384' },
  '1.2.840.10045.4.3.4': { scheme: 'ecdsa', digest: 'SHA-512' },
  '1.2.840.113549.1.1.11': { scheme: 'rsa', digest: 'SHA-256' },
  '1.2.840.113549.1.1.12': { scheme: 'rsa', digest: 'SHA-384' },
  '1.2.840.113549.1.1.13': { scheme: 'rsa', digest: 'SHA-512' },
};

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
/** First byte of a point with both coordinates (SEC 1 section 2.3.3). */
const UNCOMPRESSED = 4;
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const CURVES: Readonly<Record<string, 'P-256' | 'P-384'>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
};

/** `content` is that of an AlgorithmIdentifier. `hasParameters`: other than NULL. */
function readIdentifier(reader: DerReader): { oid: string; hasParameters: boolean; parameters: DerReader } {
  const oid = reader.readOid();
  const isNull = reader.has(TAG.null);
  if (isNull) reader.next();
  return { oid, hasParameters: !reader.isAtEnd, parameters: reader };
}

/** Whether an AlgorithmIdentifier, of whatever digest, is that of this one. */
export function isDigest(identifier: Uint8Array, digest: DigestName): boolean {
  return new DerReader(identifier).open().readOid() === DIGESTS[digest].oid;
}

/** An AlgorithmIdentifier of a digest. Throws TspError `algorithm` when it is not one of `DigestName`. */
export function readDigestAlgorithm(reader: DerReader): DigestName {
  const { oid, hasParameters } = readIdentifier(reader.open());
  const names = Object.keys(DIGESTS) as DigestName[];
  const name = names.find((candidate) => DIGESTS[candidate].oid === oid);
  if (name === undefined || hasParameters) throw new TspError('algorithm', `digest ${oid} is not taken`);
  return name;
}

/** That of a certificate; null when it is not taken. */
export function readCertificateAlgorithm(reader: DerReader): SignatureAlgorithm | null {
  const { oid, hasParameters } = readIdentifier(reader.open());
  return Object.hasOwn(SIGNATURES, oid) && !hasParameters ? SIGNATURES[oid]! : null;
}

/** That of a signer, who also names a digest. Throws TspError `algorithm`. */
export function readSignatureAlgorithm(reader: DerReader, ownDigest: DigestName): SignatureAlgorithm {
  const { oid, hasParameters } = readIdentifier(reader.open());
  if (oid === RSA_ENCRYPTION && !hasParameters) return { scheme: 'rsa', digest: ownDigest };
  const algorithm = Object.hasOwn(SIGNATURES, oid) ? SIGNATURES[oid]! : null;
  if (algorithm === null || hasParameters) throw new TspError('algorithm', `signature algorithm ${oid} is not taken`);
  if (ownDigest !== algorithm.digest) {
    throw new TspError('algorithm', 'the signature is of another digest than the signer says');
  }
  return algorithm;
}

/** A SubjectPublicKeyInfo, whole, and what it is for. */
export interface PublicKey {
  readonly spki: Uint8Array;
  /** Null: a kind or a size that is not taken. */
  readonly kind: 'P-256' | 'P-384' | 'RSA' | null;
}

/** Below, keys can be broken; above, checking them takes long enough to be an attack. */
const RSA_MIN_BITS = 2048;
const RSA_MAX_BITS = 8192;

/** A SubjectPublicKeyInfo of any kind. Throws TspError `malformed`. */
export function readPublicKey(reader: DerReader): PublicKey {
  const { bytes: spki, content } = reader.read(TAG.sequence);
  const parts = new DerReader(content);
  const { oid, hasParameters, parameters } = readIdentifier(parts.open());
  const key = parts.readBits();
  parts.end();
  if (oid === RSA_ENCRYPTION && !hasParameters) return { spki, kind: hasRsaSize(key) ? 'RSA' : null };
  if (oid !== EC_PUBLIC_KEY || !parameters.has(TAG.oid)) return { spki, kind: null };
  const curve = parameters.readOid();
  return { spki, kind: key[0] === UNCOMPRESSED && Object.hasOwn(CURVES, curve) ? CURVES[curve]! : null };
}

function hasRsaSize(key: Uint8Array): boolean {
  const numbers = openNested(key).open();
  const modulus = numbers.readInteger();
  numbers.readInteger();
  numbers.end();
  const bits = modulus[0] === 0 ? (modulus.length - 1) * 8 : modulus.length * 8;
  return bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS;
}

/** Whether keys of this kind make signatures of this scheme. */
export function isSignedBy({ scheme }: SignatureAlgorithm, { kind }: PublicKey): boolean {
  return kind !== null && (scheme === 'rsa') === (kind === 'RSA');
}

/** An AlgorithmIdentifier of a digest, without parameters as RFC 5754 has it. */
export function encodeDigestAlgorithm(digest: DigestName): Uint8Array {
  return encodeSequence(encodeOid(DIGESTS[digest].oid));
}

/** An AlgorithmIdentifier of a signature. */
export function encodeSignatureAlgorithm({ scheme, digest }: SignatureAlgorithm): Uint8Array {
  const [oid] = Object.entries(SIGNATURES).find(([, known]) => known.scheme === scheme && known.digest === digest)!;
  return scheme === 'rsa' ? encodeSequence(encodeOid(oid), encodeNull()) : encodeSequence(encodeOid(oid));
}

/** Whether two AlgorithmIdentifiers are the same bytes; certificates have theirs twice. */
export function requireSameAlgorithm(one: Uint8Array, other: Uint8Array): void {
  if (!equalBytes(one, other)) throw malformed('a certificate with two signature algorithms');
}
