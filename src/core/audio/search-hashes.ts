/** The lower bits of an item are those that codecs change most. */
const DROPPED_BITS = 4;
/** The item of digital silence: every recording that fades out has it. */
const SILENCE_HASH = 627964279 >>> DROPPED_BITS;
/** Enough to find a recording of which a quarter of the hashes is intact, few enough for one query. */
const QUERIED_MAX = 120;

/** What a print is found by: the 28 upper bits of each item, each once. */
export function hashesOf(items: Uint32Array): Int32Array {
  const hashes = new Set<number>();
  for (const item of items) hashes.add(item >>> DROPPED_BITS);
  hashes.delete(SILENCE_HASH);
  return Int32Array.from(hashes);
}

/** Those to ask for: evenly spread, so that a beginning or an end that differs does not matter. */
export function chooseHashes(items: Uint32Array): number[] {
  const hashes = hashesOf(items);
  const count = Math.min(QUERIED_MAX, hashes.length);
  return Array.from({ length: count }, (_, i) => hashes[Math.floor((i * hashes.length) / count)]!);
}
