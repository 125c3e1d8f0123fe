import { composeSyntheticSound, SYNTHETIC_RATE_HZ } from './synthetic-sound.ts';

const HEADER_BYTES = 44;
const SAMPLE_BYTES = 2;

/** The synthetic master as a WAV file: what its certificate is of. */
export function createSyntheticWav(): Uint8Array {
  const steps = composeSyntheticWav();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same in steps of some milliseconds. */
export function* composeSyntheticWav(): Generator<undefined, Uint8Array> {
  const samples = yield* composeSyntheticSound();
  const bytes = new Uint8Array(HEADER_BYTES + samples.length * SAMPLE_BYTES);
  const view = new DataView(bytes.buffer);
  writeHeader(view, samples.length * SAMPLE_BYTES);
  for (const [i, sample] of samples.entries()) view.setInt16(HEADER_BYTES + i * SAMPLE_BYTES, sample, true);
  return bytes;
}

function writeHeader(view: DataView, dataBytes: number): void {
  const writeText = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  writeText(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  writeText(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SYNTHETIC_RATE_HZ, true);
  view.setUint32(28, SYNTHETIC_RATE_HZ * SAMPLE_BYTES, true);
  view.setUint16(32, SAMPLE_BYTES, true);
  view.setUint16(34, 8 * SAMPLE_BYTES, true);
  writeText(36, 'data');
  view.setUint32(40, dataBytes, true);
}
