import { OVERLAP_MIN_ITEMS, OVERLAP_MIN_SHARE } from './thresholds.ts';

/** Items that have to lie over each other for two prints of these lengths to be compared. */
export function minOverlap(a: number, b: number): number {
  return Math.max(OVERLAP_MIN_ITEMS, Math.ceil(OVERLAP_MIN_SHARE * Math.max(a, b)));
}
