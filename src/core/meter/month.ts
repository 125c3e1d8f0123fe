/** A calendar month of UTC, like `2026-05`. */
export type Month = string;

export function monthOf(epochMs: number): Month {
  return new Date(epochMs).toISOString().slice(0, 7);
}

/** Epoch ms of the first moment after the month. */
export function endOfMonth(month: Month): number {
  const [year, number] = month.split('-').map(Number);
  return Date.UTC(year!, number!, 1);
}
