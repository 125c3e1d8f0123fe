import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { AudioError } from '../../audio/audio-error.ts';
import type { Chromaprint } from '../../audio/chromaprint.ts';
import { createPrinting } from '../../audio/print-sound.ts';
import type { AudioPrints } from '../../audio/printer.ts';
import { createWavDecoder } from '../../audio/wav.ts';

type ExternalPrints = Omit<AudioPrints, 'bandItems'> & { readonly bandItems: Uint32Array | null };

/** No recording takes so long to decode; a program that hangs does. */
const TIMEOUT_MS = 30 * 60 * 1000;
/** What fpcalc says of a file: 948 numbers and some words. */
const FPCALC_MAX_BYTES = 1024 * 1024;
/** fpcalc 1.5 on FFmpeg 5 ends with 3 whenever it has read a file to its end, with a whole answer. */
const FPCALC_GOOD_CODES = new Set([0, 3]);

/**
 * Prints a file by the programs of the machine: ffmpeg, which only decodes it, else fpcalc, which makes no band print.
 * Errors: AudioError.
 */
export async function printExternally(
  path: string,
  chromaprint: Chromaprint,
  signal: AbortSignal,
): Promise<ExternalPrints> {
  const prints = (await printByFfmpeg(path, chromaprint, signal)) ?? (await printByFpcalc(path, signal));
  if (prints !== null) return prints;
  throw new AudioError('needs-ffmpeg', 'this format needs ffmpeg or fpcalc, and neither is on the path');
}

/** Null when there is no ffmpeg. */
async function printByFfmpeg(path: string, chromaprint: Chromaprint, signal: AbortSignal): Promise<AudioPrints | null> {
  const child = start('ffmpeg', [...FFMPEG_ARGS, '-i', `file:${path}`, '-map', '0:a:0', '-f', 'wav', 'pipe:1'], signal);
  using printing = createPrinting(createWavDecoder(), chromaprint);
  const ended = endOf(child, signal);
  for await (const bytes of child.stdout) await printing.push(bytes);
  const code = await ended;
  if (code === 'missing') return null;
  if (code !== 0) throw new AudioError('damaged-audio', 'ffmpeg cannot decode the file');
  return await printing.finish();
}

/** Only the file that is named: no playlist in it may make ffmpeg open another file or an address. */
const FFMPEG_ARGS = ['-nostdin', '-v', 'quiet', '-protocol_whitelist', 'file,pipe'];

/** Null when there is no fpcalc. */
async function printByFpcalc(path: string, signal: AbortSignal): Promise<ExternalPrints | null> {
  const child = start('fpcalc', ['-raw', '-json', path.startsWith('-') ? `./${path}` : path], signal);
  const ended = endOf(child, signal);
  let text = '';
  for await (const bytes of child.stdout) {
    text += bytes;
    if (text.length > FPCALC_MAX_BYTES) child.kill('SIGKILL');
  }
  const code = await ended;
  if (code === 'missing') return null;
  const answer = FPCALC_GOOD_CODES.has(code) ? parseFpcalc(text) : null;
  if (answer === null) throw new AudioError('damaged-audio', 'fpcalc cannot read the file');
  return answer;
}

function parseFpcalc(text: string): ExternalPrints | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return null;
  }
  const { duration, fingerprint } = (answer ?? {}) as { duration?: unknown; fingerprint?: unknown };
  if (typeof duration !== 'number' || !Array.isArray(fingerprint)) return null;
  return {
    durationMs: Math.round(duration * 1000),
    items: Uint32Array.from(fingerprint, (item: unknown) => Number(item) >>> 0),
    bandItems: null,
  };
}

type Child = ChildProcessByStdio<null, Readable, null>;

function start(program: string, args: readonly string[], signal: AbortSignal): Child {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], signal: ends, killSignal: 'SIGKILL' });
}

/** The exit code, or `missing` when there is no such program. Rejects when the user interrupts. */
function endOf(child: Child, signal: AbortSignal): Promise<number | 'missing'> {
  const ended = once(child, 'close').then(
    ([code]) => (code ?? -1) as number,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'missing' as const;
      signal.throwIfAborted();
      return -1;
    },
  );
  // It may end before the sound is read to its end; who waits for it then is told all the same.
  ended.catch(() => {});
  return ended;
}
