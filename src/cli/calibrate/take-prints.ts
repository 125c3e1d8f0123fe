import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AudioError } from '../../audio/audio-error.ts';
import type { Chromaprint } from '../../audio/chromaprint.ts';
import { DETECT_BYTES, detectFormat } from '../../audio/detect-format.ts';
import type { Pcm } from '../../audio/pcm.ts';
import { createAudioPrinter } from '../../audio/printer.ts';
import { createDecoder } from '../../audio/wasm-decoders.ts';
import { CodedError } from '../../base/coded-error.ts';
import { decodeItems, encodeItems } from '../../proof/fingerprint/items.ts';
import type { Prints } from '../../proof/fingerprint/match.ts';
import { printFile } from '../audio/print-file.ts';
import type { Effect } from './effects.ts';
import type { Transform } from './transforms.ts';

/** Prints with both of them there. */
export interface FullPrints extends Prints {
  readonly bandItems: Uint32Array;
}

/** Seconds of a master that are transformed: the window, and what a trim takes away. */
export const TRANSFORMED_SECONDS = 135;
/** Decoded masters that are held, 50 MB each: one for each job. */
const SOUNDS_MAX = 2;

interface CachedPrints {
  readonly key: string;
  readonly durationMs: number;
  readonly items: string;
  readonly bandItems: string;
}

/** Makes prints, and remembers them in a file: a run that was interrupted goes on where it was. */
export interface PrintTaker {
  readonly hasFfmpeg: boolean;
  /** Prints of a file; null when it cannot be read or is too short. */
  original(path: string): Promise<FullPrints | null>;
  /** Prints of the transformed file; null when nothing is left of it. */
  transformed(path: string, transform: Transform): Promise<FullPrints | null>;
  /** The beginning of a file's sound; null when Touchmark does not decode it itself. */
  decode(path: string): Promise<Pcm | null>;
  print(sound: Pcm): FullPrints | null;
}

export async function createPrintTaker(
  folder: string,
  chromaprint: Chromaprint,
  signal: AbortSignal,
): Promise<PrintTaker> {
  await mkdir(folder, { recursive: true });
  const cacheFile = join(folder, 'prints.jsonl');
  const cached = await readCache(cacheFile);
  const hasFfmpeg = await canRun('ffmpeg', signal);
  /** Of the masters under way: each has several effects in a row. */
  const sounds = new Map<string, Promise<Pcm | null>>();
  const decodeOnce = (path: string): Promise<Pcm | null> => {
    const known = sounds.get(path);
    if (known !== undefined) return known;
    for (const old of [...sounds.keys()].slice(0, sounds.size - SOUNDS_MAX + 1)) sounds.delete(old);
    const sound = decodeStart(path);
    sounds.set(path, sound);
    return sound;
  };

  const remember = async (key: string, take: () => Promise<FullPrints | null>): Promise<FullPrints | null> => {
    const known = cached.get(key);
    if (known !== undefined) return known;
    signal.throwIfAborted();
    const prints = await take().catch((error: unknown) => {
      if (error instanceof CodedError) return null;
      throw error;
    });
    cached.set(key, prints);
    await appendFile(cacheFile, `${JSON.stringify(toCached(key, prints))}\n`);
    return prints;
  };
  const taker: PrintTaker = {
    hasFfmpeg,
    original: (path) => remember(path, async () => requireBoth(await printFile(path, chromaprint, { signal }))),
    transformed: (path, { name, how }) =>
      remember(`${path} ${name}`, async () => {
        if ('effect' in how) {
          const sound = await decodeOnce(path);
          return sound === null ? null : printEffect(sound, how.effect, chromaprint);
        }
        const [extension, args] = 'filter' in how ? ['wav', ['-af', how.filter]] : [how.extension, how.encode];
        return printThroughFfmpeg(path, extension, args, chromaprint, signal);
      }),
    decode: (path) => decodeStart(path),
    print: (sound) => printEffect(sound, (same) => same, chromaprint),
  };
  return taker;
}

function requireBoth(prints: Prints): FullPrints | null {
  const { durationMs, items, bandItems } = prints;
  return bandItems === null ? null : { durationMs, items, bandItems };
}

function printEffect(sound: Pcm, effect: Effect, chromaprint: Chromaprint): FullPrints | null {
  const printer = createAudioPrinter(chromaprint);
  try {
    printer.push(effect(sound));
    return printer.finish();
  } finally {
    printer.free();
  }
}

async function printThroughFfmpeg(
  path: string,
  extension: string,
  args: readonly string[],
  chromaprint: Chromaprint,
  signal: AbortSignal,
): Promise<FullPrints | null> {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-'));
  try {
    const out = join(folder, `out.${extension}`);
    await run(
      'ffmpeg',
      [
        '-nostdin',
        '-v',
        'error',
        '-threads',
        '1',
        '-i',
        path,
        '-map',
        '0:a:0',
        '-t',
        `${TRANSFORMED_SECONDS}`,
        ...args,
        out,
      ],
      signal,
    );
    return requireBoth(await printFile(out, chromaprint, { signal }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function decodeStart(path: string): Promise<Pcm | null> {
  const bytes = new Uint8Array(await readFile(path));
  const format = detectFormat(bytes.subarray(0, DETECT_BYTES));
  if (format === 'mp4' || format === 'unknown') return null;
  const decoder = await createDecoder(format);
  try {
    const parts: Pcm[] = [];
    let samples = 0;
    const step = 65_536;
    for (let at = 0; at < bytes.length; at += step) {
      const part = await decoder.push(bytes.subarray(at, at + step));
      if (part === null) continue;
      parts.push(part);
      samples += part.channels[0]!.length;
      if (samples > TRANSFORMED_SECONDS * part.sampleRate) break;
    }
    return joinSound(parts);
  } finally {
    decoder.free();
  }
}

function joinSound(parts: readonly Pcm[]): Pcm {
  const { sampleRate, channels } = parts[0]!;
  const length = parts.reduce((sum, part) => sum + part.channels[0]!.length, 0);
  const joined = channels.map((_, channel) => {
    const samples = new Float32Array(length);
    let at = 0;
    for (const part of parts) {
      samples.set(part.channels[channel]!, at);
      at += part.channels[channel]!.length;
    }
    return samples.subarray(0, TRANSFORMED_SECONDS * sampleRate);
  });
  return { sampleRate, channels: joined };
}

async function canRun(program: string, signal: AbortSignal): Promise<boolean> {
  return run(program, ['-version'], signal).then(
    () => true,
    () => false,
  );
}

async function run(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const [code] = await once(spawn(program, args, { stdio: 'ignore', signal }), 'close');
  if (code !== 0) throw new AudioError('damaged-audio', `${program} ended with ${code}`);
}

function toCached(key: string, prints: FullPrints | null): CachedPrints {
  if (prints === null) return { key, durationMs: 0, items: '', bandItems: '' };
  const { durationMs, items, bandItems } = prints;
  return { key, durationMs, items: encodeItems(items), bandItems: encodeItems(bandItems) };
}

async function readCache(path: string): Promise<Map<string, FullPrints | null>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.endsWith('}'));
  return new Map(
    lines.map((line) => {
      const { key, durationMs, items, bandItems } = JSON.parse(line) as CachedPrints;
      const prints = { durationMs, items: decodeMany(items), bandItems: decodeMany(bandItems) };
      return [key, items === '' ? null : prints];
    }),
  );
}

function decodeMany(text: string): Uint32Array {
  return text === '' ? new Uint32Array(0) : decodeItems(text);
}
