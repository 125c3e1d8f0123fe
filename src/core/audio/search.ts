import { ITEM_SAMPLES, PRINT_RATE } from '../../proof/fingerprint/item-clock.ts';
import { comparePrints, type MatchBand } from '../../proof/fingerprint/match.ts';
import { bitErrorRate } from '../../proof/fingerprint/scan.ts';
import type { Scanner } from '../../proof/fingerprint/scan-simd.ts';
import { DESIGNED_THRESHOLDS, OVERLAP_MIN_ITEMS, type Thresholds } from '../../proof/fingerprint/thresholds.ts';
import type { AudioMaster, Masters } from './masters.ts';
import { findPolicy, type Policies } from './policies.ts';
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
  /** Of the whole, at normal risk. A part alone is inconclusive, however close it is. */
  readonly band: MatchBand;
  readonly score: number;
  /** Where in the master the probe begins; negative when it begins before. */
  readonly offsetMs: number;
  readonly sharedHashes: number;
}

/** Leads, and what they were judged by. */
export interface Leads {
  /** Null when no policy is accepted: then by the values the procedure was designed with. */
  readonly policyId: string | null;
  /** Exact ones first, then by score. */
  readonly leads: readonly Lead[];
}

/** Finds which active certificates audio belongs to. */
export interface AudioSearch {
  /** Certificates of the last moments may be missing: the index follows the log. */
  findLeads(realm: Realm, probe: Probe): Promise<Leads>;
}

export function createAudioSearch(parts: {
  readonly audio: Pick<AudioReader, 'findCandidates'>;
  readonly masters: Pick<Masters, 'findMany'>;
  readonly policies: Pick<Policies, 'inForce'>;
  readonly scanner: Scanner;
}): AudioSearch {
  const { audio, masters, policies, scanner } = parts;

  function compare(master: AudioMaster, probe: Probe, thresholds: Thresholds, sharedHashes: number): Lead | null {
    if (master.items === null) return null;
    const durationMs = probe.durationMs ?? master.durationMs ?? 0;
    const prints = { ...master, items: master.items, durationMs: master.durationMs ?? durationMs, cohort: null };
    const whole = comparePrints({ ...prints, isHighRisk: false }, { ...probe, durationMs }, thresholds, scanner);
    const about = { certificateId: master.id, sharedHashes };
    if (whole.matched) {
      const { band, score, offset } = whole;
      return { ...about, kind: 'exact', band, score, offsetMs: toMs(offset ?? 0) };
    }
    const limits = { maxOffset: WINDOW_ITEMS, minOverlap: OVERLAP_MIN_ITEMS };
    const [known, asked] = [master.items.subarray(0, WINDOW_ITEMS), probe.items.subarray(0, WINDOW_ITEMS)];
    const part = scanner.find(known, asked, limits);
    if (part === null || bitErrorRate(part) > SIMILAR_BER) return null;
    const score = 1 - 2 * bitErrorRate(part);
    return { ...about, kind: 'similar', band: 'inconclusive', score, offsetMs: toMs(part.offset) };
  }

  return {
    async findLeads(realm, probe) {
      const policy = await findPolicy(policies, { isSandbox: realm.of === 'sandbox' });
      const policyId = policy?.id ?? null;
      const thresholds = policy?.thresholds ?? DESIGNED_THRESHOLDS;
      const hashes = chooseHashes(probe.items.subarray(0, WINDOW_ITEMS));
      if (hashes.length < SHARED_MIN) return { policyId, leads: [] };
      const candidates = await audio.findCandidates(realm, hashes, SHARED_MIN, COMPARED_MAX);
      const found = await masters.findMany(candidates.map(({ certificateId }) => certificateId));
      const leads = candidates.flatMap(({ certificateId, sharedHashes }) => {
        const master = found.get(certificateId);
        const lead = master?.status === 'active' ? compare(master, probe, thresholds, sharedHashes) : null;
        return lead === null ? [] : [lead];
      });
      const order = (a: Lead, b: Lead) => (a.kind === b.kind ? b.score - a.score : a.kind === 'exact' ? -1 : 1);
      return { policyId, leads: leads.toSorted(order) };
    },
  };
}

function toMs(items: number): number {
  return Math.round((items * ITEM_SAMPLES * 1000) / PRINT_RATE);
}
