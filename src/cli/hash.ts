import type { Command } from 'commander';
import { encodeHex } from '../base/hex.ts';
import { hashFile } from './hash-file.ts';
import { type CliIo, EXIT, type ExitCode, reportFailure, showName, worstExitCode, writeJsonLine } from './io.ts';
import { listFiles } from './list-files.ts';
import { createProgress } from './progress.ts';

interface HashOptions {
  readonly recursive?: true;
  readonly sha512?: true;
  readonly json?: true;
  readonly quiet?: true;
}

export function registerHash(program: Command, io: CliIo): void {
  program
    .command('hash')
    .description('print the SHA-256 of files; nothing leaves this machine')
    .argument('<path...>', 'files; folders too with -r')
    .option('-r, --recursive', 'take every file below a folder')
    .option('--sha512', 'print the SHA-512 instead')
    .option('--json', 'one line of JSON a file, with both digests')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExample:\n  touchmark hash photo.jpg\n\nExit codes: 0 all hashed, 1 a file failed, 3 wrong usage.',
    )
    .action(async (paths: string[], options: HashOptions) => {
      io.exitCode = await hash(paths, options, io);
    });
}

async function hash(paths: readonly string[], options: HashOptions, io: CliIo): Promise<ExitCode> {
  const files = await Array.fromAsync(listFiles(paths, options.recursive === true));
  const progress = createProgress(io, !options.json && !options.quiet);
  const codes: ExitCode[] = [];
  for (const [index, listed] of files.entries()) {
    const file = listed.path;
    try {
      if ('failure' in listed) throw listed.failure;
      const { size, digests } = await hashFile(file, ['sha256', 'sha512'], {
        signal: io.signal,
        onBytes: (done, total) => progress.update(file, index, files.length, done, total),
      });
      progress.clear();
      const sha256 = encodeHex(digests.sha256);
      const sha512 = encodeHex(digests.sha512);
      if (options.json) writeJsonLine(io, { file, ok: true, size, sha256, sha512 });
      else io.out(`${options.sha512 ? sha512 : sha256}  ${showName(file)}\n`);
    } catch (failure) {
      progress.clear();
      reportFailure(io, file, failure, options.json === true);
      codes.push(EXIT.failure);
    }
  }
  return worstExitCode(codes);
}
