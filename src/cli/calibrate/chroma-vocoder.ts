import { mixToMono, type Pcm } from '../../audio/pcm.ts';
import { createResampler } from '../../audio/resampler.ts';
import { ITEM_SAMPLES, PRINT_RATE } from '../../proof/fingerprint/item-clock.ts';
import { createPowerSpectrum } from '../../proof/fingerprint/power-spectrum.ts';

const FRAME_SAMPLES = 4096;
const LOWEST_HZ = 28;
const HIGHEST_HZ = 3520;
/** In the middle of what Chromaprint takes for each note, from A on. */
const TONES_HZ = Array.from({ length: 12 }, (_, tone) => 440 * 2 ** ((tone + 0.5) / 12));

/**
 * Twelve sine tones that follow the energies of a recording's twelve notes. It sounds nothing like the recording and
 * passes every algorithm of Chromaprint, which looks at those energies only: the reason for the second print.
 */
export function imitateChroma(sound: Pcm): Pcm {
  const resampler = createResampler(sound.sampleRate, PRINT_RATE);
  const samples = resampler.push(mixToMono(sound));
  const frames = measureNotes(samples);
  const out = new Float32Array(frames.length * ITEM_SAMPLES);
  for (const [tone, frequency] of TONES_HZ.entries()) {
    const step = (2 * Math.PI * frequency) / PRINT_RATE;
    for (let i = 0; i < out.length; i++) {
      const frame = Math.floor(i / ITEM_SAMPLES);
      const share = (i % ITEM_SAMPLES) / ITEM_SAMPLES;
      const now = frames[frame]![tone]!;
      const next = (frames[frame + 1] ?? frames[frame]!)[tone]!;
      out[i]! += (now + share * (next - now)) * Math.sin(step * i);
    }
  }
  const peak = out.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 1e-9);
  // Each frame's energies belong to its middle.
  const lead = FRAME_SAMPLES / 2;
  const shifted = new Float32Array(out.length + lead);
  shifted.set(
    out.map((sample) => (0.9 * sample) / peak),
    lead,
  );
  return { sampleRate: PRINT_RATE, channels: [shifted] };
}

/** Amplitudes of the twelve notes, one row for each item, all equally loud. */
function measureNotes(samples: Float32Array): Float64Array[] {
  const lowest = Math.round((LOWEST_HZ * FRAME_SAMPLES) / PRINT_RATE);
  const highest = Math.round((HIGHEST_HZ * FRAME_SAMPLES) / PRINT_RATE);
  const measure = createPowerSpectrum(FRAME_SAMPLES, highest);
  const rows: Float64Array[] = [];
  for (let start = 0; start + FRAME_SAMPLES <= samples.length; start += ITEM_SAMPLES) {
    const power = measure(samples.subarray(start, start + FRAME_SAMPLES));
    const notes = new Float64Array(12);
    for (let bin = lowest; bin < highest; bin++) {
      const octaves = Math.log2((bin * PRINT_RATE) / FRAME_SAMPLES / 440);
      notes[((Math.floor(12 * octaves) % 12) + 12) % 12]! += power[bin]!;
    }
    // Chromaprint looks at the shares only, so every moment may be as loud as the loudest.
    const norm = Math.sqrt(notes.reduce((sum, energy) => sum + energy, 1e-12));
    rows.push(notes.map((energy) => Math.sqrt(energy) / norm));
  }
  return rows;
}
