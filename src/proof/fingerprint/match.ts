import { shareOfBadBlocks } from './blocks.ts';
import type { CohortStatistics } from './cohort.ts';
import { measureInformation } from './information.ts';
import { countItems, DECLARED_MAX_MS, WINDOW_MS } from './item-clock.ts';
import { minOverlap } from './overlap.ts';
import { type Alignment, bitErrorRate } from './scan.ts';
import type { Scanner } from './scan-simd.ts';
import { findStretched } from './stretch.ts';
import {
  BAD_BLOCKS_MAX_SHARE,
  BLOCK_BER,
  COUNT_TOLERANCE_ITEMS,
  DURATION_TOLERANCE_MS,
  DURATION_TOLERANCE_SHARE,
  ENTROPY_MIN_BITS,
  OFFSET_MAX_ITEMS,
  OFFSETS_APART_MAX_ITEMS,
  TEMPO_GAIN_BER,
  type Thresholds,
  TOP_ITEM_MAX_SHARE,
} from './thresholds.ts';

/** What is known of one recording. Items are of the first 120 seconds, or of all of it. */
export interface Prints {
  readonly durationMs: number;
  readonly items: Uint32Array;
  /** The band print; null when there is none. */
  readonly bandItems: Uint32Array | null;
}

export interface MasterPrints extends Prints {
  /** Null: the master was compared with no cohort, and the gate of entropy decides in its place. */
  readonly cohort: CohortStatistics | null;
  /** Whether the band print has to agree as well. */
  readonly isHighRisk: boolean;
}

export type MatchBand = 'exact' | 'strong' | 'probable' | 'inconclusive' | 'no_match';
export type MatchConfidence = 'none' | 'low' | 'medium' | 'high' | 'uncalibrated';

export type MatchReason =
  | 'matched'
  /** There is no accepted policy. */
  | 'uncalibrated'
  /** A duration is no whole number of milliseconds above 0. */
  | 'bad-duration'
  /** The number of items is not that of the duration. */
  | 'wrong-item-count'
  | 'durations-differ'
  /** Silence, a drone, rain: prints of such sound look alike. */
  | 'low-information'
  /** Under 20 seconds lie over each other, or under four fifths of the longer. */
  | 'too-little-overlap'
  | 'bits-differ'
  /** A part is of another recording. */
  | 'part-differs'
  /** Not clearly nearer to the master than recordings that have nothing to do with it. */
  | 'within-cohort'
  | 'not-certain-enough'
  | 'second-print-missing'
  | 'second-print-differs'
  /** The same recording, played faster or slower. */
  | 'tempo-altered';

export interface Match {
  /** True only when everything holds that the certificate asks for. */
  readonly matched: boolean;
  readonly confidence: MatchConfidence;
  /** 1 is equal, 0 is chance: 1 - 2 BER, not below 0. 0 when nothing was compared. */
  readonly score: number;
  readonly band: MatchBand;
  /** Items by which the probe starts after the master's beginning; null when nothing was compared. */
  readonly offset: number | null;
  readonly reason: MatchReason;
  /** By how many percent the probe is faster; null unless the reason is `tempo-altered`. */
  readonly tempoPercent: number | null;
}

const CONFIDENCE: Readonly<Record<MatchBand, MatchConfidence>> = {
  exact: 'high',
  strong: 'high',
  probable: 'medium',
  inconclusive: 'low',
  no_match: 'none',
};

/**
 * Whether `probe` is the recording `master`, by `audio-match/1` (docs/formats/fingerprint.md). `thresholds` are those of
 * the accepted policy, null when there is none: then nothing matches. The work is bounded whatever the prints are.
 */
export function comparePrints(
  master: MasterPrints,
  probe: Prints,
  thresholds: Thresholds | null,
  scanner: Scanner,
): Match {
  if (thresholds === null) return { ...refuse('uncalibrated', 'no_match'), confidence: 'uncalibrated' };
  const gate = checkGates(master, probe);
  if (gate !== null) return refuse(gate, 'inconclusive');
  const [masterItems, probeItems] = [window(master), window(probe)];
  const limits = { maxOffset: OFFSET_MAX_ITEMS, minOverlap: minOverlap(masterItems.length, probeItems.length) };
  const alignment = scanner.find(masterItems, probeItems, limits);
  if (alignment === null) return refuse('too-little-overlap', 'inconclusive');

  const ber = bitErrorRate(alignment);
  const answer = (reason: MatchReason, limit: MatchBand | null = null): Match => {
    const band = limit ?? bandOf(ber, thresholds);
    const isMatch = reason === 'matched';
    const score = Math.max(0, 1 - 2 * ber);
    return {
      ...{ matched: isMatch, confidence: CONFIDENCE[band], score, band },
      ...{ offset: alignment.offset, reason, tempoPercent: null },
    };
  };
  if (ber > thresholds.strongBer) {
    const limit = Math.min(thresholds.probableBer, ber - TEMPO_GAIN_BER);
    const stretched = findStretched(masterItems, probeItems, limit, scanner);
    if (stretched !== null) return { ...answer('tempo-altered', 'inconclusive'), tempoPercent: stretched.tempoPercent };
  }
  if (ber > thresholds.inconclusiveBer) return answer('bits-differ');
  if (ber > thresholds.probableBer) return answer('not-certain-enough');
  const badBlocks = shareOfBadBlocks(masterItems, probeItems, alignment, BLOCK_BER, scanner.count);
  if (badBlocks > BAD_BLOCKS_MAX_SHARE) return answer('part-differs', 'inconclusive');
  if (master.cohort !== null && isWithin(master.cohort, ber, thresholds.cohortZ)) {
    return answer('within-cohort', 'inconclusive');
  }
  if (!master.isHighRisk) return answer('matched');
  if (ber > thresholds.strongBer) return answer('not-certain-enough');
  const second = checkSecond(master, probe, alignment, thresholds, scanner);
  return second === null ? answer('matched') : answer(second, 'inconclusive');
}

