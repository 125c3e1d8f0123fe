/** Counts the bits in which two runs of items differ. */
export type CountDifferences = (
  a: Uint32Array,
  aStart: number,
  b: Uint32Array,
  bStart: number,
  length: number,
) => number;

/** How one print lies over another: item `i` of the probe over item `i + offset` of the master. */
export interface Alignment {
  readonly offset: number;
  /** Items that lie over each other. */
  readonly overlap: number;
  /** Bits in which these differ, of 32 an item. */
  readonly differences: number;
}

export interface ScanLimits {
  /** Offsets from `-maxOffset` to `maxOffset` are tried. */
  readonly maxOffset: number;
  /** Offsets with less overlap are not. */
  readonly minOverlap: number;
}

/** The best alignment of two prints, or null where none has enough overlap. */
export type FindAlignment = (master: Uint32Array, probe: Uint32Array, limits: ScanLimits) => Alignment | null;

/** The share of bits that differ: 0 is equal, 0.5 is chance. */
export function bitErrorRate({ differences, overlap }: Alignment): number {
  return differences / (32 * overlap);
}

/**
 * Bits that differ, without a machine's help: what the faster one is tested against. Eight words at a time go through
 * carry-save adders (Harley and Seal), so that bits are counted in one word of eight.
 */
export const countDifferencesPlain: CountDifferences = (a, aStart, b, bStart, length) => {
  // Each bit of these is a digit of a sum in binary, of the bits in its place.
  let ones = 0;
  let twos = 0;
  let fours = 0;
  let eights = 0;
  let i = 0;
  for (; i + 8 <= length; i += 8) {
    const at = aStart + i;
    const bt = bStart + i;
    const w0 = a[at]! ^ b[bt]!;
    const w1 = a[at + 1]! ^ b[bt + 1]!;
    const w2 = a[at + 2]! ^ b[bt + 2]!;
    const w3 = a[at + 3]! ^ b[bt + 3]!;
    const w4 = a[at + 4]! ^ b[bt + 4]!;
    const w5 = a[at + 5]! ^ b[bt + 5]!;
    const w6 = a[at + 6]! ^ b[bt + 6]!;
    const w7 = a[at + 7]! ^ b[bt + 7]!;
    const twos01 = carry(ones, w0, w1);
    ones ^= w0 ^ w1;
    const twos23 = carry(ones, w2, w3);
    ones ^= w2 ^ w3;
    const twos45 = carry(ones, w4, w5);
    ones ^= w4 ^ w5;
    const twos67 = carry(ones, w6, w7);
    ones ^= w6 ^ w7;
    const fours03 = carry(twos, twos01, twos23);
    twos ^= twos01 ^ twos23;
    const fours47 = carry(twos, twos45, twos67);
    twos ^= twos45 ^ twos67;
    eights += countBits(carry(fours, fours03, fours47));
    fours ^= fours03 ^ fours47;
  }
  let rest = 0;
  for (; i < length; i++) rest += countBits(a[aStart + i]! ^ b[bStart + i]!);
  return 8 * eights + 4 * countBits(fours) + 2 * countBits(twos) + countBits(ones) + rest;
};

/** Of 32 sums of three bits each, the digits that are carried. */
function carry(x: number, y: number, z: number): number {
  return (x & y) | ((x ^ y) & z);
}

function countBits(word: number): number {
  const pairs = (word - ((word >>> 1) & 0x55555555)) | 0;
  const fours = ((pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)) | 0;
  return Math.imul((fours & 0x0f0f0f0f) + ((fours >>> 4) & 0x0f0f0f0f), 0x01010101) >>> 24;
}

/** Finds alignments without WebAssembly. */
export const findAlignmentPlain: FindAlignment = (master, probe, limits) =>
  scanOffsets(master.length, probe.length, limits, (masterStart, probeStart, length) =>
    countDifferencesPlain(master, masterStart, probe, probeStart, length),
  );

/**
 * Tries every offset, the smallest first, so that the smallest of equals wins and of the two that are equally small the
 * negative one. Rates are compared as fractions: floats would decide ties by rounding.
 */
export function scanOffsets(
  masterLength: number,
  probeLength: number,
  { maxOffset, minOverlap }: ScanLimits,
  count: (masterStart: number, probeStart: number, length: number) => number,
): Alignment | null {
  let best: Alignment | null = null;
  for (let distance = 0; distance <= maxOffset; distance++) {
    for (const offset of distance === 0 ? [0] : [-distance, distance]) {
      const masterStart = Math.max(0, offset);
      const probeStart = Math.max(0, -offset);
      const overlap = Math.min(masterLength - masterStart, probeLength - probeStart);
      if (overlap < minOverlap || overlap < 1) continue;
      const differences = count(masterStart, probeStart, overlap);
      if (best === null || differences * best.overlap < best.differences * overlap) {
        best = { offset, overlap, differences };
      }
    }
  }
  return best;
}
