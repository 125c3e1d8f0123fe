import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { decodeItems } from '../proof/fingerprint/items.ts';
import { bitErrorRate, findAlignmentPlain } from '../proof/fingerprint/scan.ts';
import { AudioError } from './audio-error.ts';
import { type Chromaprint, loadChromaprint } from './chromaprint.ts';
import { detectFormat } from './detect-format.ts';
import type { Decoder, Pcm } from './pcm.ts';
import { createPrinting } from './print-sound.ts';
import { type AudioPrints, createAudioPrinter } from './printer.ts';
import { createResampler } from './resampler.ts';
import { createDecoder } from './wasm-decoders.ts';
import { createWavDecoder } from './wav.ts';

const VECTORS = join(import.meta.dirname, '..', '..', 'vectors', 'fingerprint');
const WASM = join(
  ...[import.meta.dirname, '..', '..', 'node_modules', '@unimusic', 'chromaprint', 'dist', 'chromaprint.wasm'],
);
/** What the reference allows between decoders. */
const DECODERS_BER = 0.002;
let chromaprint: Chromaprint;
let expected: Record<string, { duration: number; fingerprint: string }>;

before(async () => {
  chromaprint = await loadChromaprint(await readFile(WASM));
  expected = JSON.parse(await readFile(join(VECTORS, 'fpcalc.json'), 'utf8')).files;
});

async function printBytes(decoder: Decoder, bytes: Uint8Array, step: number): Promise<AudioPrints> {
  using printing = createPrinting(decoder, chromaprint);
  for (let at = 0; at < bytes.length; at += step) await printing.push(bytes.subarray(at, at + step));
  return await printing.finish();
}

const printSound = (...pieces: readonly Pcm[]): AudioPrints => {
  const printer = createAudioPrinter(chromaprint);
  try {
    for (const piece of pieces) printer.push(piece);
    return printer.finish();
  } finally {
    printer.free();
  }
};

/** Twenty tones that come and go, each in its own time, so that every band of both prints has something to say. */
const tone = (seconds: number, sampleRate: number): Float32Array => {
  const samples = new Float32Array(seconds * sampleRate);
  for (let n = 1; n <= 20; n++) {
    const step = (2 * Math.PI * 110 * 2 ** (n / 4.5)) / sampleRate;
    const swell = (2 * Math.PI * (0.3 + ((n * 7) % 11) / 9)) / sampleRate;
    for (let i = 0; i < samples.length; i++) samples[i]! += 0.04 * Math.sin(step * i) * (1 + Math.sin(swell * i + n));
  }
  return samples;
};

interface WavOptions {
  readonly code?: number;
  readonly bits?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly dataLength?: number;
}

function wavOf(data: Uint8Array, { code = 1, bits = 16, channels = 1, rate = 11025, dataLength }: WavOptions = {}) {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(code, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt16LE((bits / 8) * channels, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataLength ?? data.length, 40);
  return new Uint8Array(Buffer.concat([header, data]));
}

const int16 = (samples: Float32Array) =>
  new Uint8Array(Int16Array.from(samples, (sample) => Math.round(sample * 32767)).buffer);

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: unknown) => (error instanceof AudioError ? error.code : String(error)),
  );

for (const format of ['flac', 'mp3', 'ogg', 'opus'] as const) {
  test(`${format} gives the print that fpcalc makes of the file`, async () => {
    const bytes = new Uint8Array(await readFile(join(VECTORS, `short.${format}`)));
    const detected = detectFormat(bytes);
    assert.equal(detected, format === 'ogg' ? 'vorbis' : format);
    const prints = await printBytes(await createDecoder(detected as 'mp3'), bytes, 65_536);
    const theirs = decodeItems(expected[`short.${format}`]!.fingerprint);
    assert.ok(Math.abs(prints.items.length - theirs.length) <= 1, `${prints.items.length} items`);
    const alignment = findAlignmentPlain(theirs, prints.items, { maxOffset: 0, minOverlap: 70 })!;
    assert.ok(bitErrorRate(alignment) <= DECODERS_BER, `bit error rate ${bitErrorRate(alignment)}`);
    assert.ok(Math.abs(prints.durationMs - 12_000) <= 1, `${prints.durationMs} ms`);
  });
}

