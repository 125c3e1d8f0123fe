import { AudioError } from './audio-error.ts';
import type { AudioFormat } from './detect-format.ts';
import type { Decoder, Pcm } from './pcm.ts';
import { createWavDecoder } from './wav.ts';

/** What the decoders of the wasm-audio-decoders family have in common. */
interface Codec {
  readonly ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Promise<Decoded>;
  free(): void;
}

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

/**
 * Bytes without a sample among them after which a file is given up: cover art of that size exists, endless zeros after a
 * good head too.
 */
const SILENT_MAX_BYTES = 64 * 1024 * 1024;
/** Frames that may be broken. Players pass over them, and so do the prints; a file of nothing else is refused. */
const ERRORS_MAX = 100;

/** A decoder for the format. Each comes with its WebAssembly inside, and is loaded when it is needed. */
export async function createDecoder(format: Exclude<AudioFormat, 'mp4' | 'unknown'>): Promise<Decoder> {
  if (format === 'wav') return createWavDecoder();
  const codec = await CODECS[format]();
  await codec.ready;
  return wrapCodec(codec);
}

const CODECS = {
  flac: async (): Promise<Codec> => new (await import('@wasm-audio-decoders/flac')).FLACDecoder(),
  mp3: async (): Promise<Codec> => new (await import('mpg123-decoder')).MPEGDecoder({ enableGapless: true }),
  vorbis: async (): Promise<Codec> => new (await import('@wasm-audio-decoders/ogg-vorbis')).OggVorbisDecoder(),
  opus: async (): Promise<Codec> => new (await import('ogg-opus-decoder')).OggOpusDecoder(),
};

function wrapCodec(codec: Codec): Decoder {
  let silentBytes = 0;
  let errors = 0;
  let samples = 0;
  const take = (decoded: Decoded): Pcm | null => {
    errors += decoded.errors.length;
    if (errors > ERRORS_MAX) throw new AudioError('damaged-audio', 'too much of the file cannot be decoded');
    const length = decoded.channelData[0]?.length ?? 0;
    if (length === 0) return null;
    silentBytes = 0;
    samples += length;
    return { sampleRate: decoded.sampleRate, channels: decoded.channelData };
  };
  return {
    async push(bytes) {
      silentBytes += bytes.length;
      if (silentBytes > SILENT_MAX_BYTES) {
        throw new AudioError('damaged-audio', 'the file has no sound where its format says so');
      }
      return take(await withAudioErrors(() => codec.decode(bytes)));
    },
    async finish() {
      const rest = codec.flush === undefined ? null : take(await withAudioErrors(() => codec.flush!()));
      if (samples === 0) throw new AudioError('damaged-audio', 'the file has no sound in it');
      return rest;
    },
    free: () => codec.free(),
  };
}

/** What a decoder throws for bytes that it does not understand has no code. */
async function withAudioErrors<T>(decode: () => T | Promise<T>): Promise<T> {
  try {
    return await withoutConsole(decode);
  } catch (error) {
    if (error instanceof AudioError) throw error;
    throw new AudioError('damaged-audio', 'the file cannot be decoded', { cause: error });
  }
}

/**
 * The decoders write each broken frame to the console, and the one for MP3 goes on without end at some of them. They do
 * all their work before they return, so nobody else's words are lost.
 */
function withoutConsole<T>(decode: () => T): T {
  const { error } = console;
  let complaints = 0;
  console.error = () => {
    if (++complaints > ERRORS_MAX) throw new AudioError('damaged-audio', 'too much of the file cannot be decoded');
  };
  try {
    return decode();
  } finally {
    console.error = error;
  }
}
