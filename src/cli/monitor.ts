import type { Command } from 'commander';
import type { CodedError } from '../base/coded-error.ts';
import { verifyEd25519 } from '../config/ed25519.ts';
import { MonitorError, type Observation, observeLog } from '../core/log/monitor.ts';
import { LogSourceError, openLogSource } from '../net/log-source.ts';
import type { LogTrust } from '../proof/note/checkpoint.ts';
import { NoteError } from '../proof/note/error.ts';
import { parseVerifierKey, type VerifierKey } from '../proof/note/verifier-key.ts';
import { type CliIo, describeError, EXIT, type ExitCode, showName, UsageError, writeJsonLine } from './io.ts';
import { type MonitorState, readMonitorState, writeMonitorState } from './monitor-state.ts';
import { parseCount, parseUrl } from './option-values.ts';
import { writeFileAtomically } from './write-file.ts';

interface Options {
  readonly vkey?: readonly string[];
  readonly state: string;
  readonly interval: number;
  readonly once?: true;
  readonly json?: true;
}

export function registerMonitor(program: Command, io: CliIo): void {
  program
    .command('monitor')
    .description('follow a public log, and check that it only grows and shows everybody the same')
    .argument('<url>', 'the prefix of the log: of a Touchmark server, its address and /log', parseUrl)
    .option('--vkey <key...>', "the log's verifier key, and those of its witnesses: name+id+key")
    .option('--state <file>', 'what was seen of the log so far', 'touchmark-monitor.json')
    .option('--interval <seconds>', 'how often to look', parseCount, 60)
    .option('--once', 'look once, and end')
    .option('--json', 'one line of JSON a look')
    .addHelpText(
      'after',
      `
Any log of the form C2SP tlog-tiles will do. Without --vkey the key is asked of the log at the first use, shown, and
kept: compare it with what the operator publishes elsewhere. When two checkpoints contradict each other, both are kept
beside the state file: together they prove it to anybody.

Example:
  touchmark monitor https://touchmark.example.com/log --state log.json

Exit codes: 0 all holds (or ended by an interrupt), 1 the log is not what it was, 3 wrong usage, 4 could not be checked.`,
    )
    .action(async (url: string, options: Options) => {
      io.exitCode = await monitor(url, options, io);
    });
}

async function monitor(url: string, options: Options, io: CliIo): Promise<ExitCode> {
  await using source = openLogSource(url);
  let state = await readMonitorState(options.state);
  if (state !== null && options.vkey !== undefined && !state.keys.includes(options.vkey[0]!)) {
    throw new UsageError(`${showName(options.state)} is about the key ${state.keys[0]}: name another --state`);
  }
  for (;;) {
    try {
      state ??= await begin(options, () => source.readKeys(), io);
      const trust = trustOf(state.keys);
      const observation = await observeLog({
        source,
        trust,
        verify: verifyEd25519,
        remembered: state.note === null ? null : new TextEncoder().encode(state.note),
        onProgress: (entries) => {
          if (io.isTerminal) io.err(`\r${entries} entries checked`);
        },
      });
      state = { ...state, note: new TextDecoder().decode(observation.note) };
      await writeMonitorState(options.state, state, io.random);
      report(observation, trust, options, io);
    } catch (error) {
      if (error instanceof MonitorError) return await refuse(error, state!, options, io);
      if (!(error instanceof LogSourceError)) throw error;
      reportFailure(error, options, io);
      if (options.once) return EXIT.cannotCheck;
    }
    if (options.once) return EXIT.success;
    await io.clock.sleep(1000 * options.interval, io.signal);
    if (io.signal.aborted) return EXIT.success;
  }
}

/** The keys are written down before anything is believed by them. */
async function begin(options: Options, askKeys: () => Promise<string>, io: CliIo): Promise<MonitorState> {
  const given = options.vkey;
  const keys = given ?? (await askKeys()).trim().split('\n');
  trustOf(keys);
  if (given === undefined) {
    io.err(`touchmark: the log says that its key is ${keys[0]}; it is believed from now on\n`);
  }
  const state = { keys, note: null };
  await writeMonitorState(options.state, state, io.random);
  return state;
}

function trustOf(texts: readonly string[]): LogTrust {
  const keys = texts.map(parseKey);
  const logKeys = keys.filter(({ type }) => type === 'ed25519');
  const [log] = logKeys;
  if (log === undefined) throw new UsageError('none of the keys is one of a log');
  return { origin: log.name, logKeys, witnessKeys: keys.filter(({ type }) => type === 'cosignature') };
}

function parseKey(text: string): VerifierKey {
  try {
    return parseVerifierKey(text);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new UsageError(`${showName(text)} is not a verifier key: ${error.message}`);
  }
}

async function refuse(error: MonitorError, state: MonitorState, options: Options, io: CliIo): Promise<ExitCode> {
  if (io.isTerminal) io.err('\n');
  reportFailure(error, options, io);
  if (error.evidence !== null && state.note !== null) {
    const [older, newer] = [`${options.state}.older.note`, `${options.state}.newer.note`];
    await writeFileAtomically(older, state.note, io.random);
    await writeFileAtomically(newer, error.evidence, io.random);
    io.err(`touchmark: what was seen before and now is kept: ${showName(older)}, ${showName(newer)}\n`);
  }
  return EXIT.failure;
}

function reportFailure(error: CodedError, options: Options, io: CliIo): void {
  const described = describeError(error);
  if (options.json)
    writeJsonLine(io, { outcome: error instanceof MonitorError ? 'refused' : 'cannot-check', ...described });
  else io.err(`touchmark: ${described.message}\n`);
}

function report({ seen, newEntries }: Observation, { origin }: LogTrust, options: Options, io: CliIo): void {
  const { size } = seen.checkpoint;
  const cosigned = seen.cosignatures.map(({ key, timestamp }) => ({
    by: key.name,
    at: timestamp === null ? null : new Date(1000 * timestamp).toISOString(),
  }));
  if (options.json) {
    writeJsonLine(io, { outcome: 'consistent', origin, size, new_entries: newEntries, cosigned });
    return;
  }
  if (io.isTerminal && newEntries > 0) io.err('\n');
  const by = cosigned.map(({ by, at }) => `, ${by} ${at}`).join('');
  io.out(`${origin}: ${size} entries, ${newEntries} new, consistent${by}\n`);
}
