import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { shareOfBadBlocks } from './blocks.ts';
import { measureCohort } from './cohort.ts';
import { FingerprintError } from './fingerprint-error.ts';
import { measureInformation } from './information.ts';
import { countItems } from './item-clock.ts';
import { decodeItems, encodeItems, FINGERPRINT_MAX_CHARACTERS, ITEMS_MAX } from './items.ts';
import { comparePrints, type MasterPrints, type Prints } from './match.ts';
import { bitErrorRate, findAlignmentPlain } from './scan.ts';
import { createScanner, PLAIN_SCANNER } from './scan-simd.ts';
import { DESIGNED_THRESHOLDS } from './thresholds.ts';

const scanner = createScanner();
const MINUTES_2 = 120_000;
const item = fc.nat(0xffffffff);
const items = (constraints: fc.IntArrayConstraints) =>
  fc.array(item, constraints).map((list) => Uint32Array.from(list));

/** Numbers that have nothing to do with each other, the same in every run. */
function randomItems(count: number, seed: number): Uint32Array {
  let state = seed;
  return Uint32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const high = state;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((high & 0xffff0000) | (state >>> 16)) >>> 0;
  });
}

/** The print with so many of every 32 bits wrong. */
function damage(print: Uint32Array, bits: number): Uint32Array {
  const masks = randomItems(print.length * bits, 99);
  return print.map((value, i) => {
    const wrong = new Set<number>();
    for (let n = 0; wrong.size < bits; n++) wrong.add((masks[(i * bits + n) % masks.length]! >>> 8) % 32);
    return [...wrong].reduce((changed, bit) => (changed ^ (1 << bit)) >>> 0, value);
  });
}

const print = randomItems(countItems(MINUTES_2), 1);
const bandPrint = randomItems(countItems(MINUTES_2) + 12, 2);
const master: MasterPrints = {
  ...{ durationMs: MINUTES_2, items: print, bandItems: bandPrint, cohort: null, isHighRisk: false },
};
const compare = (probe: Partial<Prints>, changes: Partial<MasterPrints> = {}) =>
  comparePrints(
    { ...master, ...changes },
    { durationMs: MINUTES_2, items: print, bandItems: bandPrint, ...probe },
    DESIGNED_THRESHOLDS,
    scanner,
  );

test('a fingerprint is read as it was written', () => {
  fc.assert(
    fc.property(items({ minLength: 1, maxLength: 200 }), (list) => {
      assert.deepEqual(decodeItems(encodeItems(list)), list);
    }),
  );
  assert.equal(encodeItems(Uint32Array.of(1, 0x80000000)), 'AQAAAAAAAIA=', 'little-endian, padded');
});

test('no text crashes the reader of fingerprints, and what it reads it writes the same', () => {
  const text = fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(text, (input) => {
      try {
        assert.equal(encodeItems(decodeItems(input)), input);
      } catch (error) {
        if (!(error instanceof FingerprintError)) throw error;
      }
    }),
  );
});

test('each wrong text says what is wrong with it', () => {
  const compressed =
    'AQAAS0wkrwx6BVf4BHECLTj-QJfyIhKT_fhyVBmcswd8oVadBHmSHHoipNeHMxeeeTjuox_8VEF1DmSRTVmO69thfOh3aBk15Bcxa4_wRCKa5ccl2rBF4ccH50J_JM-PPA0unCFeoXYeovlxzNmLnkdzHE8yHSOzHPkuJKwz_BTeKxae';
  const cases: readonly (readonly [string, string])[] = [
    ['', 'no-items'],
    ['not base64!', 'not-base64'],
    ['[411337400,465863336]', 'not-base64'],
    ['AAAAAA', 'not-base64'],
    ['AAAAAAA=', 'not-whole-items'],
    ['AAAA AAAA', 'not-base64'],
    [compressed, 'compressed-fingerprint'],
    [encodeItems(new Uint32Array(ITEMS_MAX + 1)), 'too-many-items'],
    // 24 hours of items.
    ['A'.repeat(3_720_000), 'too-many-items'],
  ];
  for (const [text, code] of cases) {
    assert.throws(
      () => decodeItems(text),
      (error: unknown) => error instanceof FingerprintError && error.code === code,
      `${text.slice(0, 40)}: ${code}`,
    );
  }
  assert.equal(decodeItems(encodeItems(new Uint32Array(ITEMS_MAX))).length, ITEMS_MAX);
  assert.equal(encodeItems(new Uint32Array(ITEMS_MAX)).length, FINGERPRINT_MAX_CHARACTERS);
});

