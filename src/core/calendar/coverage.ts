import type { Stamp } from './stamp.ts';

/** Positions in (from, to]. */
export interface PositionRange {
  readonly from: number;
  readonly to: number;
}

type Coverage = Pick<Stamp, 'id' | 'fromPosition' | 'toPosition' | 'abandoned'>;

/** The first commitments no live stamp covers, at most `limit` of them; null when all are covered. */
export function findUncovered(
  stamps: readonly Coverage[],
  settledPosition: number,
  lastPosition: number,
  limit: number,
): PositionRange | null {
  const from = coveredFrom(
    settledPosition,
    stamps.filter(({ abandoned }) => !abandoned),
  );
  return from >= lastPosition ? null : { from, to: endOfGap(stamps, from, lastPosition, limit) };
}

/** How far a stamp that is not mined may reach: over everything new that no other stamp covers. */
export function extendCoverage(
  stamps: readonly Coverage[],
  stamp: Coverage,
  lastPosition: number,
  limit: number,
): PositionRange {
  const others = stamps.filter(({ id }) => id !== stamp.id);
  const to = endOfGap(others, stamp.fromPosition, lastPosition, limit);
  return { from: stamp.fromPosition, to: Math.max(to, stamp.toPosition) };
}

/** The last position up to which the ranges cover everything after `from`. */
export function coveredFrom(from: number, ranges: readonly Pick<Stamp, 'fromPosition' | 'toPosition'>[]): number {
  let covered = from;
  for (const range of ranges.toSorted((a, b) => a.fromPosition - b.fromPosition)) {
    if (range.fromPosition > covered) break;
    covered = Math.max(covered, range.toPosition);
  }
  return covered;
}

function endOfGap(stamps: readonly Coverage[], from: number, lastPosition: number, limit: number): number {
  const nextStarts = stamps
    .filter(({ abandoned, fromPosition }) => !abandoned && fromPosition > from)
    .map(({ fromPosition }) => fromPosition);
  return Math.min(lastPosition, from + limit, ...nextStarts);
}
