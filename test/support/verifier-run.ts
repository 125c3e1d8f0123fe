import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a verifier is asked: arguments of its command line, with `--json` among them, and the folder it runs in. */
export interface VerifierCase {
  readonly cwd: string;
  readonly args: readonly string[];
}

export interface VerifierRun {
  readonly code: number;
  /** Lines of JSON. */
  readonly verdicts: readonly Verdict[];
  readonly err: string;
}

/** What verdicts of every kind have, as programs print it. */
export interface Verdict {
  readonly outcome: string;
  /** Of a receipt, a proof or a bundle. */
  readonly trust?: string | null;
  /** Of a receipt or a proof. */
  readonly attestedTime?: number | null;
  readonly steps: readonly { readonly part?: string; readonly step: string; readonly ok: boolean | null }[];
}

/** The code that a program ends with, by the outcome of all it was asked about. */
export const EXIT_CODES: Readonly<Record<string, number>> = {
  ...{ verified: 0, altered: 1, invalid: 1, revoked: 1, pending: 2, 'cannot-check': 4, 'self-asserted': 4 },
};

/** Part and step of the first that failed, null when none did. */
export function failedStepOf({ steps }: Pick<Verdict, 'steps'>): string | null {
  const failed = steps.find(({ ok }) => ok === false);
  if (failed === undefined) return null;
  return failed.part === undefined ? failed.step : `${failed.part}/${failed.step}`;
}

/** Runs a program that reads JSON and prints JSON, while this process goes on. */
export async function runJson(command: string, args: readonly string[], input: unknown): Promise<unknown> {
  const child = spawn(command, args);
  child.stdin.on('error', () => {}); // It ended before it had read all: it says why.
  child.stdin.end(JSON.stringify(input));
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out);
}
