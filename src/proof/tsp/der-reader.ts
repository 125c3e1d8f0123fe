import { type DerElement, malformed, readElement, requireDer, TAG } from './der.ts';
import { TspError } from './error.ts';
import { parseGeneralizedTime, parseUtcTime } from './time.ts';

/**
 * Opens bytes that must be DER all through and one value. `maxBytes` is checked before anything is read. What is read
 * shares memory with `bytes`, and a Buffer's own methods are kept out of it. Throws TspError.
 */
export function openDer(bytes: Uint8Array, maxBytes: number): DerReader {
  if (bytes.length > maxBytes) throw new TspError('too-large', `${bytes.length} bytes; at most ${maxBytes} are read`);
  return openNested(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}

/** Opens DER that was inside of a string of bits or bytes, so that it was not checked with what is around it. */
export function openNested(bytes: Uint8Array): DerReader {
  requireDer(bytes);
  return new DerReader(bytes);
}

/** Reads values of checked DER one after the other; whoever is done calls `end`. Each method throws TspError. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Whether a value with this tag is next. */
  has(tag: number): boolean {
    return this.#bytes[this.#at] === tag;
  }

  next(): DerElement {
    const element = readElement(this.#bytes, this.#at);
    this.#at += element.bytes.length;
    return element;
  }

  read(tag: number): DerElement {
    if (!this.has(tag)) throw malformed(`tag 0x${tag.toString(16)} was expected`);
    return this.next();
  }

  /** The values inside of a structure. */
  open(tag: number = TAG.sequence): DerReader {
    return new DerReader(this.read(tag).content);
  }

  openOptional(tag: number): DerReader | null {
    return this.has(tag) ? this.open(tag) : null;
  }

  readOid(): string {
    return formatOid(this.read(TAG.oid).content);
  }

  readOctets(): Uint8Array {
    return this.read(TAG.octetString).content;
  }

  /** A bit string of whole bytes. */
  readBits(): Uint8Array {
    const { content } = this.read(TAG.bitString);
    if (content[0] !== 0) throw malformed('a bit string of whole bytes was expected');
    return content.subarray(1);
  }

  readBoolean(): boolean {
    return this.read(TAG.boolean).content[0] === 0xff;
  }

  /** Two's complement, big-endian, in its shortest form. */
  readInteger(): Uint8Array {
    return this.read(TAG.integer).content;
  }

  /** An integer from 0 to 2^31 - 1. */
  readSmallInteger(): number {
    return parseSmallInteger(this.readInteger());
  }

  /** Epoch ms. */
  readGeneralizedTime(): number {
    return parseGeneralizedTime(this.read(TAG.generalizedTime).content);
  }

  /** Of a certificate: UTCTime up to 2049, GeneralizedTime after that (RFC 5280 section 4.1.2.5). Epoch ms. */
  readCertificateTime(): number {
    return this.has(TAG.utcTime) ? parseUtcTime(this.next().content) : this.readGeneralizedTime();
  }

  end(): void {
    if (!this.isAtEnd) throw malformed('more values than expected');
  }
}

export function parseSmallInteger(content: Uint8Array): number {
  if (content.length > 4 || content[0]! >= 0x80) throw malformed('an integer out of range');
  return content.reduce((value, byte) => value * 256 + byte, 0);
}

/** The dotted form. */
function formatOid(content: Uint8Array): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of content) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [joined, ...rest] = arcs;
  const root = joined! < 80n ? joined! / 40n : 2n;
  return [root, joined! - root * 40n, ...rest].join('.');
}
