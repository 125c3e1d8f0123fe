import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDecoder } from '../audio/wasm-decoders.ts';
import { encodeFlac } from './flac.ts';
import { composeSyntheticSound, SYNTHETIC_RATE_HZ } from './synthetic-sound.ts';

function runToEnd<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** By libFLAC, which also checks every frame's checksum. */
async function decode(file: Uint8Array): Promise<Int16Array> {
  const decoder = await createDecoder('flac');
  try {
    const pieces = [await decoder.push(file), await decoder.finish()].filter((piece) => piece !== null);
    for (const { sampleRate, channels } of pieces) {
      assert.deepEqual([sampleRate, channels.length], [SYNTHETIC_RATE_HZ, 1]);
    }
    return Int16Array.from(
      pieces.flatMap(({ channels }) => [...channels[0]!]),
      (value) => Math.round(value * 32767),
    );
  } finally {
    decoder.free();
  }
}

const sameSamples = (a: Int16Array, b: Int16Array) => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

test('the synthetic recording as FLAC is sample for sample the one in the WAV file, and smaller', async (t) => {
  const samples = runToEnd(composeSyntheticSound());
  const file = runToEnd(encodeFlac(samples, SYNTHETIC_RATE_HZ));
  assert.ok(file.length < 2 * samples.length);
  // Not deepEqual: the difference of a million numbers takes minutes to draw.
  assert.ok(sameSamples(await decode(file), samples));
  assert.equal(Buffer.from(file.subarray(26, 42)).toString('hex'), hash('md5', Buffer.from(samples.buffer)));
  const options = { input: file, maxBuffer: 8 * samples.length };
  const strict = ['-v', 'error', '-xerror', '-err_detect', 'crccheck+explode'];
  const ffmpeg = spawnSync('ffmpeg', [...strict, '-i', '-', '-f', 's16le', '-'], options);
  if (ffmpeg.error) return t.diagnostic('ffmpeg is not on this machine');
  assert.equal(ffmpeg.status, 0, String(ffmpeg.stderr));
  assert.ok(ffmpeg.stdout.equals(Buffer.from(samples.buffer)), 'as ffmpeg reads it');
});

test('whatever the samples are, FLAC gives them back', async () => {
  const sample = fc.oneof(fc.integer({ min: -32768, max: 32767 }), fc.constantFrom(-32768, 32767, 0));
  const samples = fc.array(sample, { minLength: 20, maxLength: 9000, size: 'max' });
  await fc.assert(
    fc.asyncProperty(samples, async (list) => {
      const sound = Int16Array.from(list);
      assert.ok(sameSamples(await decode(runToEnd(encodeFlac(sound, SYNTHETIC_RATE_HZ))), sound));
    }),
    { numRuns: 20 },
  );
});
