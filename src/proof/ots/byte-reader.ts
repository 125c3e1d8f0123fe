import { OtsError, type OtsErrorCode } from './error.ts';

/** The values a length prefix may take, checked before the bytes it announces are read. */
interface LengthRange {
  readonly min: number;
  readonly max: number;
  /** The code a length outside of the range is refused with. */
  readonly code: OtsErrorCode;
}

/** Four base-128 digits reach 2^28 - 1, far above every length the format allows. */
const LENGTH_VARUINT_MAX_BYTES = 4;

/** Eight base-128 digits are the fewest that reach 2^53 - 1, the largest integer a number holds exactly. */
const HEIGHT_VARUINT_MAX_BYTES = 8;

/** Reads the format's primitives from the front of `bytes`; what it returns never shares memory with them. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    // A Node Buffer's own slice() shares memory, a plain Uint8Array's copies.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  readByte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw new OtsError('truncated', 'one more byte was expected');
    this.#offset++;
    return byte;
  }

  readBytes(length: number): Uint8Array {
    const left = this.#bytes.length - this.#offset;
    if (length > left) throw new OtsError('truncated', `${length} bytes were expected but ${left} are left`);
    const start = this.#offset;
    this.#offset += length;
    return this.#bytes.slice(start, this.#offset);
  }

  /** Unsigned LEB128 up to 2^53 - 1. Longer than minimal forms are accepted, as every reader does, up to 8 bytes. */
  readHeight(): number {
    const height = this.#readVaruint(HEIGHT_VARUINT_MAX_BYTES);
    if (height > Number.MAX_SAFE_INTEGER) throw new OtsError('bad-varuint', 'a height is over 2^53 - 1');
    return height;
  }

  /** A length prefix within `range`, then that many bytes. */
  readVarbytes(range: LengthRange): Uint8Array {
    const length = this.#readVaruint(LENGTH_VARUINT_MAX_BYTES);
    if (length < range.min || length > range.max) {
      throw new OtsError(range.code, `a length of ${length} is not within ${range.min}..${range.max}`);
    }
    return this.readBytes(length);
  }

  expectEnd(): void {
    const left = this.#bytes.length - this.#offset;
    if (left > 0) throw new OtsError('trailing-bytes', `${left} bytes are left over`);
  }

  #readVaruint(maxBytes: number): number {
    let value = 0;
    for (let scale = 1, digits = 1; ; scale *= 128, digits++) {
      if (digits > maxBytes) throw new OtsError('bad-varuint', `a varuint is longer than ${maxBytes} bytes`);
      const byte = this.readByte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}
