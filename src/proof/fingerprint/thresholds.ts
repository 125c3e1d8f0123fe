/** The procedure that this folder implements; any change of what it decides gets another name. */
export const ALGORITHM = 'audio-match/1';
/** What makes the prints; any change of it makes another policy. */
export const EXTRACTOR = 'chromaprint-test2+band-print/1';

/** What a policy measures and fixes. Rates are bit error rates: 0 is equal, 0.5 is chance. */
export interface Thresholds {
  readonly exactBer: number;
  readonly strongBer: number;
  readonly probableBer: number;
  readonly inconclusiveBer: number;
  /** Of the band print, for certificates of high risk. */
  readonly bandBer: number;
  /** How many deviations of the master's cohort a probe has to lie below its mean. */
  readonly cohortZ: number;
}

/** The values of the measurements that the procedure was designed on; `touchmark calibrate` confirms or lowers them. */
export const DESIGNED_THRESHOLDS: Thresholds = {
  exactBer: 0.01,
  strongBer: 0.15,
  probableBer: 0.22,
  inconclusiveBer: 0.35,
  bandBer: 0.35,
  cohortZ: 8,
};

/** 9.9 seconds: lead-ins and trims. More would only give chance more tries. */
export const OFFSET_MAX_ITEMS = 80;
/** 20 seconds; less agrees by chance too often. */
export const OVERLAP_MIN_ITEMS = 160;
/** Of the longer print, so that a part does not stand for the whole. */
export const OVERLAP_MIN_SHARE = 0.8;
/** A second; what decoders cut differently at the ends. */
export const COUNT_TOLERANCE_ITEMS = 8;
/** Encoders and editors change a length by so much at most. */
export const DURATION_TOLERANCE_MS = 7000;
export const DURATION_TOLERANCE_SHARE = 0.015;
/** Below this a print is of rain, silence or a drone, and looks like other ones of its kind. */
export const ENTROPY_MIN_BITS = 20;
/** More of one item is silence with something in it. */
export const TOP_ITEM_MAX_SHARE = 0.1;
/** A block over this is another recording. */
export const BLOCK_BER = 0.35;
export const BAD_BLOCKS_MAX_SHARE = 0.05;
/** How far the offsets of both prints may be apart. */
export const OFFSETS_APART_MAX_ITEMS = 2;
/** By how much another tempo has to fit better; of the same tempo none does. */
export const TEMPO_GAIN_BER = 0.05;
