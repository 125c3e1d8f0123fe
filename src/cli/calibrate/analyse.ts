import { comparePrints } from '../../proof/fingerprint/match.ts';
import type { PolicyMeasurement } from '../../proof/fingerprint/policy.ts';
import type { Scanner } from '../../proof/fingerprint/scan-simd.ts';
import { DESIGNED_THRESHOLDS, type Thresholds } from '../../proof/fingerprint/thresholds.ts';
import type { GenuineComparison, ImpostorComparison } from './compare-all.ts';
import { createNoise } from './effects.ts';
import type { Track } from './gather.ts';
import { bootstrapUpperRate, fitTail, upperRate } from './statistics.ts';
import { TRANSFORMED_SECONDS } from './take-prints.ts';
import { TRANSFORMS, type Transform } from './transforms.ts';

/** What may not be exceeded at the chosen threshold (section "Calibration" of docs/formats/fingerprint.md). */
const TAIL_MAX = 1e-7;
const BOOTSTRAP_MAX = 1e-5;
/** A threshold is a multiple of it. */
const STEP_BER = 0.005;
/** Impostor comparisons without which no rate this low can be spoken of. */
export const IMPOSTORS_MIN = 300_000;

const PPB = 1e9;

/** What the thresholds do to one part of the corpus. */
export interface Measured extends PolicyMeasurement {
  readonly lowestImpostorBer: number;
}

/**
 * The largest threshold for `probable` at which the development half has no false match and neither model expects one,
 * never above the designed one: a calibration may only tighten what the procedure was designed with.
 */
export function chooseThresholds(impostors: readonly ImpostorComparison[], tracks: readonly Track[]): Thresholds {
  const gated = impostors.filter(({ isGated }) => isGated);
  const tail = fitTail(sortedRates(gated));
  const names = tracks.map(({ path }) => path);
  for (let step = Math.round(DESIGNED_THRESHOLDS.probableBer / STEP_BER); step > 0; step--) {
    const probableBer = Math.round(step * STEP_BER * 1000) / 1000;
    const pairs = gated.filter(({ ber }) => ber <= probableBer).map(({ a, b }) => [a.path, b.path] as const);
    const upper = bootstrapUpperRate(names, pairs, gated.length, evenly());
    if (pairs.length === 0 && tail.probability(probableBer) <= TAIL_MAX && upper <= BOOTSTRAP_MAX) {
      const strongBer = Math.min(DESIGNED_THRESHOLDS.strongBer, probableBer);
      return { ...DESIGNED_THRESHOLDS, probableBer, strongBer };
    }
  }
  return { ...DESIGNED_THRESHOLDS, probableBer: 0, strongBer: 0, exactBer: 0 };
}

function evenly(): () => number {
  const next = createNoise(20_261_121);
  return () => (next() + 1) / 2;
}

export function measure(
  impostors: readonly ImpostorComparison[],
  genuine: readonly GenuineComparison[],
  thresholds: Thresholds,
  scanner: Scanner,
): Measured {
  const { probableBer } = thresholds;
  const gated = impostors.filter(({ isGated }) => isGated);
  const falseMatches = gated.filter((one) => one.ber <= probableBer && !one.hasBadBlock);
  const pairs = new Set(gated.map(({ a, b }) => (a.path < b.path ? `${a.path}\n${b.path}` : `${b.path}\n${a.path}`)));
  const required = genuine.filter(({ transform }) => transform.class === 'required');
  const missed = required.filter((one) => !isFound(one, thresholds, scanner));
  const masters = new Set(required.map(({ master }) => master));
  const mastersMissed = new Set(missed.map(({ master }) => master));
  const rates = sortedRates(gated);
  return {
    impostors: gated.length,
    falseMatches: falseMatches.length,
    falseMatchUpperPpb: Math.ceil(upperRate(falseMatches.length, gated.length) * PPB),
    falseMatchPairsUpperPpb: Math.ceil(upperRate(falseMatches.length, pairs.size) * PPB),
    falseMatchModelPpb: gated.length === 0 ? PPB : Math.ceil(fitTail(rates).probability(probableBer) * PPB),
    genuine: required.length,
    falseNonMatches: missed.length,
    masters: masters.size,
    mastersMissed: mastersMissed.size,
    mastersMissedUpperPpb: Math.ceil(upperRate(mastersMissed.size, masters.size) * PPB),
    lowestImpostorBer: rates[0] ?? 0.5,
  };
}

/** Whether a genuine pair is matched, as by `verify-audio`. */
export function isFound(
  { master, prints }: GenuineComparison,
  thresholds: Thresholds,
  scanner: Scanner,
  isHighRisk = false,
): boolean {
  // Transforms were cut; what a service has is whole.
  const cutMs = Math.max(0, master.prints.durationMs - TRANSFORMED_SECONDS * 1000);
  const probe = { ...prints, durationMs: prints.durationMs + cutMs };
  return comparePrints({ ...master.prints, cohort: null, isHighRisk }, probe, thresholds, scanner).matched;
}

export interface TransformRow {
  readonly transform: Transform;
  readonly count: number;
  readonly medianBer: number;
  readonly worstBer: number;
  readonly worstBandBer: number;
  readonly missed: number;
  readonly missedHighRisk: number;
}

export function measureTransforms(
  genuine: readonly GenuineComparison[],
  thresholds: Thresholds,
  scanner: Scanner,
): TransformRow[] {
  return TRANSFORMS.flatMap((transform) => {
    const all = genuine.filter((one) => one.transform === transform);
    if (all.length === 0) return [];
    const rates = all.map(({ comparison }) => comparison?.ber ?? 0.5).sort((a, b) => a - b);
    return [
      {
        transform,
        count: all.length,
        medianBer: rates[Math.floor(rates.length / 2)]!,
        worstBer: rates.at(-1)!,
        worstBandBer: Math.max(...all.map(({ comparison }) => comparison?.bandBer ?? 0.5)),
        missed: all.filter((one) => !isFound(one, thresholds, scanner)).length,
        missedHighRisk: all.filter((one) => !isFound(one, thresholds, scanner, true)).length,
      },
    ];
  });
}

export function sortedRates(comparisons: readonly { readonly ber: number }[]): Float64Array {
  return Float64Array.from(comparisons, ({ ber }) => ber).sort();
}

/** For each threshold: the share of genuine pairs missed under required transforms, of impostors matched. */
export function traceRoc(
  impostors: readonly ImpostorComparison[],
  genuine: readonly GenuineComparison[],
): { readonly ber: number; readonly falseMatch: number; readonly falseNonMatch: number }[] {
  const rates = sortedRates(impostors.filter(({ isGated }) => isGated));
  const required = genuine.filter(({ transform }) => transform.class === 'required');
  return Array.from({ length: 101 }, (_, i) => {
    const ber = i / 200;
    const below = rates.findIndex((rate) => rate > ber);
    return {
      ber,
      falseMatch: (below < 0 ? rates.length : below) / Math.max(1, rates.length),
      falseNonMatch:
        required.filter(({ comparison }) => (comparison?.ber ?? 0.5) > ber).length / Math.max(1, required.length),
    };
  });
}
