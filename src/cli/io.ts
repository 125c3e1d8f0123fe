import type { Clock, RandomBytes } from '../base/clock.ts';
import { CodedError } from '../base/coded-error.ts';
import type { CliEnv } from '../config/cli-env.ts';

/** What the program says to the shell; docs/operations/cli.md. */
export const EXIT = { success: 0, failure: 1, pending: 2, usage: 3, cannotCheck: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Everything a command touches besides files and the network. */
export interface CliIo {
  /** Results. */
  readonly out: (text: string) => void;
  /** Progress, hints and errors. */
  readonly err: (text: string) => void;
  /** Whether a person watches `err`. */
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal. */
  readonly columns: number;
  readonly env: CliEnv;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal;
  /** Set by the command that ran. */
  exitCode: ExitCode;
}

/** The command cannot be carried out as it was given. The message says what to do instead. */
export class UsageError extends CodedError<'usage'> {
  constructor(message: string) {
    super('usage', message);
  }
}

/** The code for several results: one failure fails all, and an undecided one is worse than a pending one. */
export function worstExitCode(codes: Iterable<ExitCode>): ExitCode {
  const all = new Set(codes);
  const order = [EXIT.usage, EXIT.failure, EXIT.cannotCheck, EXIT.pending];
  return order.find((code) => all.has(code)) ?? EXIT.success;
}

/**
 * A file name as it may be shown: one that a terminal or a reader could misunderstand (line breaks, escape sequences,
 * invisible or direction-changing characters, spaces at the ends) is quoted.
 */
export function showName(name: string): string {
  const isPlain = /^[^\s"']/.test(name) && !/\s$/.test(name) && !/[\p{C}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(name);
  if (isPlain) return name;
  return JSON.stringify(name).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** One result as one line of JSON. */
export function writeJsonLine(io: CliIo, value: unknown): void {
  io.out(`${JSON.stringify(value)}\n`);
}

/** Says why a file failed: a line of JSON, or a sentence for people. Returns the code. */
export function reportFailure(io: CliIo, file: string, failure: unknown, isJson: boolean): string {
  const { error, message } = describeError(failure);
  if (isJson) writeJsonLine(io, { file, ok: false, error, message });
  else io.err(`touchmark: ${showName(file)}: ${message}\n`);
  return error;
}

/** The parts of an error that a user sees. Anything without a code is a defect and is not hidden. */
export function describeError(error: unknown): { readonly error: string; readonly message: string } {
  if (error instanceof CodedError) return { error: error.code, message: error.message };
  throw error;
}