test('an honest print that begins like a compressed one is read', () => {
  // The algorithm 1, and 948 items in three bytes.
  const list = Uint32Array.from({ length: 948 }, (_, i) => (i === 0 ? 0xb4030001 : i));
  assert.deepEqual(decodeItems(encodeItems(list)), list);
});

test('the number of items is that of fpcalc', () => {
  const known = { 3000: 3, 30000: 221, 120000: 948, 12000: 75, 48000: 366 };
  for (const [durationMs, count] of Object.entries(known)) assert.equal(countItems(Number(durationMs)), count);
  assert.equal(countItems(1000), 0);
});

test('SIMD finds the same alignment as the plain way, on every pair of prints', () => {
  assert.equal(scanner.isSimd, true, 'Node has WebAssembly with SIMD');
  const limits = fc.record({ maxOffset: fc.nat(90), minOverlap: fc.nat(40) });
  fc.assert(
    fc.property(items({ maxLength: 120 }), items({ maxLength: 120 }), limits, (a, b, some) => {
      assert.deepEqual(scanner.find(a, b, some), findAlignmentPlain(a, b, some));
    }),
  );
  fc.assert(
    fc.property(items({ minLength: 200, maxLength: 300 }), fc.integer({ min: -50, max: 50 }), (a, shift) => {
      const b = Uint32Array.from(a, (_, i) => a[(i + shift + a.length) % a.length]!);
      const wide = { maxOffset: 80, minOverlap: 160 };
      assert.deepEqual(scanner.find(a, b, wide), findAlignmentPlain(a, b, wide));
    }),
  );
});

test('prints longer than the memory of SIMD are compared as well', () => {
  const [a, b] = [randomItems(9000, 5), randomItems(9000, 6)];
  const limits = { maxOffset: 1, minOverlap: 100 };
  assert.deepEqual(scanner.find(a, b, limits), findAlignmentPlain(a, b, limits));
});

test('bits are counted rightly', () => {
  fc.assert(
    fc.property(item, item, (a, b) => {
      const ones = [...((a ^ b) >>> 0).toString(2)].filter((digit) => digit === '1').length;
      assert.equal(PLAIN_SCANNER.count(Uint32Array.of(a), 0, Uint32Array.of(b), 0, 1), ones);
    }),
  );
});

test('among equal alignments the smallest offset wins, and the negative one of two', () => {
  const same = new Uint32Array(400);
  const limits = { maxOffset: 80, minOverlap: 160 };
  assert.deepEqual(scanner.find(same, same, limits), { offset: 0, overlap: 400, differences: 0 });
  const different = Uint32Array.from({ length: 9 }, (_, i) => (i === 4 ? 0 : 0xffffffff));
  const probe = Uint32Array.from({ length: 9 }, (_, i) => (i === 3 || i === 5 ? 0 : 0xffffffff));
  assert.equal(scanner.find(different, probe, { maxOffset: 2, minOverlap: 1 })?.offset, -1);
});

test('a recording matches itself exactly, also later or earlier', () => {
  const exact = compare({});
  assert.deepEqual(exact, {
    ...{ matched: true, confidence: 'high', score: 1, band: 'exact', offset: 0, reason: 'matched', tempoPercent: null },
  });
  const later = Uint32Array.from(print, (_, i) => (i < 30 ? 7 * i : print[i - 30]!));
  assert.equal(compare({ items: later }).offset, -30);
  assert.equal(compare({ items: later }).matched, true);
});

test('a full print is compared by its first two minutes', () => {
  const full = randomItems(countItems(400_000), 1);
  assert.deepEqual(full.slice(0, print.length), print);
  const long = { durationMs: 400_000, items: full };
  assert.equal(compare({ durationMs: 400_000 }, long).matched, true);
  assert.equal(compare({ ...long, durationMs: 400_000 }, { durationMs: 400_000 }).matched, true);
});

