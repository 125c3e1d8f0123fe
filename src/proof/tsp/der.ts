import { TspError } from './error.ts';

/** Identifier octets of the types that RFC 3161, RFC 5652 and RFC 5280 use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

const CONSTRUCTED = 0x20;
const CLASS_MASK = 0xc0;
const HIGH_TAG_NUMBER = 0x1f;

/** Identifier octet of a context-specific tag, in its constructed (explicit, or implicit of a structure) form. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}

/** The same for an implicit tag of a primitive type. */
export function primitiveContextTag(number: number): number {
  return 0x80 | number;
}

/** One value: `bytes` is all of it, `content` what follows the length. Both share memory with what was opened. */
export interface DerElement {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
}

/** The first value in `bytes` from `start`. DER: a definite length in its shortest form (X.690 section 10.1). */
export function readElement(bytes: Uint8Array, start: number): DerElement {
  const tag = bytes[start];
  let length = bytes[start + 1];
  if (tag === undefined || length === undefined) throw malformed('the bytes end within a value');
  if ((tag & HIGH_TAG_NUMBER) === HIGH_TAG_NUMBER) throw malformed('a tag number over 30');
  let from = start + 2;
  if (length >= 0x80) {
    const digits = length & 0x7f;
    // Four bytes of length are more than anything that is read here has.
    if (digits === 0 || digits > 4) throw malformed('a length that is indefinite or absurd');
    length = 0;
    for (let i = 0; i < digits; i++) length = length * 256 + (bytes[from++] ?? 0);
    if (length < 0x80 || length < 256 ** (digits - 1)) throw malformed('a length in more bytes than it needs');
  }
  const end = from + length;
  if (end > bytes.length) throw malformed('the bytes end within a value');
  return { tag, bytes: bytes.subarray(start, end), content: bytes.subarray(from, end) };
}

/**
 * Deeper than the deepest structure that is read: a response around a token around a certificate around a name has
 * less than twenty levels.
 */
const DEPTH_MAX = 24;

/** Checks that `bytes` are one or several values in DER, all through. Throws TspError. */
export function requireDer(bytes: Uint8Array, depth = 0): void {
  if (depth > DEPTH_MAX) throw new TspError('too-large', `nested deeper than ${DEPTH_MAX} levels`);
  for (let at = 0; at < bytes.length; ) {
    const element = readElement(bytes, at);
    requireCanonical(element);
    if ((element.tag & CONSTRUCTED) !== 0) requireDer(element.content, depth + 1);
    at += element.bytes.length;
  }
}

/** X.690 sections 8 and 11, as far as a type has more than one way to write a value. */
function requireCanonical({ tag, content }: DerElement): void {
  if ((tag & CLASS_MASK) !== 0) return;
  const isStructure = tag === TAG.sequence || tag === TAG.set;
  if ((tag & CONSTRUCTED) !== 0 && !isStructure) throw malformed('a plain value in pieces');
  switch (tag) {
    case 0x10:
    case 0x11:
      throw malformed('a structure that is marked as a plain value');
    case TAG.boolean:
      if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw malformed('a boolean');
      return;
    case TAG.integer:
    case TAG.enumerated:
      requireMinimalInteger(content);
      return;
    case TAG.bitString:
      requireBitString(content);
      return;
    case TAG.null:
      if (content.length !== 0) throw malformed('a null with content');
      return;
    case TAG.oid:
      requireOid(content);
  }
}

function requireMinimalInteger(content: Uint8Array): void {
  const [first, second] = content;
  if (first === undefined) throw malformed('an integer without content');
  if (second === undefined) return;
  if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)) throw malformed('an integer with padding');
}

function requireBitString(content: Uint8Array): void {
  const unused = content[0];
  if (unused === undefined || unused > 7 || (unused > 0 && content.length === 1)) throw malformed('a bit string');
  if (unused > 0 && (content.at(-1)! & ((1 << unused) - 1)) !== 0) throw malformed('a bit string with loose bits');
}

/** Longer than any object identifier in use; keeps its decimal form short. */
const OID_MAX_BYTES = 64;

function requireOid(content: Uint8Array): void {
  if (content.length === 0 || content.length > OID_MAX_BYTES || content.at(-1)! >= 0x80) {
    throw malformed('an object identifier');
  }
  let isStart = true;
  for (const byte of content) {
    if (isStart && byte === 0x80) throw malformed('an object identifier with padding');
    isStart = byte < 0x80;
  }
}

export function malformed(what: string): TspError {
  return new TspError('malformed', `not as the standard has it: ${what}`);
}
