import type { Alignment, CountDifferences } from './scan.ts';

/** 7.9 seconds: a replaced piece that is shorter can pass. */
export const BLOCK_ITEMS = 64;

/**
 * The share of blocks whose bit error rate is over `berLimit`. The last block ends with the overlap, so that no item is
 * outside of all of them. What is spliced together of several recordings shows here, whatever its average.
 */
export function shareOfBadBlocks(
  master: Uint32Array,
  probe: Uint32Array,
  { offset, overlap }: Alignment,
  berLimit: number,
  count: CountDifferences,
): number {
  const masterStart = Math.max(0, offset);
  const probeStart = Math.max(0, -offset);
  const length = Math.min(BLOCK_ITEMS, overlap);
  const blocks = Math.ceil(overlap / length);
  let bad = 0;
  for (let block = 0; block < blocks; block++) {
    const start = Math.min(block * length, overlap - length);
    const differences = count(master, masterStart + start, probe, probeStart + start, length);
    if (differences > berLimit * 32 * length) bad++;
  }
  return bad / blocks;
}
