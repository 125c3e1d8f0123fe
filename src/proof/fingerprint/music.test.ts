import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { measureCohort } from './cohort.ts';
import { decodeItems } from './items.ts';
import { comparePrints, type Prints } from './match.ts';
import { createScanner } from './scan-simd.ts';
import { DESIGNED_THRESHOLDS } from './thresholds.ts';

interface PrintedVector {
  readonly name: string;
  readonly duration_ms: number;
  readonly fingerprint: string;
  readonly fingerprint2?: string;
}

interface Vectors {
  readonly masters: readonly (PrintedVector & {
    readonly transforms: readonly (PrintedVector & { readonly class: string })[];
    readonly vocoder: PrintedVector;
  })[];
  readonly strangers: readonly PrintedVector[];
  readonly low_information: PrintedVector;
}

const PATH = join(import.meta.dirname, '..', '..', '..', 'vectors', 'fingerprint', 'music.json');
const scanner = createScanner();
let vectors: Vectors;
before(async () => {
  vectors = JSON.parse(await readFile(PATH, 'utf8'));
});

const printsOf = ({ duration_ms, fingerprint, fingerprint2 }: PrintedVector): Prints => ({
  durationMs: duration_ms,
  items: decodeItems(fingerprint),
  bandItems: fingerprint2 === undefined ? null : decodeItems(fingerprint2),
});

const compare = (master: Prints, probe: Prints, isHighRisk: boolean) =>
  comparePrints({ ...master, cohort: null, isHighRisk }, probe, DESIGNED_THRESHOLDS, scanner);

test('real music is found through everything that services do to it, at any risk', () => {
  for (const master of vectors.masters) {
    const required = master.transforms.filter((one) => one.class === 'required');
    assert.equal(required.length, 15);
    for (const transform of required) {
      // Only the first 135 seconds were transformed; what a platform serves has all of it.
      const probe = { ...printsOf(transform), durationMs: master.duration_ms };
      for (const isHighRisk of [false, true]) {
        const match = compare(printsOf(master), probe, isHighRisk);
        assert.equal(match.matched, true, `${master.name}, ${transform.name}: ${match.reason}`);
      }
    }
  }
});

test('real music at another tempo is told as such', () => {
  for (const master of vectors.masters) {
    const faster = master.transforms.find(({ name }) => name === 'tempo +1 %')!;
    const match = compare(printsOf(master), { ...printsOf(faster), durationMs: master.duration_ms }, true);
    assert.equal(match.matched, false);
  }
});

test('strangers do not match, whatever duration they claim', () => {
  for (const master of vectors.masters) {
    for (const stranger of vectors.strangers) {
      const probe = { ...printsOf(stranger), durationMs: master.duration_ms };
      const match = compare(printsOf(master), probe, false);
      assert.deepEqual([match.matched, match.band], [false, 'no_match'], stranger.name);
    }
  }
});

test('sine tones with the chords of a recording pass the first print, and not the second', () => {
  for (const master of vectors.masters) {
    const probe = { ...printsOf(master.vocoder), durationMs: master.duration_ms };
    assert.equal(compare(printsOf(master), probe, false).matched, true, 'why there is a second print');
    const match = compare(printsOf(master), probe, true);
    assert.deepEqual([match.matched, match.reason], [false, 'second-print-differs']);
  }
});

test('what says too little is compared by its cohort only', () => {
  const quiet = printsOf(vectors.low_information);
  assert.equal(compare(quiet, quiet, false).reason, 'low-information');
});

test('a master is far from a cohort of strangers, and its copies are further still', () => {
  const cohort = vectors.strangers.map(({ fingerprint }) => decodeItems(fingerprint));
  for (const master of vectors.masters) {
    const statistics = measureCohort(decodeItems(master.fingerprint), cohort, scanner.find)!;
    assert.ok(statistics.meanBer > 0.43 && statistics.deviationBer < 0.04);
    for (const transform of master.transforms.filter((one) => one.class === 'required')) {
      const probe = { ...printsOf(transform), durationMs: master.duration_ms };
      const judged = { ...printsOf(master), cohort: statistics, isHighRisk: true };
      const match = comparePrints(judged, probe, DESIGNED_THRESHOLDS, scanner);
      assert.equal(match.matched, true, `${master.name}, ${transform.name}: ${match.reason}`);
    }
  }
});
