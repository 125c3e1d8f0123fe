import { ITEM_SAMPLES, PRINT_RATE } from '../../proof/fingerprint/item-clock.ts';
import { comparePrints } from '../../proof/fingerprint/match.ts';
import { bitErrorRate } from '../../proof/fingerprint/scan.ts';
import type { Scanner } from '../../proof/fingerprint/scan-simd.ts';
import { DESIGNED_THRESHOLDS, OVERLAP_MIN_ITEMS } from '../../proof/fingerprint/thresholds.ts';
import type { AudioMaster, Masters } from './masters.ts';
import type { Probe } from './probe.ts';
import { chooseHashes } from './search-hashes.ts';
import type { AudioReader, Realm } from './store.ts';

/** A wrong recording shares so many of 120 hashes once in 2e11 (the hashes of real music, Poisson). */
const SHARED_MIN = 4;
const COMPARED_MAX = 20;
/** All offsets are tried, which gives chance ten times the tries: stricter than the limit of `probable`. */
const SIMILAR_BER = 0.2;
/** Items of two minutes, and what decoders cut differently: what lies behind is not looked at. */
const WINDOW_ITEMS = 960;

/** A certificate that audio may belong to. It is no proof: `verify-audio` is. */
export interface Lead {
  readonly certificateId: string;
  /** exact: the whole of it matches by audio-match/1. similar: a part does, or what differs is more. */
  readonly kind: 'exact' | 'similar';
  readonly score: number;
  /** Where in the master the probe begins; negative when it begins before. */
  readonly offsetMs: number;
  readonly sharedHashes: number;
}

/** Finds which active certificates audio belongs to. */
export interface AudioSearch {
  /** Exact ones first, then by score. Certificates of the last moments may be missing: the index follows the log. */
  findLeads(realm: Realm, probe: Probe): Promise<readonly Lead[]>;
}

export function createAudioSearch(parts: {
  readonly audio: Pick<AudioReader, 'findCandidates'>;
  readonly masters: Pick<Masters, 'findMany'>;
  readonly scanner: Scanner;
}): AudioSearch {
  const { audio, masters, scanner } = parts;

  function compare(master: AudioMaster, probe: Probe, sharedHashes: number): Lead | null {
    if (master.items === null) return null;
    const durationMs = probe.durationMs ?? master.durationMs ?? 0;
    const prints = { ...master, items: master.items, durationMs: master.durationMs ?? durationMs, cohort: null };
    const whole = comparePrints(
      { ...prints, isHighRisk: false },
      { ...probe, durationMs },
      DESIGNED_THRESHOLDS,
      scanner,
    );
    const about = { certificateId: master.id, sharedHashes };
    if (whole.matched) return { ...about, kind: 'exact', score: whole.score, offsetMs: toMs(whole.offset ?? 0) };
    const limits = { maxOffset: WINDOW_ITEMS, minOverlap: OVERLAP_MIN_ITEMS };
    const [known, asked] = [master.items.subarray(0, WINDOW_ITEMS), probe.items.subarray(0, WINDOW_ITEMS)];
    const part = scanner.find(known, asked, limits);
    if (part === null || bitErrorRate(part) > SIMILAR_BER) return null;
    return { ...about, kind: 'similar', score: 1 - 2 * bitErrorRate(part), offsetMs: toMs(part.offset) };
  }

  return {
    async findLeads(realm, probe) {
      const hashes = chooseHashes(probe.items.subarray(0, WINDOW_ITEMS));
      if (hashes.length < SHARED_MIN) return [];
      const candidates = await audio.findCandidates(realm, hashes, SHARED_MIN, COMPARED_MAX);
      const found = await masters.findMany(candidates.map(({ certificateId }) => certificateId));
      const leads = candidates.flatMap(({ certificateId, sharedHashes }) => {
        const master = found.get(certificateId);
        const lead = master?.status === 'active' ? compare(master, probe, sharedHashes) : null;
        return lead === null ? [] : [lead];
      });
      return leads.toSorted((a, b) => (a.kind === b.kind ? b.score - a.score : a.kind === 'exact' ? -1 : 1));
    },
  };
}

function toMs(items: number): number {
  return Math.round((items * ITEM_SAMPLES * 1000) / PRINT_RATE);
}
