import type { Clock, RandomBytes } from '../base/clock.ts';
import type { CliEnv } from '../config/cli-env.ts';
import { type CliIo, EXIT } from './io.ts';

/** Where the terminal does not say how wide it is. */
const USUAL_COLUMNS = 80;

/** The process as a command sees it. A first interrupt ends in order, a second one at once. */
export function createProcessIo(env: CliEnv, clock: Clock, random: RandomBytes): CliIo {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // `touchmark … | head` closes the pipe when it has seen enough.
      if (error.code !== 'EPIPE') throw error;
      process.exit(EXIT.failure);
    });
  }
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    // A terminal that does not know its width says 0.
    columns: process.stderr.columns || USUAL_COLUMNS,
    env,
    clock,
    random,
    signal: interrupted.signal,
    exitCode: EXIT.success,
  };
}
