import { cutStart, type Effect, gain, invertPhase, keepLeft, leadIn, mixDown, noise } from './effects.ts';

/**
 * How much is asked of a transform. `required`: what services do to what they serve; none may be missed. `mild` and
 * `hard`: reported. `altered`: another tempo or pitch, which should not be a plain match. `refused`: no fingerprint can decide.
 */
export type TransformClass = 'required' | 'mild' | 'hard' | 'altered' | 'refused';

export interface Transform {
  readonly name: string;
  readonly class: TransformClass;
  readonly how: How;
}

type How =
  | { readonly effect: Effect }
  /** Through an encoder of ffmpeg, and back through the decoders of Touchmark. */
  | { readonly encode: readonly string[]; readonly extension: string }
  /** Through filters of ffmpeg. */
  | { readonly filter: string };

const encode = (extension: string, ...args: readonly string[]) => ({ encode: args, extension });

/** In the order of the report. */
export const TRANSFORMS: readonly Transform[] = [
  { name: 'mp3 320', class: 'required', how: encode('mp3', '-c:a', 'libmp3lame', '-b:a', '320k') },
  { name: 'mp3 128', class: 'required', how: encode('mp3', '-c:a', 'libmp3lame', '-b:a', '128k') },
  { name: 'mp3 64', class: 'required', how: encode('mp3', '-c:a', 'libmp3lame', '-b:a', '64k') },
  { name: 'aac 128', class: 'required', how: encode('m4a', '-c:a', 'aac', '-b:a', '128k') },
  { name: 'aac 64', class: 'required', how: encode('m4a', '-c:a', 'aac', '-b:a', '64k') },
  { name: 'opus 96', class: 'required', how: encode('opus', '-c:a', 'libopus', '-b:a', '96k') },
  { name: 'opus 32', class: 'required', how: encode('opus', '-c:a', 'libopus', '-b:a', '32k') },
  { name: 'vorbis q3', class: 'required', how: encode('ogg', '-c:a', 'libvorbis', '-q:a', '3') },
  { name: '22 kHz', class: 'required', how: encode('flac', '-ar', '22050', '-compression_level', '0') },
  { name: 'mono', class: 'required', how: { effect: mixDown } },
  { name: '-6 dB', class: 'required', how: { effect: gain(-6) } },
  { name: 'trim 1 s', class: 'required', how: { effect: cutStart(1) } },
  { name: 'trim 5 s', class: 'required', how: { effect: cutStart(5) } },
  { name: 'lead-in 3 s', class: 'required', how: { effect: leadIn(3) } },
  { name: 'noise 20 dB', class: 'required', how: { effect: noise(20) } },
  { name: 'noise 10 dB', class: 'mild', how: { effect: noise(10) } },
  { name: '+12 dB, clipped', class: 'mild', how: { effect: gain(12) } },
  {
    name: 'compressor',
    class: 'mild',
    how: { filter: 'acompressor=threshold=0.06:ratio=6:attack=5:release=80:makeup=3' },
  },
  { name: 'bass +6, treble -6', class: 'mild', how: { filter: 'bass=g=6,treble=g=-6' } },
  {
    name: 'trim, filters, 22 kHz mono mp3 64',
    class: 'mild',
    how: encode(
      'mp3',
      ...['-af', 'atrim=start=0.73,highpass=f=80,lowpass=f=9000,acompressor=ratio=3'],
      ...['-ac', '1', '-ar', '22050', '-c:a', 'libmp3lame', '-b:a', '64k'],
    ),
  },
  { name: 'left channel only', class: 'hard', how: { effect: keepLeft } },
  { name: 'echo', class: 'hard', how: { filter: 'aecho=0.8:0.7:60|113|190:0.5|0.4|0.3' } },
  {
    name: 'phone 300-3400 Hz',
    class: 'hard',
    how: { filter: 'highpass=f=300:p=2,highpass=f=300,lowpass=f=3400,lowpass=f=3400' },
  },
  { name: 'tempo +1 %', class: 'altered', how: { filter: 'atempo=1.01' } },
  { name: 'tempo -1 %', class: 'altered', how: { filter: 'atempo=0.99' } },
  { name: 'tempo +3 %', class: 'altered', how: { filter: 'atempo=1.03' } },
  { name: 'speed +1 %', class: 'altered', how: { filter: 'aresample=44100,asetrate=44541,aresample=44100' } },
  {
    name: 'pitch +1 semitone',
    class: 'altered',
    how: { filter: 'aresample=44100,asetrate=46722,aresample=44100,atempo=0.943874' },
  },
  { name: 'phase inverted', class: 'refused', how: { effect: invertPhase } },
];