test('a file gives the same prints in whatever pieces it comes', async () => {
  const bytes = new Uint8Array(await readFile(join(VECTORS, 'short.ogg')));
  const whole = await printBytes(await createDecoder('vorbis'), bytes, bytes.length);
  assert.deepEqual(await printBytes(await createDecoder('vorbis'), bytes, 4096), whole);
  const samples = tone(12, 22050);
  const wav = wavOf(int16(samples), { rate: 22050 });
  const once = await printBytes(createWavDecoder(), wav, wav.length);
  for (const step of [997, 65_536]) assert.deepEqual(await printBytes(createWavDecoder(), wav, step), once);
});

test('every kind of WAV gives the same sound', async () => {
  const samples = [-1, -0.5, 0, 0.25, 0.5, 0.75];
  const kinds: readonly (readonly [number, number, (view: DataView, i: number, sample: number) => void])[] = [
    [1, 8, (view, i, sample) => view.setUint8(i, sample * 128 + 128)],
    [1, 16, (view, i, sample) => view.setInt16(2 * i, sample * 32768, true)],
    [
      ...([1, 24] as const),
      (view, i, sample) => {
        view.setUint16(3 * i, (sample * 8388608) & 0xffff, true);
        view.setInt8(3 * i + 2, (sample * 8388608) >> 16);
      },
    ],
    [1, 32, (view, i, sample) => view.setInt32(4 * i, sample * 2147483648, true)],
    [3, 32, (view, i, sample) => view.setFloat32(4 * i, sample, true)],
    [3, 64, (view, i, sample) => view.setFloat64(8 * i, sample, true)],
  ];
  for (const [code, bits, write] of kinds) {
    const data = new Uint8Array((samples.length * bits) / 8);
    for (const [i, sample] of samples.entries()) write(new DataView(data.buffer), i, sample);
    for (const dataLength of [data.length, 0xffffffff]) {
      const pcm = await createWavDecoder().push(wavOf(data, { code, bits, dataLength }));
      assert.deepEqual([...pcm!.channels[0]!], samples, `code ${code}, ${bits} bits`);
    }
  }
});

test('no bytes crash a decoder', async () => {
  const head = fc.constantFrom('RIFF\u0000\u0000\u0000\u0000WAVEfmt ', 'RIFF0000WAVEdata', '');
  await fc.assert(
    fc.asyncProperty(head, fc.uint8Array({ maxLength: 200 }), async (start, rest) => {
      const decoder = createWavDecoder();
      const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
      const code = await codeOf(decoder.push(new Uint8Array(bytes)).then(() => decoder.finish()));
      assert.match(code, /^(?:fine|damaged-audio|unsupported-format|unsupported-layout)$/);
    }),
  );
  for (const [format, start] of [
    ['flac', 'fLaC'],
    ['mp3', '\xff\xfb\x90\x64'],
    ['vorbis', 'OggS'],
    ['opus', 'OggS'],
  ] as const) {
    const decoder = await createDecoder(format);
    const noise = new Uint8Array(200_000).map((_, i) => (Math.imul(i + 7, 2654435761) >>> 13) & 0xff);
    const bytes = new Uint8Array(Buffer.concat([Buffer.from(start, 'latin1'), noise]));
    const code = await codeOf(printBytes(decoder, bytes, 65_536));
    assert.match(code, /^(?:damaged-audio|too-short)$/, `${format}: ${code}`);
  }
});

test('a file that was cut off is printed as far as it goes', async () => {
  for (const [format, name] of [
    ['mp3', 'short.mp3'],
    ['vorbis', 'short.ogg'],
    ['opus', 'short.opus'],
  ] as const) {
    const bytes = new Uint8Array(await readFile(join(VECTORS, name)));
    const half = bytes.subarray(0, Math.floor(bytes.length * 0.6));
    const prints = await printBytes(await createDecoder(format), half, 65_536);
    assert.ok(prints.durationMs > 4000 && prints.durationMs < 12_000, `${name}: ${prints.durationMs} ms`);
  }
});

test('endless silence after a good head is given up', async () => {
  const decoder = await createDecoder('flac');
  const start = new Uint8Array(await readFile(join(VECTORS, 'short.flac'))).subarray(0, 100);
  await decoder.push(start);
  const zeros = new Uint8Array(16 * 1024 * 1024);
  let code = 'fine';
  for (let i = 0; i < 6 && code === 'fine'; i++) code = await codeOf(decoder.push(zeros));
  decoder.free();
  assert.equal(code, 'damaged-audio');
});

