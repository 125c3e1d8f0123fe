import { BitcoinError } from './error.ts';

/** Reads Bitcoin's wire encoding front to back; every read is checked against the end of the input. */
export class BitcoinReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    return this.bytes.subarray(this.#advance(length), this.#offset);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  /** The byte `ahead` places further on, without moving; `undefined` past the end. */
  peek(ahead: number): number | undefined {
    return this.bytes[this.#offset + ahead];
  }

  /**
   * A CompactSize that counts things of at least `leastBytes` bytes each. A count that cannot fit in what is left is
   * refused here, so that nothing is allocated on a liar's word.
   */
  count(leastBytes: number): number {
    const count = this.#compactSize();
    if (count > (this.bytes.length - this.#offset) / leastBytes) {
      throw new BitcoinError('bad-size', `${count} items announced, but the input ends before that`);
    }
    return count;
  }

  /** A length-prefixed byte string, as a view. */
  varBytes(): Uint8Array {
    return this.take(this.count(1));
  }

  end(): void {
    if (this.#offset !== this.bytes.length) {
      throw new BitcoinError('trailing-bytes', `${this.bytes.length - this.#offset} bytes after the end`);
    }
  }

  #compactSize(): number {
    const first = this.bytes[this.#advance(1)]!;
    if (first < 0xfd) return first;
    const [value, least] =
      first === 0xfd
        ? [this.#view.getUint16(this.#advance(2), true), 0xfd]
        : first === 0xfe
          ? [this.uint32(), 0x1_0000]
          : [Number(this.uint64()), 0x1_0000_0000];
    if (value < least) throw new BitcoinError('bad-size', 'A size is not in its shortest form');
    return value;
  }

  #advance(length: number): number {
    const start = this.#offset;
    if (length > this.bytes.length - start) throw new BitcoinError('truncated', 'The input ends too early');
    this.#offset = start + length;
    return start;
  }
}
