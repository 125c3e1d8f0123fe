import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { decodeItems } from '../../src/proof/fingerprint/items.ts';
import { openPolicy } from '../../src/proof/fingerprint/policy.ts';
import { bitErrorRate, findAlignmentPlain } from '../../src/proof/fingerprint/scan.ts';
import { SYNTHETIC_MASTER } from '../../src/sandbox/synthetic-master.ts';
import { createSyntheticWav } from '../../src/sandbox/synthetic-wav.ts';
import { runTouchmark } from '../support/run-touchmark.ts';

const VECTORS = join(import.meta.dirname, '../../vectors/fingerprint');
/** A folder of music to compare with fpcalc on; real music is too large to come along. */
const MUSIC_FOLDER = process.env.TOUCHMARK_TEST_MUSIC;

interface FingerprintLine {
  readonly file: string;
  readonly ok: boolean;
  readonly error?: string;
  readonly message?: string;
  readonly sha256: string;
  readonly duration_ms: number;
  readonly algorithm: string;
  readonly fingerprint: string;
  readonly fingerprint2: string;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchmark-fingerprint-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const has = (program: string, flag: string) => {
  try {
    execFileSync(program, [flag], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const errorRate = (a: string, b: string) =>
  bitErrorRate(findAlignmentPlain(decodeItems(a), decodeItems(b), { maxOffset: 0, minOverlap: 1 })!);

test('a folder is printed at once, and what cannot be read stops nothing', async () => {
  writeFileSync(join(folder, 'synthetic.wav'), createSyntheticWav());
  mkdirSync(join(folder, 'album'));
  for (const name of ['short.mp3', 'short.ogg', 'short.opus', 'short.flac']) {
    copyFileSync(join(VECTORS, name), join(folder, 'album', name));
  }
  writeFileSync(join(folder, 'album', 'cover.jpg'), 'a picture');
  writeFileSync(join(folder, 'album', 'empty.mp3'), '');
  writeFileSync(join(folder, 'album', 'text.flac'), 'this is no music');
  writeFileSync(join(folder, 'album', 'broken.flac'), 'fLaC and nothing of use');
  const { code, json, err } = await runTouchmark(folder, ['fingerprint', '-r', '--json', '.']);
  const lines = json as FingerprintLine[];
  assert.equal(code, 1, 'some files failed');
  assert.equal(err, '');
  assert.deepEqual(
    lines.map(({ file, ok, error }) => [file, ok ? 'fine' : error]),
    [
      ['album/broken.flac', 'damaged-audio'],
      ['album/empty.mp3', 'unsupported-format'],
      ['album/short.flac', 'fine'],
      ['album/short.mp3', 'fine'],
      ['album/short.ogg', 'fine'],
      ['album/short.opus', 'fine'],
      ['album/text.flac', 'unsupported-format'],
      ['synthetic.wav', 'fine'],
    ],
  );
  const { sha256, duration_ms, fingerprint } = lines.at(-1)!;
  assert.equal(sha256, createHash('sha256').update(createSyntheticWav()).digest('hex'));
  assert.deepEqual([duration_ms, fingerprint], [SYNTHETIC_MASTER.durationMs, SYNTHETIC_MASTER.fingerprint]);
  const flac = lines.find(({ file }) => file.endsWith('.flac') && file.includes('short'))!;
  for (const line of lines.filter(({ ok, file }) => ok && file.includes('short'))) {
    assert.equal(line.algorithm, 'chromaprint');
    assert.ok(errorRate(flac.fingerprint, line.fingerprint) < 0.06, line.file);
    assert.ok(errorRate(flac.fingerprint2, line.fingerprint2) < 0.15, line.file);
  }
});

test('the text for people has the same values', async () => {
  writeFileSync(join(folder, 'synthetic.wav'), createSyntheticWav());
  const { code, out } = await runTouchmark(folder, ['fingerprint', 'synthetic.wav']);
  assert.equal(code, 0);
  assert.deepEqual(out.trimEnd().split('\n'), [
    'synthetic.wav',
    `  sha256        ${SYNTHETIC_MASTER.sha256Hex}`,
    '  duration_ms   48000',
    `  fingerprint   ${SYNTHETIC_MASTER.fingerprint}`,
    `  fingerprint2  ${SYNTHETIC_MASTER.fingerprint2}`,
  ]);
});

test('without ffmpeg and fpcalc MP4 is refused by name, and nothing else', async () => {
  copyFileSync(join(VECTORS, 'short.m4a'), join(folder, 'short.m4a'));
  copyFileSync(join(VECTORS, 'short.mp3'), join(folder, 'short.mp3'));
  const args = ['fingerprint', '--json', 'short.m4a', 'short.mp3'];
  const { code, json } = await runTouchmark(folder, args, { PATH: folder });
  assert.equal(code, 1);
  assert.deepEqual([json[0].error, json[1].ok], ['needs-ffmpeg', true]);
});

test('ffmpeg and fpcalc give the same print of MP4', { skip: skipWithout('ffmpeg', 'fpcalc') }, async () => {
  copyFileSync(join(VECTORS, 'short.m4a'), join(folder, 'short.m4a'));
  const by = async (program: string) => {
    const bin = join(folder, program);
    mkdirSync(bin);
    const path = execFileSync('which', [program], { encoding: 'utf8' }).trim();
    writeFileSync(join(bin, program), `#!/bin/sh\nexec ${path} "$@"\n`, { mode: 0o755 });
    const { json } = await runTouchmark(folder, ['fingerprint', '--json', 'short.m4a'], { PATH: bin });
    return json[0] as FingerprintLine;
  };
  const [one, other] = [await by('ffmpeg'), await by('fpcalc')];
  assert.ok(one.ok && other.ok, `${one.message} ${other.message}`);
  assert.ok(errorRate(one.fingerprint, other.fingerprint) <= 0.002);
  assert.ok(Math.abs(one.duration_ms - other.duration_ms) < 100);
  assert.deepEqual([typeof one.fingerprint2, other.fingerprint2], ['string', undefined]);
});

test('the same samples give the same items as fpcalc, bit for bit', { skip: skipWithout('fpcalc') }, async () => {
  // Every second sample: then neither side has anything to resample.
  const wav = createSyntheticWav();
  const samples = new Int16Array(wav.buffer, 44).filter((_, i) => i % 2 === 0);
  const header = Buffer.from(wav.subarray(0, 44));
  header.writeUInt32LE(11025, 24);
  header.writeUInt32LE(22050, 28);
  header.writeUInt32LE(samples.byteLength, 40);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  writeFileSync(join(folder, 'half.wav'), Buffer.concat([header, new Uint8Array(samples.buffer)]));
  const { json } = await runTouchmark(folder, ['fingerprint', '--json', 'half.wav']);
  assert.deepEqual(decodeItems(json[0].fingerprint), askFpcalc(join(folder, 'half.wav')));
  const { files } = JSON.parse(readFileSync(join(VECTORS, 'fpcalc.json'), 'utf8'));
  assert.equal(json[0].fingerprint, files['every second sample of synthetic.wav'].fingerprint);
});

test('real music has the print of fpcalc', { skip: skipMusic() }, async () => {
  const { json } = await runTouchmark(folder, ['fingerprint', '-r', '--json', MUSIC_FOLDER!]);
  const lines = (json as FingerprintLine[]).filter(({ ok }) => ok);
  assert.ok(lines.length > 0);
  for (const { file, fingerprint } of lines) {
    const theirs = askFpcalc(file);
    const limits = { maxOffset: 0, minOverlap: theirs.length - 2 };
    const ber = bitErrorRate(findAlignmentPlain(theirs, decodeItems(fingerprint), limits)!);
    assert.ok(ber < 0.002, `${file}: ${ber}`);
  }
});

test('a calibration without encoders says what it left out, and promises nothing on so little', async () => {
  for (const [release, rate] of [
    ['one', 10_000],
    ['two', 11_025],
    ['three', 9_000],
  ] as const) {
    mkdirSync(join(folder, 'corpus', release), { recursive: true });
    // Played slower, the piece is long enough, and another one.
    const wav = Buffer.from(createSyntheticWav());
    wav.writeUInt32LE(rate, 24);
    writeFileSync(join(folder, 'corpus', release, 'song.wav'), wav);
  }
  const args = ['calibrate', 'corpus', '--out', 'out', '--key', 'key.pem', '--masters', '2'];
  const { code, out, err } = await runTouchmark(folder, args, { PATH: folder });
  assert.equal(code, 1, err);
  assert.match(out, /^Not confirmed: policy fpp_[0-9a-f]{32}\n/);
  const report = readFileSync(join(folder, 'out', 'README.md'), 'utf8');
  assert.match(report, /Left out, because ffmpeg was not there\*\*: mp3 320/);
  for (const name of ['scores.svg', 'roc.svg']) {
    assert.ok(!readFileSync(join(folder, 'out', name), 'utf8').includes('NaN'));
  }
  const results = JSON.parse(readFileSync(join(folder, 'out', 'report.json'), 'utf8'));
  const missed = results.transforms.filter((row: { class: string; missed: number }) => row.class === 'refused');
  assert.deepEqual([results.confirmed, missed.length], [false, 1]);
  const publicKey = createPublicKey(readFileSync(join(folder, 'key.pem')));
  const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
  const document = new Uint8Array(readFileSync(join(folder, 'out', 'policy.json')));
  const opened = openPolicy(document, sha256, (_, message, signature) => verify(null, message, publicKey, signature));
  assert.equal(opened.id, /fpp_\w+/.exec(out)![0]);
  assert.equal(opened.policy.isConfirmed, false);
  assert.equal(
    opened.policy.cohortDigest,
    createHash('sha256')
      .update(readFileSync(join(folder, 'out', 'cohort.json')))
      .digest('hex'),
  );
});

function askFpcalc(path: string): Uint32Array {
  let text: string;
  try {
    text = execFileSync('fpcalc', ['-raw', '-json', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    // Version 1.5 ends with 3 on a good file, with a whole answer.
    text = (error as { stdout: string }).stdout;
  }
  return Uint32Array.from(JSON.parse(text).fingerprint, (item: number) => item >>> 0);
}

function skipWithout(...programs: readonly string[]): string | false {
  const missing = programs.filter((program) => !has(program, '-version'));
  return missing.length > 0 && `${missing.join(' and ')} not installed`;
}

function skipMusic(): string | false {
  if (MUSIC_FOLDER === undefined) return 'TOUCHMARK_TEST_MUSIC names no folder of music';
  return skipWithout('fpcalc');
}
