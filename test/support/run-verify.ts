import { join } from 'node:path';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import type { CliIo } from '../../src/cli/io.ts';
import { runProgram } from '../../src/cli/run.ts';
import { registerVerify } from '../../src/cli/verify.ts';
import { readCliEnv } from '../../src/config/cli-env.ts';

const ABOUT = { name: 'touchmark', description: '', version: '0.0.0' };

/**
 * `touchmark verify` in this process, as if it ran in `folder`: names of files are those arguments that end like one. A
 * program of its own for each case takes a minute.
 */
export async function runVerify(
  folder: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const output = { out: '', err: '' };
  const io: CliIo = {
    out: (text) => {
      output.out += text;
    },
    err: (text) => {
      output.err += text;
    },
    isTerminal: false,
    columns: 80,
    env: readCliEnv({ TOUCHMARK_DATA: folder }),
    clock: systemClock,
    random: systemRandom,
    signal: new AbortController().signal,
    exitCode: 0,
  };
  const paths = args.map((arg) => (/\.[a-z0-9]+$/.test(arg) ? join(folder, arg) : arg));
  const code = await runProgram(ABOUT, [registerVerify], ['verify', ...paths], io);
  return { code, ...output };
}
