import { minOverlap } from './overlap.ts';
import { bitErrorRate, type FindAlignment } from './scan.ts';
import { OFFSET_MAX_ITEMS } from './thresholds.ts';

/** How far a print is from a frozen set of recordings that it has nothing to do with. */
export interface CohortStatistics {
  readonly meanBer: number;
  readonly deviationBer: number;
}

/** Fewer prints say nothing about a mean. */
const COMPARED_MIN = 20;

/**
 * Measures a master once, when it is registered. Null when too few prints of the cohort are of a length to compare it
 * with; then the gate of entropy stays.
 */
export function measureCohort(
  master: Uint32Array,
  cohort: readonly Uint32Array[],
  find: FindAlignment,
): CohortStatistics | null {
  const rates: number[] = [];
  for (const other of cohort) {
    const limits = { maxOffset: OFFSET_MAX_ITEMS, minOverlap: minOverlap(master.length, other.length) };
    const alignment = find(master, other, limits);
    if (alignment !== null) rates.push(bitErrorRate(alignment));
  }
  if (rates.length < COMPARED_MIN) return null;
  const meanBer = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - meanBer) ** 2, 0) / (rates.length - 1);
  return { meanBer, deviationBer: Math.sqrt(variance) };
}
