/** Holds a header or a short path; a whole proof of around 1 KB takes two or three doublings. */
const INITIAL_CAPACITY_BYTES = 256;

/** Collects the format's primitives; `finish` gives the bytes. */
export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_CAPACITY_BYTES);
  #length = 0;

  writeByte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  writeBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Minimal unsigned LEB128; `value` is a safe non-negative integer. */
  writeVaruint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.writeByte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.writeByte(rest);
  }

  writeVarbytes(bytes: Uint8Array): void {
    this.writeVaruint(bytes.length);
    this.writeBytes(bytes);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
