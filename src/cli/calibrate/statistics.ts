/** Upper end of the one-sided 95 % interval of a rate with so many hits (Clopper and Pearson, 1934). */
export function upperRate(hits: number, trials: number): number {
  if (trials === 0 || hits >= trials) return 1;
  let low = hits / trials;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (binomialUpTo(hits, trials, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** The probability of at most `hits` in `trials`. Sums in logarithms: the terms of 300,000 trials underflow. */
function binomialUpTo(hits: number, trials: number, rate: number): number {
  let term = trials * Math.log1p(-rate);
  let sum = Math.exp(term);
  for (let k = 1; k <= hits; k++) {
    term += Math.log((trials - k + 1) / k) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(term);
  }
  return sum;
}

/** The share of impostors at or below a rate, by a tail that is fitted to the lowest of them. */
export interface TailModel {
  readonly shape: number;
  readonly scale: number;
  /** Where the tail begins: that share of all is below it. */
  readonly start: number;
  readonly share: number;
  probability(rate: number): number;
}

/** Enough of the tail to fit two numbers to, little enough to be the tail. */
const TAIL_SHARE = 0.01;
/** Fewer values fit anything: then nothing is promised. */
const TAIL_MIN = 20;

/**
 * A generalised Pareto distribution over the lowest hundredth of `sorted` (ascending), by probability-weighted moments
 * (Hosking and Wallis, 1987).
 */
export function fitTail(sorted: Float64Array): TailModel {
  const count = Math.floor(sorted.length * TAIL_SHARE);
  if (count < TAIL_MIN) return { shape: 0, scale: 0, start: 0, share: 1, probability: () => 1 };
  const start = sorted[count]!;
  // Depths below the start, ascending.
  const depths = Array.from({ length: count }, (_, i) => start - sorted[count - 1 - i]!);
  const mean = depths.reduce((sum, depth) => sum + depth, 0) / count;
  const weighted = depths.reduce((sum, depth, i) => sum + depth * ((count - 1 - i) / (count - 1)), 0) / count;
  const shape = 2 - mean / (mean - 2 * weighted);
  const scale = (2 * mean * weighted) / (mean - 2 * weighted);
  const share = count / sorted.length;
  return {
    ...{ shape, scale, start, share },
    probability(rate) {
      const depth = start - rate;
      if (depth <= 0) return share;
      if (Math.abs(shape) < 1e-9) return share * Math.exp(-depth / scale);
      return share * Math.max(0, 1 + (shape * depth) / scale) ** (-1 / shape);
    },
  };
}

/** The value below which that share of an ascending list lies. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

/** Counts of values in steps of 1/`steps` between 0 and 1. */
export function countInSteps(values: Float64Array, steps: number): number[] {
  const counts = new Array<number>(steps).fill(0);
  for (const value of values) counts[Math.min(steps - 1, Math.max(0, Math.floor(value * steps)))]!++;
  return counts;
}

/**
 * The rate of false matches that 95 of 100 bootstraps stay below, drawn over recordings: pairs of one recording come and
 * go together, so what they share is not counted as independent.
 */
export function bootstrapUpperRate(
  names: readonly string[],
  pairs: readonly (readonly [string, string])[],
  total: number,
  random: () => number,
): number {
  if (pairs.length === 0) return 0;
  const rates = Array.from({ length: BOOTSTRAPS }, () => {
    const times = new Map<string, number>();
    for (let i = 0; i < names.length; i++) {
      const name = names[Math.floor(random() * names.length)]!;
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    return pairs.reduce((sum, [a, b]) => sum + (times.get(a) ?? 0) * (times.get(b) ?? 0), 0) / total;
  });
  return rates.sort((a, b) => a - b)[Math.floor(0.95 * BOOTSTRAPS)]!;
}

const BOOTSTRAPS = 400;