/** The band of a bit error rate. */
export function bandOf(ber: number, thresholds: Thresholds): MatchBand {
  if (ber <= thresholds.exactBer) return 'exact';
  if (ber <= thresholds.strongBer) return 'strong';
  if (ber <= thresholds.probableBer) return 'probable';
  return ber <= thresholds.inconclusiveBer ? 'inconclusive' : 'no_match';
}

function refuse(reason: MatchReason, band: MatchBand): Match {
  return { matched: false, confidence: CONFIDENCE[band], score: 0, band, offset: null, reason, tempoPercent: null };
}

/** Why the prints are not worth comparing, or null. */
export function checkGates(master: MasterPrints, probe: Prints): MatchReason | null {
  for (const { durationMs, items } of [master, probe]) {
    if (!Number.isSafeInteger(durationMs) || durationMs <= 0) return 'bad-duration';
    if (!hasItemsOf(durationMs, items.length)) return 'wrong-item-count';
  }
  const tolerance = DURATION_TOLERANCE_MS + DURATION_TOLERANCE_SHARE * master.durationMs;
  if (Math.abs(master.durationMs - probe.durationMs) > tolerance) return 'durations-differ';
  for (const prints of [master, probe]) {
    const { entropyBits, topShare } = measureInformation(window(prints));
    if (topShare > TOP_ITEM_MAX_SHARE) return 'low-information';
    if (master.cohort === null && entropyBits < ENTROPY_MIN_BITS) return 'low-information';
  }
  return null;
}

/** Whether so many items can be of so much audio: of its first 120 seconds, or of all of it up to ten minutes. */
function hasItemsOf(durationMs: number, count: number): boolean {
  if (count === 0) return false;
  const ofWindow = countItems(Math.min(durationMs, WINDOW_MS));
  const ofAll = countItems(Math.min(durationMs, DECLARED_MAX_MS));
  return [ofWindow, ofAll].some((expected) => Math.abs(count - expected) <= COUNT_TOLERANCE_ITEMS);
}

/** The items of the window: a full print begins with them. */
function window({ durationMs, items }: Prints): Uint32Array {
  const ofWindow = countItems(Math.min(durationMs, WINDOW_MS)) + COUNT_TOLERANCE_ITEMS;
  return items.length <= ofWindow ? items : items.subarray(0, countItems(WINDOW_MS));
}

function isWithin({ meanBer, deviationBer }: CohortStatistics, ber: number, cohortZ: number): boolean {
  return (meanBer - ber) / deviationBer < cohortZ;
}

/** Why the band prints do not confirm the alignment, or null when they do. */
function checkSecond(
  master: MasterPrints,
  probe: Prints,
  first: Alignment,
  thresholds: Thresholds,
  scanner: Scanner,
): MatchReason | null {
  if (master.bandItems === null || probe.bandItems === null) return 'second-print-missing';
  const found = findBandAlignment(master.bandItems, probe.bandItems, scanner);
  if (found === null || bitErrorRate(found) > thresholds.bandBer) return 'second-print-differs';
  return Math.abs(found.offset - first.offset) > OFFSETS_APART_MAX_ITEMS ? 'second-print-differs' : null;
}

/** The best alignment of two band prints of the window, or null. */
export function findBandAlignment(master: Uint32Array, probe: Uint32Array, scanner: Scanner): Alignment | null {
  // 12 items more than Chromaprint makes of the same audio: its frames are twice as long, and need fewer before the first.
  const [masterItems, probeItems] = [master.subarray(0, BAND_ITEMS_MAX), probe.subarray(0, BAND_ITEMS_MAX)];
  const limits = { maxOffset: OFFSET_MAX_ITEMS, minOverlap: minOverlap(masterItems.length, probeItems.length) };
  return scanner.find(masterItems, probeItems, limits);
}

const BAND_ITEMS_MAX = countItems(WINDOW_MS) + 12;
