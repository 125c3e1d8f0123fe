import { BLOCK_ITEMS } from '../../proof/fingerprint/blocks.ts';
import { comparePrints, type MasterPrints, type Prints } from '../../proof/fingerprint/match.ts';
import { bitErrorRate } from '../../proof/fingerprint/scan.ts';
import type { Scanner } from '../../proof/fingerprint/scan-simd.ts';
import { OFFSET_MAX_ITEMS, type Thresholds } from '../../proof/fingerprint/thresholds.ts';
import { imitateChroma } from './chroma-vocoder.ts';
import { createNoise } from './effects.ts';
import type { Track } from './gather.ts';
import type { PrintTaker } from './take-prints.ts';

export interface AttackResult {
  readonly name: string;
  readonly tries: number;
  /** Matched as a certificate of normal risk. */
  readonly matched: number;
  /** Matched as one of high risk, whose band print has to agree too. */
  readonly matchedHighRisk: number;
  /** Would be matched by the bit error rate of any overlap alone. */
  readonly matchedNaively: number;
  /** Whether it is known to pass at times; then it is only reported. */
  readonly isKnownLimit: boolean;
}

/** Chromaprint's item of digital silence. */
const SILENCE_ITEM = 627964279;
const CONCATENATED_PRINTS = 100;
const FIRST_SECONDS_ITEMS = 160;
const SHORT_ITEMS = 40;
/** Queries of somebody who climbs on the score as it is answered, four decimals. */
const CLIMB_QUERIES = 3000;
const CLIMBED_VICTIMS = 3;
const IMITATED_VICTIMS = 20;

/** A probe made for a victim, with another recording at hand. */
type Forge = (victim: Track, other: Track, all: readonly Track[]) => Pick<Prints, 'items' | 'bandItems'>;

/** Everything that section "What was tried against it" of docs/formats/fingerprint.md names. */
export async function tryAttacks(
  victims: readonly Track[],
  taker: PrintTaker,
  thresholds: Thresholds,
  scanner: Scanner,
  onProgress: (name: string) => void,
): Promise<AttackResult[]> {
  const results: AttackResult[] = [];
  for (const [name, forge] of Object.entries(FORGERIES)) {
    onProgress(name);
    const tries = victims.map((victim, i) => {
      const forged = forge(victim, victims[(i + 1) % victims.length]!, victims);
      return attack(victim, { durationMs: victim.prints.durationMs, ...forged }, thresholds, scanner);
    });
    results.push(summarise(name, tries));
  }
  onProgress('chroma vocoder');
  const imitated = [];
  for (const victim of victims.slice(0, IMITATED_VICTIMS)) {
    const sound = await taker.decode(victim.path);
    const prints = sound === null ? null : taker.print(imitateChroma(sound));
    if (prints === null) continue;
    imitated.push(attack(victim, { ...prints, durationMs: victim.prints.durationMs }, thresholds, scanner));
  }
  results.push(summarise('chroma vocoder', imitated));
  onProgress('hill climbing');
  const climbed = victims.slice(0, CLIMBED_VICTIMS).map((victim, i) => {
    const probe = climb(victim, victims[(i + 1) % victims.length]!, thresholds, scanner);
    return attack(victim, probe, thresholds, scanner);
  });
  results.push(summarise(`hill climbing, ${CLIMB_QUERIES.toLocaleString('en')} queries`, climbed));
  return results;
}

const KNOWN_LIMIT = 'the last 5 s of another (known limit)';

const FORGERIES: Readonly<Record<string, Forge>> = {
  'all zeros': (victim) => fill(victim, () => 0),
  'all ones': (victim) => fill(victim, () => 0xffffffff),
  silence: (victim) => fill(victim, () => SILENCE_ITEM),
  'majority of bits at each position': (victim, _, all) => {
    const others = all.filter((track) => track !== victim).map(({ prints }) => prints.items);
    return fill(victim, (i) => majority(others.flatMap((items) => (i < items.length ? [items[i]!] : []))));
  },
  '1 item of another recording': (_, other) => cut(other, 0, 1),
  '4 items of another recording': (_, other) => cut(other, 100, 4),
  '16 items of another recording': (_, other) => cut(other, 100, 16),
  '1 item of the victim': (victim) => cut(victim, 100, 1),
  '16 items of the victim': (victim) => cut(victim, 100, 16),
  'first 20 s of the victim only': (victim) => cut(victim, 0, FIRST_SECONDS_ITEMS),
  'first 20 s of the victim, repeated': (victim) => ({
    items: repeated(victim.prints.items),
    bandItems: repeated(victim.prints.bandItems),
  }),
  [`${CONCATENATED_PRINTS} prints in a row, the victim among them`]: (victim, _, all) => {
    const row = [...all.slice(0, CONCATENATED_PRINTS - 1), victim];
    return {
      items: Uint32Array.from(row.flatMap(({ prints }) => [...prints.items])),
      bandItems: Uint32Array.from(row.flatMap(({ prints }) => [...prints.bandItems])),
    };
  },
  '50 % victim, 50 % another': (victim, other) => splice(victim, other, 0.5),
  '70 % victim, 30 % another': (victim, other) => splice(victim, other, 0.3),
  '90 % victim, 10 % but at least 8 s of another': (victim, other) => splice(victim, other, 0.1),
  [KNOWN_LIMIT]: ({ prints }, other) => ({
    items: endWith(prints.items, other.prints.items, SHORT_ITEMS),
    bandItems: endWith(prints.bandItems, other.prints.bandItems, SHORT_ITEMS),
  }),
};

