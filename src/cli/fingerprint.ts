import type { Command } from 'commander';
import { encodeHex } from '../base/hex.ts';
import { encodeItems } from '../proof/fingerprint/items.ts';
import type { PrintedFile } from './audio/print-file.ts';
import { type CliIo, EXIT, type ExitCode, reportFailure, showName, worstExitCode, writeJsonLine } from './io.ts';
import { listFiles } from './list-files.ts';
import { createProgress } from './progress.ts';

interface FingerprintOptions {
  readonly recursive?: true;
  readonly json?: true;
  readonly quiet?: true;
}

export function registerFingerprint(program: Command, io: CliIo): void {
  program
    .command('fingerprint')
    .description('print digest, duration and both fingerprints of recordings; nothing leaves this machine')
    .argument('<path...>', 'audio files; folders too with -r')
    .option('-r, --recursive', 'take every audio file below a folder')
    .option('--json', 'one line of JSON a file, as verify-audio takes it')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      `
Reads WAV, FLAC, MP3, Ogg Vorbis and Opus itself; MP4 (m4a) needs ffmpeg or fpcalc on the path. The fingerprints are of
the first 120 seconds, the digest is of the whole file.

Example:
  touchmark fingerprint -r --json album/

Exit codes: 0 all printed, 1 a file failed, 3 wrong usage.`,
    )
    .action(async (paths: string[], options: FingerprintOptions) => {
      io.exitCode = await fingerprint(paths, options, io);
    });
}

async function fingerprint(paths: readonly string[], options: FingerprintOptions, io: CliIo): Promise<ExitCode> {
  const { printFile } = await import('./audio/print-file.ts');
  const { loadInstalledChromaprint } = await import('./audio/load-chromaprint.ts');
  const chromaprint = await loadInstalledChromaprint();
  const listed = await Array.fromAsync(listFiles(paths, options.recursive === true));
  // Below a folder there are covers and booklets; a file that is named is meant.
  const files = listed.filter((entry) => 'failure' in entry || paths.includes(entry.path) || isAudioName(entry.path));
  const progress = createProgress(io, !options.json && !options.quiet);
  const codes: ExitCode[] = [];
  for (const [index, entry] of files.entries()) {
    const file = entry.path;
    try {
      if ('failure' in entry) throw entry.failure;
      const printed = await printFile(file, chromaprint, {
        signal: io.signal,
        onBytes: (done, total) => progress.update(file, index, files.length, done, total),
      });
      progress.clear();
      if (options.json) writeJsonLine(io, { file, ok: true, ...describe(printed) });
      else io.out(formatText(file, printed));
    } catch (failure) {
      progress.clear();
      reportFailure(io, file, failure, options.json === true);
      codes.push(EXIT.failure);
    }
  }
  if (files.length === 0) io.err('touchmark: there is no audio file\n');
  return worstExitCode(codes);
}

function isAudioName(path: string): boolean {
  return /\.(?:wav|wave|flac|mp3|ogg|oga|opus|m4a|mp4|aac)$/i.test(path);
}

function describe({ sha256, durationMs, items, bandItems }: PrintedFile) {
  return {
    sha256: encodeHex(sha256),
    duration_ms: durationMs,
    algorithm: 'chromaprint',
    fingerprint: encodeItems(items),
    ...(bandItems !== null && { fingerprint2: encodeItems(bandItems) }),
  };
}

function formatText(file: string, printed: PrintedFile): string {
  const { sha256, duration_ms, fingerprint, fingerprint2 } = describe(printed);
  const lines = [
    showName(file),
    `  sha256        ${sha256}`,
    `  duration_ms   ${duration_ms}`,
    `  fingerprint   ${fingerprint}`,
    `  fingerprint2  ${fingerprint2 ?? 'none: only fpcalc could read the file'}`,
  ];
  return `${lines.join('\n')}\n`;
}
