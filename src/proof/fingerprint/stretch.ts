import { minOverlap } from './overlap.ts';
import { bitErrorRate } from './scan.ts';
import type { Scanner } from './scan-simd.ts';

/** The best fit of a probe that is played faster or slower. */
export interface Stretched {
  /** By how many percent the probe is faster than the master. */
  readonly tempoPercent: number;
  readonly ber: number;
}

/** In thousandths; one is tried every half percent. */
const TEMPO_MAX = 30;
const TEMPO_STEP = 5;
/** Four seconds: a lead-in and a change of tempo at once are rare. */
const OFFSET_MAX_ITEMS = 30;

/** The best tempo whose bit error rate is at most `berLimit`, or null. */
export function findStretched(
  master: Uint32Array,
  probe: Uint32Array,
  berLimit: number,
  scanner: Scanner,
): Stretched | null {
  let best: Stretched | null = null;
  for (let tempo = -TEMPO_MAX; tempo <= TEMPO_MAX; tempo += TEMPO_STEP) {
    if (tempo === 0) continue;
    const slowed = stretch(probe, 1 + tempo / 1000);
    const limits = { maxOffset: OFFSET_MAX_ITEMS, minOverlap: minOverlap(master.length, slowed.length) };
    const alignment = scanner.find(master, slowed, limits);
    if (alignment === null) continue;
    const ber = bitErrorRate(alignment);
    if (ber <= berLimit && (best === null || ber < best.ber)) best = { tempoPercent: tempo / 10, ber };
  }
  return best;
}

/** The print as it would be at another tempo: `factor` times as many items, each the nearest. */
function stretch(items: Uint32Array, factor: number): Uint32Array {
  const length = Math.round(items.length * factor);
  return Uint32Array.from({ length }, (_, i) => items[Math.min(items.length - 1, Math.round(i / factor))]!);
}
