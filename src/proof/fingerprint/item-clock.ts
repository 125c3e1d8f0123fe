/** The rate that audio is brought to before it is fingerprinted, in samples a second. */
export const PRINT_RATE = 11025;
/** Samples from one item to the next: 0.124 s. */
export const ITEM_SAMPLES = 1365;
/** What both prints are made of by default; what comes after it is not looked at. */
export const WINDOW_MS = 120_000;
/** The longest print that may be declared. */
export const DECLARED_MAX_MS = 600_000;

/** Samples of one frame of Chromaprint's spectrum, and the frames that its first item needs beyond one. */
const FRAME_SAMPLES = 4096;
const LEADING_FRAMES = 19;

/** How many items Chromaprint makes of so much audio; 0 below about 3 seconds. */
export function countItems(durationMs: number): number {
  const samples = Math.floor((durationMs * PRINT_RATE) / 1000);
  return Math.max(0, Math.floor((samples - FRAME_SAMPLES) / ITEM_SAMPLES) + 1 - LEADING_FRAMES);
}
