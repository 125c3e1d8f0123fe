import { AudioError } from './audio-error.ts';

/** A piece of sound: one array for each channel, all of one length, of values within about ±1. */
export interface Pcm {
  readonly sampleRate: number;
  readonly channels: readonly Float32Array[];
}

/** Turns the bytes of a file into sound, piece by piece, so that memory stays flat. */
export interface Decoder {
  /** What the bytes so far complete; pieces may be empty. Throws AudioError. */
  push(bytes: Uint8Array): Promise<Pcm | null>;
  /** What was still held back. Throws AudioError when the file ends where it should not. */
  finish(): Promise<Pcm | null>;
  free(): void;
}

/** Telephones have 8 kHz; nothing that sells has more than 384. */
const RATE_MIN_HZ = 8000;
const RATE_MAX_HZ = 384_000;
/** As many as any of the formats names positions for. */
const CHANNELS_MAX = 8;

export function requireLayout(sampleRate: number, channels: number): void {
  if (sampleRate >= RATE_MIN_HZ && sampleRate <= RATE_MAX_HZ && channels >= 1 && channels <= CHANNELS_MAX) return;
  throw new AudioError('unsupported-layout', `${channels} channels at ${sampleRate} Hz are not read`);
}

/** The mean of all channels. */
export function mixToMono({ channels }: Pcm): Float32Array {
  const [first, ...others] = channels as readonly [Float32Array, ...Float32Array[]];
  if (others.length === 0) return first;
  const mono = new Float32Array(first.length);
  const share = 1 / channels.length;
  for (let i = 0; i < mono.length; i++) {
    let sum = first[i]!;
    for (const channel of others) sum += channel[i]!;
    mono[i] = sum * share;
  }
  return mono;
}
