import { OPERATOR_COMMANDS } from './app/commands/index.ts';
import { systemClock, systemRandom } from './app/system.ts';
import { VERSION } from './app/version.ts';
import { createProcessIo } from './cli/process-io.ts';
import { COMMANDS } from './cli/program.ts';
import { runProgram } from './cli/run.ts';
import { readCliEnv } from './config/cli-env.ts';
import { readEnv } from './config/env.ts';

const about = {
  name: 'touchmark',
  description: 'Anchors digests of works in Bitcoin, and verifies the proofs without anybody’s help.',
  version: VERSION,
};
process.exitCode = await runProgram(
  about,
  [...COMMANDS, ...OPERATOR_COMMANDS],
  process.argv.slice(2),
  createProcessIo(readCliEnv(readEnv()), systemClock, systemRandom),
);
