/** Bytes that are written bit by bit, the most significant first. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #begun = 0;
  #bits = 0;

  /** The lowest `bits` of a number, at most 32. */
  write(value: number, bits: number): void {
    for (let place = bits - 1; place >= 0; place--) {
      this.#begun = (this.#begun << 1) | ((value >>> place) & 1);
      if (++this.#bits < 8) continue;
      this.#bytes.push(this.#begun);
      this.#begun = 0;
      this.#bits = 0;
    }
  }

  /** What was written, with zeros up to a whole byte. */
  finish(): number[] {
    if (this.#bits > 0) this.write(0, 8 - this.#bits);
    return this.#bytes;
  }
}
