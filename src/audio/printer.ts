import { type BandPrinter, createBandPrinter } from '../proof/fingerprint/band-print.ts';
import { PRINT_RATE, WINDOW_MS } from '../proof/fingerprint/item-clock.ts';
import { AudioError } from './audio-error.ts';
import type { ChromaPrinter, Chromaprint } from './chromaprint.ts';
import { mixToMono, type Pcm, requireLayout } from './pcm.ts';
import { createResampler, type Resampler } from './resampler.ts';

/** What is printed of a recording. */
export interface AudioPrints {
  readonly durationMs: number;
  /** Chromaprint's items of the first 120 seconds. */
  readonly items: Uint32Array;
  /** The band print of the same samples. */
  readonly bandItems: Uint32Array;
}

/** Takes sound of one rate piece by piece and makes both prints. */
export interface AudioPrinter {
  /** Throws AudioError when the layout is not read, or changes within the recording. */
  push(pcm: Pcm): void;
  /** Throws AudioError when there was too little. */
  finish(): AudioPrints;
  /** Has to be called in the end, whatever happened. */
  free(): void;
}

const WINDOW_SAMPLES = (WINDOW_MS / 1000) * PRINT_RATE;

export function createAudioPrinter(chromaprint: Chromaprint): AudioPrinter {
  const chroma: ChromaPrinter = chromaprint.createPrinter();
  const bands: BandPrinter = createBandPrinter();
  let sampleRate = 0;
  let resampler: Resampler | null = null;
  let samplesIn = 0;
  let printed = 0;

  const print = (samples: Float32Array) => {
    const part = toInt16(samples.subarray(0, WINDOW_SAMPLES - printed));
    printed += part.length;
    chroma.push(part);
    bands.push(toFloat(part));
  };
  return {
    push(pcm) {
      const length = pcm.channels[0]?.length ?? 0;
      if (length === 0) return;
      if (resampler === null) {
        requireLayout(pcm.sampleRate, pcm.channels.length);
        sampleRate = pcm.sampleRate;
        resampler = createResampler(sampleRate, PRINT_RATE);
      }
      if (pcm.sampleRate !== sampleRate) {
        throw new AudioError('unsupported-layout', 'the sample rate changes within the recording');
      }
      samplesIn += length;
      if (printed < WINDOW_SAMPLES) print(resampler.push(mixToMono(pcm)));
    },
    finish() {
      if (resampler !== null && printed < WINDOW_SAMPLES) print(resampler.finish());
      const items = chroma.finish();
      const bandItems = bands.finish();
      if (items.length === 0 || bandItems.length === 0) {
        throw new AudioError('too-short', 'it is shorter than the three seconds that a fingerprint needs');
      }
      return { durationMs: Math.round((samplesIn / sampleRate) * 1000), items, bandItems };
    },
    free: () => chroma.free(),
  };
}

/** Rounds to 16 bits, as Chromaprint takes it; what is no number is silence. */
function toInt16(samples: Float32Array): Int16Array {
  const rounded = new Int16Array(samples.length);
  for (let i = 0; i < rounded.length; i++) {
    rounded[i] = Math.max(-32768, Math.min(32767, Math.round(samples[i]! * 32768)));
  }
  return rounded;
}

function toFloat(samples: Int16Array): Float32Array {
  const floats = new Float32Array(samples.length);
  for (let i = 0; i < floats.length; i++) floats[i] = samples[i]! / 32768;
  return floats;
}
