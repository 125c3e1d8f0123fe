import { systemClock, systemRandom } from './app/system.ts';
import { registerHeaders } from './cli/headers.ts';
import { registerInfo } from './cli/info.ts';
import { createProcessIo } from './cli/process-io.ts';
import { runProgram } from './cli/run.ts';
import { registerVerify } from './cli/verify.ts';
import { readCliEnv } from './config/cli-env.ts';
import { readEnv } from './config/env.ts';

/** Entry of the verifier that is built into one file: what can be checked without a Touchmark server. */
const about = {
  name: 'touchmark-verify',
  description: 'Checks proofs of Touchmark and OpenTimestamps against Bitcoin. Asks no Touchmark server.',
  version: '1',
};
const COMMANDS = ['verify', 'info', 'headers', 'help', '-h', '--help', '-V', '--version'];
const args = process.argv.slice(2);

process.exitCode = await runProgram(
  about,
  [registerVerify, registerInfo, registerHeaders],
  args.length === 0 || COMMANDS.includes(args[0]!) ? args : ['verify', ...args],
  createProcessIo(readCliEnv(readEnv()), systemClock, systemRandom),
);