test('bands follow the share of wrong bits', () => {
  const bandsByBits = { 0: 'exact', 2: 'strong', 4: 'strong', 6: 'probable', 9: 'inconclusive', 13: 'no_match' };
  for (const [bits, band] of Object.entries(bandsByBits)) {
    const match = compare({ items: damage(print, Number(bits)) });
    assert.equal(match.band, band, `${bits} of 32 bits wrong`);
    assert.equal(match.matched, ['exact', 'strong', 'probable'].includes(band));
    assert.equal(match.score, Math.max(0, 1 - Number(bits) / 16));
  }
});

test('without an accepted policy nothing matches', () => {
  const match = comparePrints(master, master, null, scanner);
  assert.deepEqual([match.matched, match.confidence, match.reason], [false, 'uncalibrated', 'uncalibrated']);
});

test('another recording does not match, nor does anything that is no recording', () => {
  const cases: Record<string, readonly [Partial<Prints>, string]> = {
    another: [{ items: randomItems(948, 77) }, 'bits-differ'],
    silence: [{ items: new Uint32Array(948).fill(627964279) }, 'low-information'],
    'one item': [{ items: print.slice(0, 1) }, 'wrong-item-count'],
    'no item': [{ items: new Uint32Array(0) }, 'wrong-item-count'],
    'a minute of items for two': [{ items: print.slice(0, 470) }, 'wrong-item-count'],
    'many masters in a row': [{ items: Uint32Array.from([...print, ...print, ...print]) }, 'wrong-item-count'],
    'another duration': [{ durationMs: MINUTES_2 + 20_000 }, 'durations-differ'],
    'no duration': [{ durationMs: Number.NaN }, 'bad-duration'],
    'an endless duration': [{ durationMs: Number.POSITIVE_INFINITY }, 'bad-duration'],
    'a negative duration': [{ durationMs: -1 }, 'bad-duration'],
    'a broken duration': [{ durationMs: 1.5 }, 'bad-duration'],
  };
  for (const [name, [probe, reason]] of Object.entries(cases)) {
    const match = compare(probe);
    assert.deepEqual([match.matched, match.reason], [false, reason], name);
  }
});

test('the work is bounded for the largest prints that are let in', () => {
  const full = randomItems(ITEMS_MAX, 3);
  const long = { durationMs: 600_000, items: full };
  let scans = 0;
  const counting = {
    ...scanner,
    find: (...args: Parameters<typeof scanner.find>) => {
      scans++;
      assert.ok(args[0].length <= 960 && args[1].length <= 1000 && args[2].maxOffset <= 80);
      return scanner.find(...args);
    },
  };
  const probe = { ...long, items: randomItems(ITEMS_MAX, 4), bandItems: null };
  comparePrints({ ...master, ...long }, probe, DESIGNED_THRESHOLDS, counting);
  assert.ok(scans <= 13);
});

test('the print of another algorithm of Chromaprint does not match', async () => {
  const path = join(import.meta.dirname, '..', '..', '..', 'vectors', 'fingerprint', 'fpcalc.json');
  const { files } = JSON.parse(await readFile(path, 'utf8'));
  const name = 'synthetic.wav';
  const [own, other] = [name, `${name} with -algorithm 1`].map((key) => decodeItems(files[key].fingerprint));
  const durationMs = 48_000;
  const match = compare({ durationMs, items: other! }, { durationMs, items: own! });
  assert.equal(match.matched, false);
  assert.equal(compare({ durationMs, items: own! }, { durationMs, items: own! }).matched, true);
});

test('a piece of another recording is found, whatever the rest', () => {
  const other = randomItems(948, 5);
  for (const share of [0.5, 0.7, 0.9]) {
    const spliced = print.map((value, i) => (i < share * print.length ? value : other[i]!));
    const match = compare({ items: spliced });
    assert.equal(match.matched, false, `${share} of the master`);
  }
  const alignment = { offset: 0, overlap: 948, differences: 0 };
  const tail = print.map((value, i) => (i < 900 ? value : other[i]!));
  assert.ok(shareOfBadBlocks(print, tail, alignment, 0.35, PLAIN_SCANNER.count) > 0.05, 'the last block counts whole');
  const end = print.map((value, i) => (i < 948 - 40 ? value : other[i]!));
  assert.equal(compare({ items: end }).matched, true, 'but for five seconds, as the report of the calibration says');
});

