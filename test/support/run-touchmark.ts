import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { UNOPTIMISED_WASM } from './unoptimised-wasm.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/touchmark.mjs');

/** A program that runs longer than the slowest test needs hangs. */
const RUN_TIMEOUT_MS = 270_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
// How the test runner ends a file that takes too long.
process.once('SIGTERM', () => process.exit(1));

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Standard output as one JSON value a line. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  readonly json: any[];
}

/** Starts the real program as a user would; it never outlives this process. Of its settings only `env` holds. */
export function spawnTouchmark(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  program = PROGRAM,
): ChildProcess {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('TOUCHMARK_') && !['HOST', 'PORT', 'DATABASE_URL'].includes(name),
  );
  const child = spawn(process.execPath, [UNOPTIMISED_WASM, program, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), ...env },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Runs the real program to its end. */
export async function runTouchmark(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  program = PROGRAM,
): Promise<Run> {
  const child = spawnTouchmark(folder, args, env, program);
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_TIMEOUT_MS);
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  clearTimeout(timer);
  return {
    code,
    out,
    err,
    get json() {
      return out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
  };
}
