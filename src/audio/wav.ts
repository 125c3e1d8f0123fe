import { concatBytes } from '../base/bytes.ts';
import { AudioError } from './audio-error.ts';
import { type Decoder, type Pcm, requireLayout } from './pcm.ts';

type ReadSample = (view: DataView, at: number) => number;

interface Layout {
  readonly sampleRate: number;
  readonly channels: number;
  readonly sampleBytes: number;
  readonly read: ReadSample;
}

/** Codes of the format chunk (RFC 2361); the extensible one has the real code inside. */
const PCM_INTEGER = 1;
const PCM_FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const FORMAT_MAX_BYTES = 64 * 1024;
const CHUNK_HEAD_BYTES = 8;
/** What writers put who did not know the length, or had more than it can say: the file's end counts then. */
const UNKNOWN_LENGTH = 0xffffffff;

/**
 * Reads RIFF WAVE: integers of 8, 16, 24 and 32 bits, floats of 32 and 64. Sizes over 4 GiB are as RF64 has them, where
 * the data goes on to the end of the file. A file that was cut off is read as far as it goes.
 */
export function createWavDecoder(): Decoder {
  let held: Uint8Array = new Uint8Array(0);
  let layout: Layout | null = null;
  /** Bytes of the chunk under way: skipped ones, or sound. */
  let skip = 12;
  let dataLeft = 0;
  let isEnded = false;

  const takeHead = (): boolean => {
    if (held.length < CHUNK_HEAD_BYTES) return false;
    const view = new DataView(held.buffer, held.byteOffset);
    const id = String.fromCharCode(...held.subarray(0, 4));
    const length = view.getUint32(4, true);
    if (id === 'data') {
      if (layout === null) throw new AudioError('damaged-audio', 'the WAV file has no format before its data');
      dataLeft = length === UNKNOWN_LENGTH || length === 0 ? Number.POSITIVE_INFINITY : length;
      held = held.subarray(CHUNK_HEAD_BYTES);
      return true;
    }
    if (id === 'fmt ') {
      if (length > FORMAT_MAX_BYTES) throw new AudioError('damaged-audio', 'the WAV file has no readable format');
      if (held.length < CHUNK_HEAD_BYTES + length) return false;
      layout = readFormat(new DataView(held.buffer, held.byteOffset + CHUNK_HEAD_BYTES, length));
    }
    skip = CHUNK_HEAD_BYTES + length + (length % 2);
    return true;
  };
  const takeData = (sound: Layout): Pcm => {
    const frameBytes = sound.sampleBytes * sound.channels;
    const frames = Math.floor(Math.min(held.length, dataLeft) / frameBytes);
    const pcm = readFrames(held, frames, sound);
    held = held.subarray(frames * frameBytes);
    dataLeft -= frames * frameBytes;
    if (dataLeft < frameBytes) {
      isEnded = true;
      held = new Uint8Array(0);
    }
    return pcm;
  };
  return {
    async push(bytes) {
      if (isEnded) return null;
      held = concatBytes(held, bytes);
      while (dataLeft === 0) {
        const skipped = Math.min(skip, held.length);
        held = held.subarray(skipped);
        skip -= skipped;
        if (skip > 0 || !takeHead()) return null;
      }
      return takeData(layout!);
    },
    async finish() {
      if (dataLeft === 0 && !isEnded) throw new AudioError('damaged-audio', 'the WAV file has no sound in it');
      return null;
    },
    free() {},
  };
}

function readFormat(view: DataView): Layout {
  if (view.byteLength < 16) throw new AudioError('damaged-audio', 'the WAV file has no readable format');
  const outer = view.getUint16(0, true);
  const code = outer === EXTENSIBLE && view.byteLength >= 26 ? view.getUint16(24, true) : outer;
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const sampleBytes = view.getUint16(12, true) / channels;
  requireLayout(sampleRate, channels);
  const read = READERS[`${code}:${sampleBytes}`];
  if (read === undefined) {
    throw new AudioError('unsupported-format', 'this kind of WAV file is not read: only PCM, as integers or floats');
  }
  return { sampleRate, channels, sampleBytes, read };
}

/** By code and bytes of a sample. Bytes are unsigned, wider integers signed. */
const READERS: Readonly<Record<string, ReadSample>> = {
  [`${PCM_INTEGER}:1`]: (view, at) => (view.getUint8(at) - 128) / 128,
  [`${PCM_INTEGER}:2`]: (view, at) => view.getInt16(at, true) / 32768,
  [`${PCM_INTEGER}:3`]: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 8388608,
  [`${PCM_INTEGER}:4`]: (view, at) => view.getInt32(at, true) / 2147483648,
  [`${PCM_FLOAT}:4`]: (view, at) => view.getFloat32(at, true),
  [`${PCM_FLOAT}:8`]: (view, at) => view.getFloat64(at, true),
};

function readFrames(bytes: Uint8Array, frames: number, layout: Layout): Pcm {
  const { channels, sampleBytes, sampleRate, read } = layout;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    sampleRate,
    channels: Array.from({ length: channels }, (_, channel) => {
      const samples = new Float32Array(frames);
      let at = channel * sampleBytes;
      for (let i = 0; i < frames; i++, at += sampleBytes * channels) samples[i] = read(view, at);
      return samples;
    }),
  };
}
