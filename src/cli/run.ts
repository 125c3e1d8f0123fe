import { Command, CommanderError } from 'commander';
import { CodedError } from '../base/coded-error.ts';
import { ChainError } from '../proof/bitcoin/chain-error.ts';
import { type CliIo, EXIT, type ExitCode, UsageError } from './io.ts';

/** Adds one command to the program; how it ends is put into `io.exitCode`. */
export type RegisterCommand = (program: Command, io: CliIo) => void;

/**
 * Runs the command that `args` names, out of `commands`. Never throws for what a user or the world does wrong: that is
 * told on `io.err`, and in the code.
 */
export async function runProgram(
  about: { readonly name: string; readonly description: string; readonly version: string },
  commands: readonly RegisterCommand[],
  args: readonly string[],
  io: CliIo,
): Promise<ExitCode> {
  const program = new Command(about.name)
    .description(about.description)
    .version(about.version)
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(add --help for what it takes; put -- before a file name that starts with a dash)')
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 not verified or failed, 2 pending, 3 wrong usage, 4 could not be checked.',
    );
  for (const register of commands) register(program, io);
  try {
    await program.parseAsync(args, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
    if (io.signal.aborted) {
      io.err(`${about.name}: interrupted\n`);
      return EXIT.failure;
    }
    if (!(error instanceof CodedError)) throw error;
    io.err(`${about.name}: ${error.message}\n`);
    if (error instanceof UsageError) return EXIT.usage;
    return error instanceof ChainError ? EXIT.cannotCheck : EXIT.failure;
  }
}
