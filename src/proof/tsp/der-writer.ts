import { compareBytes, concatBytes } from '../../base/bytes.ts';
import { contextTag, primitiveContextTag, TAG } from './der.ts';
import { formatGeneralizedTime } from './time.ts';

/** A value with the given identifier octet around `contents`. */
export function encodeElement(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const content of contents) length += content.length;
  return concatBytes(encodeHeader(tag, length), ...contents);
}

function encodeHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length);
  if (length < 0x1_0000) return Uint8Array.of(tag, 0x82, length >> 8, length);
  return Uint8Array.of(tag, 0x83, length >> 16, length >> 8, length);
}

export function encodeSequence(...values: readonly Uint8Array[]): Uint8Array {
  return encodeElement(TAG.sequence, ...values);
}

/** SET OF: in the order of the encodings, as DER wants them. */
export function encodeSetOf(values: readonly Uint8Array[], tag: number = TAG.set): Uint8Array {
  return encodeElement(tag, ...values.toSorted(compareBytes));
}

/** An explicit tag around a value, or an implicit one in place of a structure's. */
export function encodeContext(number: number, ...values: readonly Uint8Array[]): Uint8Array {
  return encodeElement(contextTag(number), ...values);
}

/** An implicit tag in place of a plain type's. */
export function encodePrimitiveContext(number: number, content: Uint8Array): Uint8Array {
  return encodeElement(primitiveContextTag(number), content);
}

/** From an unsigned big-endian number. */
export function encodeUnsigned(magnitude: Uint8Array): Uint8Array {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const minimal = magnitude.subarray(start);
  return minimal[0]! >= 0x80
    ? encodeElement(TAG.integer, Uint8Array.of(0), minimal)
    : encodeElement(TAG.integer, minimal);
}

/** From 0 to 2^31 - 1. */
export function encodeSmallInteger(value: number): Uint8Array {
  return encodeUnsigned(Uint8Array.of(value >> 24, value >> 16, value >> 8, value));
}

export function encodeBoolean(value: boolean): Uint8Array {
  return Uint8Array.of(TAG.boolean, 1, value ? 0xff : 0);
}

export function encodeNull(): Uint8Array {
  return Uint8Array.of(TAG.null, 0);
}

export function encodeOctets(content: Uint8Array): Uint8Array {
  return encodeElement(TAG.octetString, content);
}

/** A bit string of whole bytes. */
export function encodeBits(content: Uint8Array): Uint8Array {
  return encodeElement(TAG.bitString, Uint8Array.of(0), content);
}

/** A list of named bits, bit 0 first, without trailing zeros (X.690 section 11.2.2); `bits` has at least one. */
export function encodeNamedBits(bits: readonly number[]): Uint8Array {
  const last = Math.max(...bits);
  const bytes = new Uint8Array((last >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  return encodeElement(TAG.bitString, Uint8Array.of(7 - (last & 7)), bytes);
}

/** From the dotted form. */
export function encodeOid(dotted: string): Uint8Array {
  const [root, second, ...rest] = dotted.split('.').map(BigInt);
  const content = [root! * 40n + second!, ...rest].flatMap((arc) => {
    const digits = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) digits.unshift(0x80 | Number(left & 0x7fn));
    return digits;
  });
  return encodeElement(TAG.oid, Uint8Array.from(content));
}

export function encodeText(text: string): Uint8Array {
  return encodeElement(TAG.utf8String, new TextEncoder().encode(text));
}

/** `epochMs` is cut to whole seconds. */
export function encodeGeneralizedTime(epochMs: number): Uint8Array {
  return encodeElement(TAG.generalizedTime, new TextEncoder().encode(formatGeneralizedTime(epochMs)));
}

/** As certificates have it: UTCTime from 1950 to 2049, GeneralizedTime otherwise. */
export function encodeCertificateTime(epochMs: number): Uint8Array {
  const text = formatGeneralizedTime(epochMs);
  const year = Number(text.slice(0, 4));
  if (year < 1950 || year > 2049) return encodeGeneralizedTime(epochMs);
  return encodeElement(TAG.utcTime, new TextEncoder().encode(text.slice(2)));
}
