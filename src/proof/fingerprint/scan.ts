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

/** Bits that differ, without a machine's help: what the faster one is tested against. */
export const countDifferencesPlain: CountDifferences = (a, aStart, b, bStart, length) => {
  let differences = 0;
  let i = 0;
  // Three words at a time: their sums of four bits are at most 12, which four bits hold.
  for (; i + 3 <= length; i += 3) {
    const first = sumFours(a[aStart + i]! ^ b[bStart + i]!);
    const second = sumFours(a[aStart + i + 1]! ^ b[bStart + i + 1]!);
    const third = sumFours(a[aStart + i + 2]! ^ b[bStart + i + 2]!);
    differences += sumBytes((((first + second) | 0) + third) | 0);
  }
  for (; i < length; i++) differences += sumBytes(sumFours(a[aStart + i]! ^ b[bStart + i]!));
  return differences;
};

/** In each four bits of a word, how many of them were set. */
function sumFours(word: number): number {
  const pairs = (word - ((word >>> 1) & 0x55555555)) | 0;
  return ((pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)) | 0;
}

/** The sum of a word's eight numbers of four bits. */
function sumBytes(fours: number): number {
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
