/** UTC with milliseconds: `2026-05-26T08:13:42.000Z`. */
export function presentTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export function presentTimeOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : presentTime(epochMs);
}
