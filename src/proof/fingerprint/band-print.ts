import { ITEM_SAMPLES, PRINT_RATE } from './item-clock.ts';
import { createPowerSpectrum } from './power-spectrum.ts';

const FRAME_SAMPLES = 8192;
const LOWEST_HZ = 300;
const HIGHEST_HZ = 2000;
const BANDS = 33;
/** Frames between the two whose bands are compared: half a second. */
const LAG_FRAMES = 4;

/** Takes audio piece by piece and makes the band print of all of it. Memory does not grow with the samples. */
export interface BandPrinter {
  /** Mono at 11025 Hz, within ±1. */
  push(samples: Float32Array): void;
  finish(): Uint32Array;
}

/**
 * The second print: which of two neighbouring bands between 300 and 2000 Hz gains on the other over half a second, after
 * Haitsma and Kalker (2002), on the item clock of Chromaprint. It looks at how energy moves over the spectrum and knows
 * no octaves, so what imitates the chords of a recording does not pass it. docs/formats/fingerprint.md has it exactly.
 */
export function createBandPrinter(): BandPrinter {
  const edges = bandEdges();
  const measure = createPowerSpectrum(FRAME_SAMPLES, edges.at(-1)!);
  const frame = new Float32Array(FRAME_SAMPLES);
  const recent: Float64Array[] = [];
  const items: number[] = [];
  let filled = 0;

  const takeFrame = () => {
    const bands = sumBands(measure(frame), edges);
    const earlier = recent.length === LAG_FRAMES ? recent.shift()! : null;
    recent.push(bands);
    if (earlier !== null) items.push(compareBands(bands, earlier));
    frame.copyWithin(0, ITEM_SAMPLES);
    filled -= ITEM_SAMPLES;
  };
  return {
    push(samples) {
      let taken = 0;
      while (taken < samples.length) {
        const part = samples.subarray(taken, taken + FRAME_SAMPLES - filled);
        frame.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled === FRAME_SAMPLES) takeFrame();
      }
    },
    finish: () => Uint32Array.from(items),
  };
}

/** In bins of the spectrum, evenly spaced in pitch. */
function bandEdges(): number[] {
  const ratio = HIGHEST_HZ / LOWEST_HZ;
  return Array.from({ length: BANDS + 1 }, (_, i) =>
    Math.round((LOWEST_HZ * ratio ** (i / BANDS) * FRAME_SAMPLES) / PRINT_RATE),
  );
}

function sumBands(power: Float64Array, edges: readonly number[]): Float64Array {
  return Float64Array.from({ length: BANDS }, (_, band) => {
    let sum = 0;
    for (let bin = edges[band]!; bin < Math.max(edges[band + 1]!, edges[band]! + 1); bin++) sum += power[bin]!;
    return sum;
  });
}

function compareBands(now: Float64Array, earlier: Float64Array): number {
  let item = 0;
  for (let band = 0; band < BANDS - 1; band++) {
    const change = now[band]! - now[band + 1]! - (earlier[band]! - earlier[band + 1]!);
    item = (item << 1) | (change > 0 ? 1 : 0);
  }
  return item >>> 0;
}
