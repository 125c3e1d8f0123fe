import { mapConcurrently } from '../../base/concurrency.ts';
import { measureInformation } from '../../proof/fingerprint/information.ts';
import { ENTROPY_MIN_BITS, TOP_ITEM_MAX_SHARE } from '../../proof/fingerprint/thresholds.ts';
import type { Recording } from './corpus.ts';
import { type Half, splitReleases, takeInTurn } from './split.ts';
import type { FullPrints, PrintTaker } from './take-prints.ts';
import { TRANSFORMS, type Transform } from './transforms.ts';

export interface Track extends Recording {
  readonly half: Half;
  readonly prints: FullPrints;
  /** Whether it says enough to be compared without a cohort. */
  readonly isGated: boolean;
}

export interface TransformedTrack {
  readonly master: Track;
  readonly transform: Transform;
  readonly prints: FullPrints;
}

export interface Gathered {
  readonly tracks: readonly Track[];
  readonly masters: readonly Track[];
  readonly transformed: readonly TransformedTrack[];
  /** Files that could not be read, or were too short. */
  readonly unused: readonly Recording[];
  readonly skippedTransforms: readonly Transform[];
}

interface GatherOptions {
  readonly masters: number;
  readonly jobs: number;
  readonly onProgress: (what: string, done: number, total: number) => void;
}

/** Shorter ones are jingles and noises. */
const TRACK_MIN_MS = 45_000;
/** Masters are long enough for every transform to leave a whole window. */
const MASTER_MIN_MS = 60_000;
/** Transforms that nothing is asked of are done to every so many masters only. */
const REPORTED_EVERY = 4;

/** Prints all of the corpus, and transforms of some of it. */
export async function gatherPrints(
  recordings: readonly Recording[],
  taker: PrintTaker,
  options: GatherOptions,
): Promise<Gathered> {
  let done = 0;
  const printed = await mapConcurrently(recordings, options.jobs, async (recording) => {
    const prints = await taker.original(recording.path);
    options.onProgress('recordings', ++done, recordings.length);
    return { recording, prints };
  });
  const used = printed.flatMap(({ recording, prints }) =>
    prints === null || prints.durationMs < TRACK_MIN_MS ? [] : [{ recording, prints }],
  );
  const counts = Map.groupBy(used, ({ recording }) => recording.release);
  const halves = splitReleases(new Map([...counts].map(([release, all]) => [release, all.length])));
  const tracks = used.map(({ recording, prints }): Track => {
    const { entropyBits, topShare } = measureInformation(prints.items);
    const isGated = entropyBits >= ENTROPY_MIN_BITS && topShare <= TOP_ITEM_MAX_SHARE;
    return { ...recording, half: halves.get(recording.release)!, prints, isGated };
  });
  const masters = (['development', 'held-out'] as const).flatMap((half) =>
    takeInTurn(
      tracks.filter((track) => track.half === half && track.isGated && track.prints.durationMs >= MASTER_MIN_MS),
      Math.ceil(options.masters / 2),
    ),
  );
  const possible = TRANSFORMS.filter(({ how }) => taker.hasFfmpeg || 'effect' in how);
  const jobs = masters.map((master, i) => ({
    master,
    transforms: possible.filter((transform) => transform.class === 'required' || i % REPORTED_EVERY === 0),
  }));
  const total = jobs.reduce((sum, { transforms }) => sum + transforms.length, 0);
  done = 0;
  const transformed = await mapConcurrently(jobs, options.jobs, async ({ master, transforms }) => {
    const all: TransformedTrack[] = [];
    for (const transform of transforms) {
      const prints = await taker.transformed(master.path, transform);
      options.onProgress('transforms', ++done, total);
      if (prints !== null) all.push({ master, transform, prints });
    }
    return all;
  });
  const names = new Set(tracks.map(({ path }) => path));
  return {
    ...{ tracks, masters, transformed: transformed.flat() },
    unused: recordings.filter(({ path }) => !names.has(path)),
    skippedTransforms: TRANSFORMS.filter((transform) => !possible.includes(transform)),
  };
}
