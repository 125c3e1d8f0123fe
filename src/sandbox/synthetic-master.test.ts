import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadChromaprint } from '../audio/chromaprint.ts';
import { createPrinting } from '../audio/print-sound.ts';
import { createWavDecoder } from '../audio/wav.ts';
import { decodeItems, encodeItems } from '../proof/fingerprint/items.ts';
import { comparePrints } from '../proof/fingerprint/match.ts';
import { bitErrorRate, findAlignmentPlain } from '../proof/fingerprint/scan.ts';
import { createScanner } from '../proof/fingerprint/scan-simd.ts';
import { DESIGNED_THRESHOLDS } from '../proof/fingerprint/thresholds.ts';
import { SYNTHETIC_MASTER, syntheticPrints } from './synthetic-master.ts';
import { createSyntheticWav } from './synthetic-wav.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const WASM = join(ROOT, 'node_modules', '@unimusic', 'chromaprint', 'dist', 'chromaprint.wasm');

test('the synthetic recording is the same bytes everywhere', () => {
  const sha256 = createHash('sha256').update(createSyntheticWav()).digest('hex');
  assert.equal(sha256, SYNTHETIC_MASTER.sha256Hex);
});

test('its prints are those that Touchmark makes of it', async () => {
  using printing = createPrinting(createWavDecoder(), await loadChromaprint(await readFile(WASM)));
  await printing.push(createSyntheticWav());
  const { durationMs, items, bandItems } = await printing.finish();
  assert.equal(durationMs, SYNTHETIC_MASTER.durationMs);
  assert.equal(encodeItems(items), SYNTHETIC_MASTER.fingerprint);
  // Sums of sines differ in their last digits between engines.
  const expected = decodeItems(SYNTHETIC_MASTER.fingerprint2);
  const limits = { maxOffset: 0, minOverlap: expected.length };
  assert.ok(bitErrorRate(findAlignmentPlain(expected, bandItems, limits)!) < 0.001);
});

test('it says enough to be verified at any risk, and what fpcalc makes of it matches', async () => {
  const { files } = JSON.parse(await readFile(join(ROOT, 'vectors', 'fingerprint', 'fpcalc.json'), 'utf8'));
  const theirs = files['synthetic.wav'];
  const own = syntheticPrints();
  const probe = { ...own, durationMs: Math.round(theirs.duration * 1000), items: decodeItems(theirs.fingerprint) };
  for (const isHighRisk of [false, true]) {
    const match = comparePrints({ ...own, cohort: null, isHighRisk }, probe, DESIGNED_THRESHOLDS, createScanner());
    assert.deepEqual([match.matched, match.band], [true, 'exact']);
  }
});