test('what no recording has is refused', async () => {
  const data = int16(tone(1, 11025));
  const codes = async (bytes: Uint8Array) => codeOf(printBytes(createWavDecoder(), bytes, 65_536));
  assert.equal(await codes(wavOf(data)), 'too-short');
  assert.equal(await codes(wavOf(data, { rate: 1 })), 'unsupported-layout');
  assert.equal(await codes(wavOf(data, { rate: 4_000_000_000 })), 'unsupported-layout');
  assert.equal(await codes(wavOf(data, { channels: 0 })), 'unsupported-layout');
  assert.equal(await codes(wavOf(data, { channels: 500 })), 'unsupported-layout');
  assert.equal(await codes(wavOf(data, { code: 2 })), 'unsupported-format');
  assert.equal(await codes(wavOf(data).subarray(0, 30)), 'damaged-audio');
  assert.throws(
    () =>
      printSound({ sampleRate: 44100, channels: [tone(4, 44100)] }, { sampleRate: 8000, channels: [tone(4, 8000)] }),
    AudioError,
  );
});

test('samples that are no numbers are silence, and those that are too loud are cut', () => {
  const samples = tone(5, 11025);
  const broken = samples.map((sample, i) => (i % 1000 === 0 ? Number.NaN : i % 1001 === 0 ? 1e30 : sample));
  const prints = printSound({ sampleRate: 11025, channels: [broken] });
  assert.equal(prints.items.length, printSound({ sampleRate: 11025, channels: [samples] }).items.length);
});

test('only the first two minutes are printed, and all of the duration is told', () => {
  const samples = tone(125, 11025);
  const long = printSound({ sampleRate: 11025, channels: [samples] });
  const window = printSound({ sampleRate: 11025, channels: [samples.subarray(0, 120 * 11025)] });
  assert.deepEqual([long.items.length, long.bandItems.length, long.durationMs], [948, 960, 125_000]);
  assert.deepEqual([long.items, long.bandItems], [window.items, window.bandItems]);
});

test('another rate and a second channel change hardly a bit of either print', () => {
  const reference = printSound({ sampleRate: 11025, channels: [tone(12, 11025)] });
  const limits = { maxOffset: 1, minOverlap: 60 };
  for (const sampleRate of [22050, 44100, 48000, 44101]) {
    const samples = tone(12, sampleRate);
    const prints = printSound({ sampleRate, channels: [samples, samples] });
    for (const key of ['items', 'bandItems'] as const) {
      const ber = bitErrorRate(findAlignmentPlain(reference[key], prints[key], limits)!);
      assert.ok(ber < 0.1, `${key} at ${sampleRate} Hz: ${ber}`);
    }
  }
});

test('the resampler keeps what is heard, in its place, and drops what would be mirrored', () => {
  const run = (hertz: number, from: number) => {
    const resampler = createResampler(from, 11025);
    const samples = Float32Array.from({ length: from }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / from));
    const pieces = [
      resampler.push(samples.subarray(0, 1234)),
      resampler.push(samples.subarray(1234)),
      resampler.finish(),
    ];
    return pieces.flatMap((piece) => [...piece]);
  };
  for (const from of [44100, 48000, 22050, 96000]) {
    const kept = run(1000, from);
    assert.equal(kept.length, 11025, `one second at ${from} Hz`);
    for (let i = 500; i < 10_500; i++) {
      assert.ok(Math.abs(kept[i]! - Math.sin((2 * Math.PI * 1000 * i) / 11025)) < 1e-3, `sample ${i} from ${from} Hz`);
    }
    const dropped = run(7000, from).slice(500, 10_500);
    assert.ok(Math.max(...dropped.map(Math.abs)) < 1e-3, `7 kHz from ${from} Hz`);
  }
});

test('memory does not grow with the length of a recording', async () => {
  const wav = wavOf(int16(tone(20, 8000)), { rate: 8000, dataLength: 0xffffffff });
  const [head, sound] = [wav.subarray(0, 44), wav.subarray(44)];
  using printing = createPrinting(createWavDecoder(), chromaprint);
  await printing.push(head);
  for (let minute = 0; minute < 10; minute++) await printing.push(sound);
  const before = process.memoryUsage().arrayBuffers;
  let highest = 0;
  for (let third = 0; third < 600; third++) {
    await printing.push(sound);
    highest = Math.max(highest, process.memoryUsage().arrayBuffers - before);
  }
  assert.ok(highest < 100 * 2 ** 20, `${highest} bytes more`);
  const { durationMs, items } = await printing.finish();
  assert.deepEqual([durationMs, items.length], [610 * 20_000, 948]);
});
