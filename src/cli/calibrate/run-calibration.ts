import type { Chromaprint } from '../../audio/chromaprint.ts';
import { compareBytes, concatBytes } from '../../base/bytes.ts';
import { encodeHex } from '../../base/hex.ts';
import { measureCohort } from '../../proof/fingerprint/cohort.ts';
import { encodeCohort } from '../../proof/fingerprint/cohort-file.ts';
import { encodeItems } from '../../proof/fingerprint/items.ts';
import { type Policy, policyId } from '../../proof/fingerprint/policy.ts';
import { createScanner, type Scanner } from '../../proof/fingerprint/scan-simd.ts';
import { ALGORITHM, EXTRACTOR, type Thresholds } from '../../proof/fingerprint/thresholds.ts';
import { chooseThresholds, IMPOSTORS_MIN, isFound, type Measured, measure, measureTransforms } from './analyse.ts';
import { tryAttacks } from './attacks.ts';
import { compareAll, type GenuineComparison, type ImpostorComparison } from './compare-all.ts';
import type { Recording } from './corpus.ts';
import { type Gathered, gatherPrints, type Track } from './gather.ts';
import { writeReport } from './report.ts';
import { takeInTurn } from './split.ts';
import { createPrintTaker } from './take-prints.ts';

interface CalibrationOptions {
  readonly chromaprint: Chromaprint;
  readonly cacheFolder: string;
  readonly masters: number;
  readonly jobs: number;
  readonly description: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly signal: AbortSignal;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly onProgress: (what: string, done: number, total: number | null) => void;
}

interface CalibrationResults {
  readonly policy: Policy;
  readonly policyId: string;
  readonly report: ReadonlyMap<string, string>;
  /** The bytes of the frozen cohort. */
  readonly cohort: Uint8Array;
}

/** Prints enough for a steady mean; a hundred kilobytes more would not make it steadier. */
const COHORT_PRINTS = 150;
const VICTIMS = 60;
/** The share of masters that required transforms may make unfindable, at the upper end of its interval. */
const MISSED_MAX_PPB = 5e7;

/** The whole of a calibration, from files to a policy. */
export async function runCalibration(
  recordings: readonly Recording[],
  options: CalibrationOptions,
): Promise<CalibrationResults> {
  const { sha256, onProgress } = options;
  const scanner = createScanner();
  const taker = await createPrintTaker(options.cacheFolder, options.chromaprint, options.signal);
  const gathered = await gatherPrints(recordings, taker, options);
  const { related, impostors, genuine } = compareAll(gathered, scanner, (done) =>
    onProgress('comparisons', done, null),
  );
  const ofHalf = (half: Track['half']) => ({
    impostors: impostors.filter(({ a, b }) => a.half === half && b.half === half),
    genuine: genuine.filter(({ master }) => master.half === half),
  });
  const chosenOn = ofHalf('development');
  const thresholds = chooseThresholds(
    chosenOn.impostors,
    gathered.tracks.filter(({ half }) => half === 'development'),
  );
  const confirmedOn = ofHalf('held-out');
  const development = measure(chosenOn.impostors, chosenOn.genuine, thresholds, scanner);
  const heldOut = measure(confirmedOn.impostors, confirmedOn.genuine, thresholds, scanner);
  const all = measure(impostors, genuine, thresholds, scanner);
  const cohortTracks = chooseCohort(gathered);
  const cohort = encodeCohort(cohortTracks.map(({ prints }) => prints.items));
  const victims = gathered.masters.slice(0, VICTIMS);
  const attacks = await tryAttacks(victims, taker, thresholds, scanner, (name) =>
    onProgress(`attack: ${name}`, 0, null),
  );
  const isConfirmed =
    [development, heldOut].every(({ falseMatches }) => falseMatches === 0) &&
    all.impostors >= IMPOSTORS_MIN &&
    all.mastersMissedUpperPpb <= MISSED_MAX_PPB &&
    attacks.every(({ matchedHighRisk, isKnownLimit }) => matchedHighRisk === 0 || isKnownLimit);
  const policy: Policy = {
    algorithm: ALGORITHM,
    extractor: EXTRACTOR,
    thresholds,
    heldOut: withoutLowest(heldOut),
    development: withoutLowest(development),
    corpus: {
      description: options.description,
      recordings: gathered.tracks.length,
      releases: new Set(gathered.tracks.map(({ release }) => release)).size,
      digest: digestOfCorpus(gathered.tracks, sha256),
    },
    cohortDigest: encodeHex(sha256(cohort)),
    isConfirmed,
    date: options.date,
  };
  const id = policyId(policy, sha256);
  const report = writeReport({
    ...{ gathered, related, impostors, genuine, thresholds, development, heldOut, all, attacks, isConfirmed },
    policyId: id,
    date: options.date,
    transforms: measureTransforms(genuine, thresholds, scanner),
    cohort: measureCohorts(gathered, cohortTracks, impostors, genuine, thresholds, scanner),
  });
  return { policy, policyId: id, report, cohort };
}

/** Recordings of the development half that are no masters, where there are enough, from as many releases as there are. */
function chooseCohort({ tracks, masters }: Gathered): Track[] {
  const isMaster = new Set(masters);
  const possible = tracks.filter((track) => track.half === 'development' && track.isGated && !isMaster.has(track));
  return takeInTurn(possible, COHORT_PRINTS);
}

function measureCohorts(
  { tracks }: Gathered,
  cohort: readonly Track[],
  impostors: readonly ImpostorComparison[],
  genuine: readonly GenuineComparison[],
  thresholds: Thresholds,
  scanner: Scanner,
) {
  const statistics = new Map(
    tracks.map((track) => {
      const others = cohort.filter((other) => other !== track).map(({ prints }) => prints.items);
      return [track, measureCohort(track.prints.items, others, scanner.find)];
    }),
  );
  const scoreOf = (master: Track, ber: number): number | null => {
    const measured = statistics.get(master);
    return measured ? (measured.meanBer - ber) / measured.deviationBer : null;
  };
  const isCohort = new Set(cohort);
  const strangers = impostors
    .filter(({ a, b, isGated }) => isGated && !isCohort.has(a) && !isCohort.has(b))
    .flatMap(({ a, ber }) => scoreOf(a, ber) ?? []);
  const same = genuine
    .filter((one) => one.transform.class === 'required' && isFound(one, thresholds, scanner))
    .flatMap(({ master, comparison }) => scoreOf(master, comparison!.ber) ?? []);
  if (strangers.length === 0 || same.length === 0) return null;
  const highest = strangers.reduce((max, z) => Math.max(max, z), Number.NEGATIVE_INFINITY);
  return { size: cohort.length, impostorMaxZ: highest, genuineMinZ: same.reduce((min, z) => Math.min(min, z)) };
}

function withoutLowest({ lowestImpostorBer: _, ...measurement }: Measured) {
  return measurement;
}

function digestOfCorpus(tracks: readonly Track[], sha256: (bytes: Uint8Array) => Uint8Array): string {
  const digests = tracks.map(({ prints }) => sha256(new TextEncoder().encode(encodeItems(prints.items))));
  return encodeHex(sha256(concatBytes(...digests.sort(compareBytes))));
}
