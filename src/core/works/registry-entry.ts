import { listTerms, listWords } from './author-words.ts';
import { PLACES_PER_MS, type WorkVersion } from './work.ts';

/** How the registry's lists, counts and searches have a version. Empty and null for one that is not in them. */
export interface RegistryEntry {
  readonly version: WorkVersion;
  /** When it came in, `YYYY-MM-DD`, UTC. */
  readonly day: string | null;
  /** Of an author that everybody may see. */
  readonly authorWords: readonly string[];
  /** What these words are found by. */
  readonly terms: readonly string[];
}

export function describeEntry(version: WorkVersion): RegistryEntry {
  const { privacy, author, listedAs } = version;
  const isFindable = privacy === 'public' && author !== null && listedAs !== null;
  const authorWords = isFindable ? listWords(`${author.value.first_name} ${author.value.last_name}`) : [];
  const day = listedAs === null ? null : new Date(registryTime(listedAs)).toISOString().slice(0, 10);
  return { version, day, authorWords, terms: listTerms(authorWords) };
}

/** When a version came into the registry, epoch ms: places are given in the order of the commits, and follow the clock. */
export function registryTime(listedAs: number): number {
  return Math.floor(listedAs / PLACES_PER_MS);
}

/** The first place of a moment, epoch ms; of one before or after all that there can be, the first or the last of all. */
export function firstPlaceOf(timeMs: number): number {
  return Math.max(0, Math.min(timeMs * PLACES_PER_MS, Number.MAX_SAFE_INTEGER));
}