test('a part of the master does not stand for all of it', () => {
  const short = { durationMs: 20_500, items: print.slice(0, countItems(20_500)) };
  assert.equal(compare(short, { ...short }).reason, 'too-little-overlap', 'both are under 20 seconds of items');
  assert.equal(compare({ durationMs: 115_000, items: print.slice(0, countItems(115_000)) }).matched, true);
});

test('a certificate of high risk asks for the second print, in the same place', () => {
  const high = { isHighRisk: true };
  assert.equal(compare({}, high).matched, true);
  assert.equal(compare({ bandItems: null }, high).reason, 'second-print-missing');
  assert.equal(compare({ bandItems: randomItems(960, 8) }, high).reason, 'second-print-differs');
  const shifted = Uint32Array.from(bandPrint, (_, i) => bandPrint[(i + 5) % bandPrint.length]!);
  assert.equal(compare({ bandItems: shifted }, high).reason, 'second-print-differs', 'five items apart');
  const near = Uint32Array.from(bandPrint, (_, i) => bandPrint[(i + 2) % bandPrint.length]!);
  assert.equal(compare({ bandItems: near }, high).matched, true, 'two items apart');
  assert.equal(compare({ items: damage(print, 6) }, high).reason, 'not-certain-enough', 'probable is too little');
});

test('another tempo is told as such and never matches', () => {
  for (const percent of [-2, 1, 3]) {
    const factor = 1 + percent / 100;
    const length = Math.round(print.length / factor);
    const faster = Uint32Array.from({ length }, (_, i) => print[Math.min(print.length - 1, Math.round(i * factor))]!);
    const match = compare({ items: faster, durationMs: Math.round(MINUTES_2 / factor) });
    assert.deepEqual([match.matched, match.reason, match.tempoPercent], [false, 'tempo-altered', percent]);
  }
});

test('a master that is near to strangers asks for more', () => {
  const cohort = { meanBer: 0.3, deviationBer: 0.03 };
  assert.equal(compare({ items: damage(print, 6) }, { cohort }).reason, 'within-cohort');
  assert.equal(compare({}, { cohort }).matched, true);
  const strangers = Array.from({ length: 30 }, (_, i) => randomItems(948, 100 + i));
  const measured = measureCohort(print, strangers, scanner.find)!;
  assert.ok(measured.meanBer > 0.46 && measured.meanBer < 0.5);
  assert.ok(measured.deviationBer > 0 && measured.deviationBer < 0.01);
  assert.equal(measureCohort(print, strangers.slice(0, 5), scanner.find), null, 'five are no cohort');
});

test('with a cohort a drone can be verified, by near-exact copies only', () => {
  const drone = print.map((value) => value & 0xff);
  const cohort = { meanBer: 0.3, deviationBer: 0.03 };
  assert.equal(compare({ items: drone }, { items: drone }).reason, 'low-information');
  assert.equal(compare({ items: drone }, { items: drone, cohort }).matched, true);
});

test('information is counted as it is defined', () => {
  const few = fc.array(fc.oneof(fc.constantFrom(0, 1, 0xffffffff), item), { minLength: 1, maxLength: 600 });
  fc.assert(
    fc.property(few, (list) => {
      let entropy = 0;
      for (let bit = 0; bit < 32; bit++) {
        const p = list.filter((value) => ((value >>> bit) & 1) === 1).length / list.length;
        entropy += p === 0 || p === 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
      }
      const most = Math.max(...[...Map.groupBy(list, (value) => value).values()].map((same) => same.length));
      const measured = measureInformation(Uint32Array.from(list));
      assert.ok(Math.abs(measured.entropyBits - entropy) < 1e-9);
      assert.equal(measured.topShare, most / list.length);
    }),
  );
});

test('information is what bits vary, not how many items there are', () => {
  assert.deepEqual(measureInformation(Uint32Array.of(5, 5, 5)), { entropyBits: 0, topShare: 1 });
  const all = measureInformation(print);
  assert.ok(all.entropyBits > 31.9 && all.topShare < 0.01);
  assert.equal(bitErrorRate({ offset: 0, overlap: 2, differences: 32 }), 0.5);
});
