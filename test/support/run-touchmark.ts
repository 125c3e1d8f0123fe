import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Standard output as one JSON value a line. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  readonly json: any[];
}

export function spawnTouchmark(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): ChildProcess {
  const { TOUCHMARK_SERVER: _server, TOUCHMARK_API_KEY: _key, TOUCHMARK_DATA: _data, ...inherited } = process.env;
  return spawn(process.execPath, [MAIN, ...args], { cwd: folder, env: { ...inherited, ...env } });
}

/** Runs the real program to its end. */
export async function runTouchmark(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Run> {
  const child = spawnTouchmark(folder, args, env);
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
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
