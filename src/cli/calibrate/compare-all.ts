import { shareOfBadBlocks } from '../../proof/fingerprint/blocks.ts';
import { measureInformation } from '../../proof/fingerprint/information.ts';
import { findBandAlignment } from '../../proof/fingerprint/match.ts';
import { minOverlap } from '../../proof/fingerprint/overlap.ts';
import { bitErrorRate } from '../../proof/fingerprint/scan.ts';
import type { Scanner } from '../../proof/fingerprint/scan-simd.ts';
import {
  BAD_BLOCKS_MAX_SHARE,
  BLOCK_BER,
  ENTROPY_MIN_BITS,
  OFFSET_MAX_ITEMS,
  TOP_ITEM_MAX_SHARE,
} from '../../proof/fingerprint/thresholds.ts';
import type { Gathered, Track, TransformedTrack } from './gather.ts';
import type { FullPrints } from './take-prints.ts';

/** One comparison of two prints that lie over each other far enough. */
export interface Comparison {
  readonly ber: number;
  /** Of the band prints; 0.5 where they do not lie over each other. */
  readonly bandBer: number;
  readonly isAligned: boolean;
  readonly hasBadBlock: boolean;
}

export interface ImpostorComparison extends Comparison {
  readonly a: Track;
  readonly b: Track;
  /** Null for two originals. */
  readonly transform: string | null;
  readonly isGated: boolean;
}

export interface GenuineComparison extends TransformedTrack {
  /** Null when too little is left to compare. */
  readonly comparison: Comparison | null;
}

/** Two recordings that are the same or related, found by both prints agreeing in place. */
export interface RelatedPair {
  readonly a: Track;
  readonly b: Track;
  readonly ber: number;
  readonly bandBer: number;
}

/** Band prints of strangers do not come below this: nearer ones share sound. */
const RELATED_BAND_BER = 0.42;
/** How far apart the two prints of one recording may lie. */
const ALIGNED_ITEMS = 2;

export function compareTwo(master: FullPrints, probe: FullPrints, scanner: Scanner): Comparison | null {
  const limits = {
    maxOffset: OFFSET_MAX_ITEMS,
    minOverlap: minOverlap(master.items.length, probe.items.length),
  };
  const alignment = scanner.find(master.items, probe.items, limits);
  if (alignment === null) return null;
  const second = findBandAlignment(master.bandItems, probe.bandItems, scanner);
  const badBlocks = shareOfBadBlocks(master.items, probe.items, alignment, BLOCK_BER, scanner.count);
  return {
    ber: bitErrorRate(alignment),
    bandBer: second === null ? 0.5 : bitErrorRate(second),
    isAligned: second !== null && Math.abs(second.offset - alignment.offset) <= ALIGNED_ITEMS,
    hasBadBlock: badBlocks > BAD_BLOCKS_MAX_SHARE,
  };
}

export function isGatedPrint({ items }: FullPrints): boolean {
  const { entropyBits, topShare } = measureInformation(items);
  return entropyBits >= ENTROPY_MIN_BITS && topShare <= TOP_ITEM_MAX_SHARE;
}

/**
 * Compares every pair of originals and every transformed master with every other original. Related pairs are set apart.
 */
export function compareAll({ tracks, transformed }: Gathered, scanner: Scanner, onProgress: (done: number) => void) {
  const related: RelatedPair[] = [];
  const relatedKeys = new Set<string>();
  const impostors: ImpostorComparison[] = [];
  let done = 0;
  const count = () => {
    if (++done % 5000 === 0) onProgress(done);
  };
  for (const [i, a] of tracks.entries()) {
    for (const b of tracks.slice(i + 1)) {
      const comparison = compareTwo(a.prints, b.prints, scanner);
      count();
      if (comparison === null) continue;
      if (comparison.isAligned && comparison.bandBer <= RELATED_BAND_BER) {
        related.push({ a, b, ber: comparison.ber, bandBer: comparison.bandBer });
        relatedKeys.add(keyOf(a, b));
      } else {
        impostors.push({ a, b, ...comparison, transform: null, isGated: a.isGated && b.isGated });
      }
    }
  }
  const genuine = transformed.map(
    (one): GenuineComparison => ({ ...one, comparison: compareTwo(one.master.prints, one.prints, scanner) }),
  );
  for (const { master, transform, prints } of transformed) {
    const isGatedProbe = isGatedPrint(prints);
    for (const other of tracks) {
      if (other === master || relatedKeys.has(keyOf(master, other))) continue;
      const comparison = compareTwo(other.prints, prints, scanner);
      count();
      if (comparison === null) continue;
      const isGated = isGatedProbe && other.isGated;
      impostors.push({ a: other, b: master, ...comparison, transform: transform.name, isGated });
    }
  }
  return { related, impostors, genuine };
}

function keyOf(a: Track, b: Track): string {
  return a.path < b.path ? `${a.path}\n${b.path}` : `${b.path}\n${a.path}`;
}
