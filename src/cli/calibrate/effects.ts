import type { Pcm } from '../../audio/pcm.ts';

/** What is done to sound without an encoder. */
export type Effect = (sound: Pcm) => Pcm;

/** Each channel by itself. */
function eachChannel(change: (samples: Float32Array) => Float32Array): Effect {
  return ({ sampleRate, channels }) => ({ sampleRate, channels: channels.map(change) });
}

export function gain(decibels: number): Effect {
  const factor = 10 ** (decibels / 20);
  return eachChannel((samples) => samples.map((sample) => Math.max(-1, Math.min(1, sample * factor))));
}

export const keepLeft: Effect = ({ sampleRate, channels }) => ({ sampleRate, channels: channels.slice(0, 1) });

/** The second channel upside down: what is in the middle cancels in the mix to mono. */
export const invertPhase: Effect = ({ sampleRate, channels: [left] }) => ({
  sampleRate,
  channels: [left!, left!.map((sample) => -sample)],
});

export const mixDown: Effect = ({ sampleRate, channels }) => ({
  sampleRate,
  channels: [channels[0]!.map((_, i) => channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length)],
});

export function cutStart(seconds: number): Effect {
  return (sound) => eachChannel((samples) => samples.subarray(Math.round(seconds * sound.sampleRate)))(sound);
}

export function leadIn(seconds: number): Effect {
  return (sound) =>
    eachChannel((samples) => {
      const silence = Math.round(seconds * sound.sampleRate);
      const longer = new Float32Array(samples.length + silence);
      longer.set(samples, silence);
      return longer;
    })(sound);
}

/** White noise of so many decibels below the sound. */
export function noise(decibels: number): Effect {
  return eachChannel((samples) => {
    const next = createNoise();
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const amplitude = Math.sqrt((3 * power) / 10 ** (decibels / 10));
    return samples.map((sample) => sample + amplitude * next());
  });
}

/** The same numbers every time, evenly within ±1: xorshift of 32 bits. */
export function createNoise(seed = 0x9e3779b9): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}
