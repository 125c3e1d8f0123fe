import { encodeSignatureAlgorithm, hashBytes } from './algorithm.ts';
import { TAG } from './der.ts';
import {
  encodeBits,
  encodeBoolean,
  encodeCertificateTime,
  encodeContext,
  encodeElement,
  encodeNamedBits,
  encodeOctets,
  encodeOid,
  encodePrimitiveContext,
  encodeSequence,
  encodeSmallInteger,
  encodeText,
  encodeUnsigned,
} from './der-writer.ts';
import { KEY_USAGE, TIME_STAMPING } from './purpose.ts';

/** Signs with a P-256 key: ECDSA over SHA-256, in DER. */
export type SignP256 = (message: Uint8Array) => Uint8Array;

/** A pair of keys: SubjectPublicKeyInfo, and what signs. */
export interface CertificateKey {
  readonly spki: Uint8Array;
  readonly sign: SignP256;
}

const P256_SHA256 = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
const COMMON_NAME = '2.5.4.3';
const SERIAL_BYTES = 16;

interface CertificateTerms {
  readonly name: string;
  /** At least 16 random bytes. */
  readonly serialNumber: Uint8Array;
  /** Epoch ms, whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A self-signed issuer of one kind of certificates: those that sign tokens. Both keys are P-256. */
export function encodeRoot(terms: CertificateTerms, key: CertificateKey): Uint8Array {
  const keyId = identifyKey(key.spki);
  return encodeCertificate({ ...terms, issuerName: terms.name, spki: key.spki, sign: key.sign }, [
    encodeExtension('2.5.29.19', true, encodeSequence(encodeBoolean(true), encodeSmallInteger(0))),
    encodeExtension('2.5.29.15', true, encodeNamedBits([KEY_USAGE.keyCertSign])),
    encodeExtension('2.5.29.14', false, encodeOctets(keyId)),
  ]);
}

/** A certificate that signs tokens and nothing else (RFC 3161 section 2.3), issued by that root. */
export function encodeSigner(
  terms: CertificateTerms,
  spki: Uint8Array,
  issuer: CertificateKey & { readonly name: string },
): Uint8Array {
  return encodeCertificate({ ...terms, issuerName: issuer.name, spki, sign: issuer.sign }, [
    encodeExtension('2.5.29.19', true, encodeSequence()),
    encodeExtension('2.5.29.15', true, encodeNamedBits([KEY_USAGE.digitalSignature])),
    encodeExtension('2.5.29.37', true, encodeSequence(encodeOid(TIME_STAMPING))),
    encodeExtension('2.5.29.14', false, encodeOctets(identifyKey(spki))),
    encodeExtension('2.5.29.35', false, encodeSequence(encodePrimitiveContext(0, identifyKey(issuer.spki)))),
  ]);
}

function encodeCertificate(
  subject: CertificateTerms & { readonly issuerName: string; readonly spki: Uint8Array; readonly sign: SignP256 },
  extensions: readonly Uint8Array[],
): Uint8Array {
  const algorithm = encodeSignatureAlgorithm(P256_SHA256);
  const signed = encodeSequence(
    encodeContext(0, encodeSmallInteger(2)),
    encodeUnsigned(toSerial(subject.serialNumber)),
    algorithm,
    encodeName(subject.issuerName),
    encodeSequence(encodeCertificateTime(subject.notBefore), encodeCertificateTime(subject.notAfter)),
    encodeName(subject.name),
    subject.spki,
    encodeContext(3, encodeSequence(...extensions)),
  );
  return encodeSequence(signed, algorithm, encodeBits(subject.sign(signed)));
}

/** Positive, not zero, and of one length (RFC 5280 section 4.1.2.2). */
export function toSerial(random: Uint8Array): Uint8Array {
  const serial = Uint8Array.from(random.subarray(0, SERIAL_BYTES));
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  return serial;
}

function encodeName(commonName: string): Uint8Array {
  return encodeSequence(encodeElement(TAG.set, encodeSequence(encodeOid(COMMON_NAME), encodeText(commonName))));
}

function encodeExtension(oid: string, isCritical: boolean, value: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(oid), ...(isCritical ? [encodeBoolean(true)] : []), encodeOctets(value));
}

/** RFC 7093 section 2: any hash will do; the first 160 bits of SHA-256. */
function identifyKey(spki: Uint8Array): Uint8Array {
  return hashBytes('SHA-256', spki).subarray(0, 20);
}