function fill({ prints }: Track, item: (index: number) => number) {
  return {
    items: Uint32Array.from(prints.items, (_, i) => item(i)),
    bandItems: Uint32Array.from(prints.bandItems, (_, i) => item(i)),
  };
}

function cut({ prints }: Track, start: number, length: number) {
  return {
    items: prints.items.slice(start, start + length),
    bandItems: prints.bandItems.slice(start, start + length),
  };
}

function repeated(items: Uint32Array): Uint32Array {
  return items.map((_, i) => items[i % FIRST_SECONDS_ITEMS]!);
}

function splice({ prints }: Track, other: Track, share: number) {
  const join = (mine: Uint32Array, theirs: Uint32Array) =>
    // What the block rule promises to see; of a short recording a tenth is less.
    endWith(mine, theirs, Math.max(BLOCK_ITEMS, Math.round(share * mine.length)));
  return {
    items: join(prints.items, other.prints.items),
    bandItems: join(prints.bandItems, other.prints.bandItems),
  };
}

function endWith(mine: Uint32Array, theirs: Uint32Array, count: number): Uint32Array {
  return mine.map((item, i) => (i < mine.length - count ? item : theirs[i % theirs.length]!));
}

function majority(items: readonly number[]): number {
  let result = 0;
  for (let bit = 0; bit < 32; bit++) {
    const ones = items.reduce((sum, item) => sum + ((item >>> bit) & 1), 0);
    if (2 * ones > items.length) result |= 1 << bit;
  }
  return result >>> 0;
}

function asMaster({ prints }: Track, isHighRisk: boolean): MasterPrints {
  return { ...prints, cohort: null, isHighRisk };
}

interface Try {
  readonly matched: boolean;
  readonly matchedHighRisk: boolean;
  readonly matchedNaively: boolean;
}

function attack(victim: Track, probe: Prints, thresholds: Thresholds, scanner: Scanner): Try {
  const naive = scanner.find(victim.prints.items, probe.items.subarray(0, 4000), {
    maxOffset: OFFSET_MAX_ITEMS * 10,
    minOverlap: 1,
  });
  return {
    matched: comparePrints(asMaster(victim, false), probe, thresholds, scanner).matched,
    matchedHighRisk: comparePrints(asMaster(victim, true), probe, thresholds, scanner).matched,
    matchedNaively: naive !== null && bitErrorRate(naive) <= thresholds.probableBer,
  };
}

function summarise(name: string, tries: readonly Try[]): AttackResult {
  const count = (key: keyof Try) => tries.filter((one) => one[key]).length;
  return {
    ...{ name, tries: tries.length, matched: count('matched') },
    ...{ matchedHighRisk: count('matchedHighRisk'), matchedNaively: count('matchedNaively') },
    isKnownLimit: name === KNOWN_LIMIT,
  };
}

/** Replaces one item at a time and keeps what does not lower the score, with what `verify-audio` answers to go by. */
function climb(victim: Track, other: Track, thresholds: Thresholds, scanner: Scanner): Prints {
  const random = createNoise(12345);
  const master = asMaster(victim, false);
  const { items: start } = other.prints;
  const items = victim.prints.items.map((_, i) => start[i % start.length]!);
  const probe = { durationMs: victim.prints.durationMs, items, bandItems: other.prints.bandItems };
  const ask = () => Math.round(comparePrints(master, probe, thresholds, scanner).score * 10_000);
  let score = ask();
  for (let query = 0; query < CLIMB_QUERIES; query++) {
    const at = Math.floor(Math.abs(random()) * items.length) % items.length;
    const before = items[at]!;
    items[at] = (random() * 2 ** 31) >>> 0;
    const next = ask();
    if (next < score) items[at] = before;
    else score = next;
  }
  return probe;
}
