/** Brings mono sound to another rate, piece by piece. */
export interface Resampler {
  push(samples: Float32Array): Float32Array;
  finish(): Float32Array;
}

/** Zero crossings of the filter at the lower of both rates; with the next two, what FFmpeg's resampler does by default. */
const FILTER_SIZE = 32;
/** Of the lower rate's half, so that the filter's slope ends before what would be mirrored. */
const CUTOFF = 0.97;
const KAISER_BETA = 9;
/** Between two samples; rates without a small common divisor take the nearest. */
const PHASES_MAX = 1024;

/**
 * A windowed sinc at every position that the two rates can have to each other. The first sample out is at the time of the
 * first one in.
 */
export function createResampler(fromHz: number, toHz: number): Resampler {
  if (fromHz === toHz) return { push: (samples) => samples, finish: () => new Float32Array(0) };
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const phases = Math.min(toHz / divisor, PHASES_MAX);
  const filter = buildFilter(Math.min(1, (toHz * CUTOFF) / fromHz), phases);
  const taps = filter[0]!.length;
  const center = (taps - 1) >> 1;

  /** Samples that are still needed; the first one has the number `start`. What is before the sound is silence. */
  let held: Float32Array = new Float32Array(center);
  let start = -center;
  let produced = 0;

  const produce = (until: number): Float32Array => {
    const end = start + held.length;
    const out = new Float32Array(Math.max(0, Math.ceil(((end - start) * toHz) / fromHz) + 1));
    let count = 0;
    for (;;) {
      const position = (produced * fromHz) / toHz;
      if (position >= until) break;
      const at = Math.floor(position);
      const first = at - center;
      if (first + taps > end) break;
      out[count++] = dotProduct(held, first - start, filter[Math.floor((position - at) * phases + 0.5) % phases]!);
      produced++;
    }
    const keepFrom = Math.min(end, Math.floor((produced * fromHz) / toHz) - center);
    held = held.slice(Math.max(0, keepFrom - start));
    start = Math.max(start, keepFrom);
    return out.subarray(0, count);
  };
  const append = (samples: Float32Array) => {
    const joined = new Float32Array(held.length + samples.length);
    joined.set(held);
    joined.set(samples, held.length);
    held = joined;
  };
  return {
    push(samples) {
      append(samples);
      return produce(Number.POSITIVE_INFINITY);
    },
    finish() {
      const soundEnd = start + held.length;
      append(new Float32Array(taps));
      return produce(soundEnd);
    },
  };
}

/** One row of weights for each phase, each with the sum 1. `factor` is the cutoff in parts of the rate that comes in. */
function buildFilter(factor: number, phases: number): Float64Array[] {
  const taps = Math.max(1, Math.ceil(FILTER_SIZE / factor));
  const center = (taps - 1) >> 1;
  return Array.from({ length: phases }, (_, phase) => {
    const row = Float64Array.from({ length: taps }, (_, tap) => {
      const x = Math.PI * (tap - center - phase / phases) * factor;
      const edge = (2 * x) / (factor * taps * Math.PI);
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      return sinc * bessel0(KAISER_BETA * Math.sqrt(Math.max(0, 1 - edge * edge)));
    });
    const sum = row.reduce((total, weight) => total + weight, 0);
    return row.map((weight) => weight / sum);
  });
}

/** The modified Bessel function of the first kind and order 0, by its power series. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function dotProduct(samples: Float32Array, from: number, weights: Float64Array): number {
  const whole = weights.length & ~3;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i < whole; i += 4) {
    a += samples[from + i]! * weights[i]!;
    b += samples[from + i + 1]! * weights[i + 1]!;
    c += samples[from + i + 2]! * weights[i + 2]!;
    d += samples[from + i + 3]! * weights[i + 3]!;
  }
  for (; i < weights.length; i++) a += samples[from + i]! * weights[i]!;
  return a + b + (c + d);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
