/** Of the synthetic master, which has one channel of 16 bits. */
export const SYNTHETIC_RATE_HZ = 22050;
const SECONDS = 48;

/** The notes from middle C on, in thousandths of a hertz. */
const NOTES_MHZ = [
  ...[261626, 277183, 293665, 311127, 329628, 349228],
  ...[369994, 391995, 415305, 440000, 466164, 493883],
] as const;
/** A scale, in half tones. */
const SCALE = [0, 2, 3, 5, 7, 8, 10] as const;
const STEP_SAMPLES = SYNTHETIC_RATE_HZ / 6;
const TABLE_BITS = 10;

/** One sounding note. */
interface Voice {
  readonly increment: number;
  readonly loudness: number;
  readonly startsAt: number;
  readonly samples: number;
  /** How loud its overtones are, in parts of 256. */
  readonly overtones: readonly number[];
}

/**
 * A piece of music that nobody wrote, in steps of some milliseconds, for who has something else to do in between: the
 * same samples on every machine, since only whole numbers are reckoned with.
 */
export function* composeSyntheticSound(): Generator<undefined, Int16Array> {
  const sound = new Int32Array(SYNTHETIC_RATE_HZ * SECONDS);
  const table = createSine();
  for (const voice of composeVoices()) {
    play(sound, voice, table);
    yield;
  }
  addBeats(sound);
  return Int16Array.from(sound, (value) => Math.max(-32768, Math.min(32767, value)));
}

/** A melody over chords over a bass, drawn by lot. */
function composeVoices(): Voice[] {
  const draw = createLot(0x70756e63);
  const voices: Voice[] = [];
  const add = (step: number, steps: number, degree: number, octave: number, loudness: number, overtones: number[]) => {
    const note = SCALE[((degree % 7) + 7) % 7]!;
    const octaves = octave + Math.floor(degree / 7);
    // A power of two: exact.
    const increment = Math.floor((NOTES_MHZ[note]! * 2 ** octaves * 2 ** 32) / (SYNTHETIC_RATE_HZ * 1000));
    voices.push({ increment, loudness, startsAt: step * STEP_SAMPLES, samples: steps * STEP_SAMPLES, overtones });
  };
  let degree = 3;
  const steps = (SECONDS * SYNTHETIC_RATE_HZ) / STEP_SAMPLES;
  for (let step = 0; step < steps; step += 6) {
    const root = draw(7);
    for (const third of [0, 2, 4]) add(step, 6, root + third, 0, 2400 + 300 * draw(4), [120, 60, 90, 20, 40]);
    add(step, 6, root, -2, 5000, [160, 90, 120, 60, 70, 30]);
    if (draw(2) === 0) add(step + 3, 3, root + 1 + draw(6), -1, 3000, [60, 140, 40, 80]);
  }
  for (let step = 0; step < steps; ) {
    const length = 1 + draw(3);
    degree = Math.max(0, Math.min(14, degree + draw(7) - 3));
    if (draw(6) !== 0) add(step, Math.min(length, steps - step), degree, 1, 5200, [200, 40, 110, 90, 20, 60]);
    step += length;
  }
  return voices;
}

function play(sound: Int32Array, voice: Voice, table: Int32Array): void {
  const { increment, loudness, startsAt, samples, overtones } = voice;
  const attack = SYNTHETIC_RATE_HZ / 50;
  let phase = 0;
  for (let i = 0; i < samples && startsAt + i < sound.length; i++) {
    phase = (phase + increment) >>> 0;
    let value = table[phase >>> (32 - TABLE_BITS)]!;
    for (let n = 0; n < overtones.length; n++) {
      value += (table[Math.imul(phase, n + 2) >>> (32 - TABLE_BITS)]! * overtones[n]!) >> 8;
    }
    const rising = Math.min(i, attack) * Math.floor(loudness / attack);
    const level = i < attack ? rising : Math.floor((loudness * (samples - i)) / samples);
    sound[startsAt + i]! += (value * level) >> 15;
  }
}

/** Noise that dies away, on beats drawn by lot. */
function addBeats(sound: Int32Array): void {
  const draw = createLot(0x746f7563);
  const length = Math.floor(STEP_SAMPLES / 2);
  for (let start = 0; start + length <= sound.length; start += STEP_SAMPLES) {
    if (draw(3) === 0) continue;
    const loudness = 800 + 400 * draw(5);
    for (let i = 0; i < length; i++) {
      sound[start + i]! += Math.floor(((draw(2048) - 1024) * loudness * (length - i)) / (length * 1024));
    }
  }
}

/** One turn of a sine within ±32767, after Bhaskara: fractions of whole numbers, which round alike everywhere. */
function createSine(): Int32Array {
  const half = 2 ** (TABLE_BITS - 1);
  const table = new Int32Array(2 * half);
  for (let x = 0; x < half; x++) {
    const product = x * (half - x);
    const value = Math.floor((32767 * 16 * product) / (5 * half * half - 4 * product));
    table[x] = value;
    table[half + x] = -value;
  }
  return table;
}

/** Whole numbers from 0 to below `below`, always the same: a linear congruential generator of 32 bits. */
function createLot(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(((state >>> 8) * below) / 2 ** 24);
  };
}
