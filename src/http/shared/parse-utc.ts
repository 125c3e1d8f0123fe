const ISO_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|\+00:00)$/;

/** A moment in ISO 8601 with seconds, in UTC, as epoch ms; null for what is none. */
export function parseUtc(text: string): number | null {
  const epochMs = ISO_UTC.test(text) ? Date.parse(text) : Number.NaN;
  // A day that no month has is moved into the next one by the parser, or refused, as it pleases.
  const isReal = !Number.isNaN(epochMs) && new Date(epochMs).toISOString().slice(0, 19) === text.slice(0, 19);
  return isReal ? epochMs : null;
}
