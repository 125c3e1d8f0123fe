import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Command } from 'commander';
import { CodedError } from '../base/coded-error.ts';
import { type AnchorResult, anchorFiles } from './anchor-files.ts';
import { FileError, toFileError, withFileErrors } from './file-error.ts';
import { type CliIo, describeError, EXIT, type ExitCode, showName, worstExitCode, writeJsonLine } from './io.ts';
import { listFiles } from './list-files.ts';
import { parseCount } from './option-values.ts';
import { addServerOptions, type ChosenServer, chooseServer, type ServerOptions } from './server-options.ts';
import { readWatchState, type WatchedFile, writeWatchState } from './watch-state.ts';

interface Options extends ServerOptions {
  readonly settleSeconds: number;
  readonly rescanSeconds: number;
  readonly withNames?: true;
  readonly once?: true;
  readonly json?: true;
}

/** A burst of changes is looked at together. */
const BURST_MS = 250;

export function registerWatch(program: Command, io: CliIo): void {
  addServerOptions(program.command('watch'))
    .description('anchor the files of a folder, and new and changed ones as they come, until interrupted')
    .argument('<folder>', 'watched with everything below it')
    .option('--settle-seconds <n>', 'anchor a file once it has not changed for so long', parseCount, 2)
    .option('--rescan-seconds <n>', 'look at everything this often, should the system miss a change', parseCount, 60)
    .option('--with-names', 'give the file names to the server, readable for whoever has the receipt id')
    .option('--once', 'anchor what is there and settled, and end')
    .option('--json', 'one line of JSON a file')
    .addHelpText(
      'after',
      `
What was anchored is remembered in FOLDER/.touchmark-watch.json. The receipt of an earlier version of a file is kept
under its id: photo.jpg.<id>.touchmark.json.

Example:
  touchmark watch recordings/

Exit codes: 0 ended by an interrupt, 1 the folder or (with --once) a file failed, 3 wrong usage.`,
    )
    .action(async (folder: string, options: Options) => {
      io.exitCode = await watch(folder, options, io);
    });
}

async function watch(folder: string, options: Options, io: CliIo): Promise<ExitCode> {
  const server = await chooseServer(options, io);
  const isFolder = (await withFileErrors(() => stat(folder))).isDirectory();
  if (!isFolder) throw new FileError('no-such-file', `${showName(folder)} is not a folder`);
  const watcher = new FolderWatch(folder, server, options, io);
  await watcher.load();
  if (options.once) return (await watcher.pass()).code;

  const changes = new ChangeSignal();
  using _notifier = openNotifier(folder, changes, io);
  if (!options.json) io.err(`touchmark: watching ${showName(folder)}; interrupt to end\n`);
  while (!io.signal.aborted) {
    const { hasUnsettled } = await watcher.pass();
    const pauseMs = 1000 * (hasUnsettled ? options.settleSeconds : options.rescanSeconds);
    await changes.wait(pauseMs, io);
  }
  return EXIT.success;
}

interface Seen {
  readonly size: number;
  readonly modifiedMs: number;
  /** When it was first seen like this. */
  readonly sinceMs: number;
}

class FolderWatch {
  readonly #folder: string;
  readonly #server: ChosenServer;
  readonly #options: Options;
  readonly #io: CliIo;
  #anchored = new Map<string, WatchedFile>();
  #seen = new Map<string, Seen>();
  readonly #refused = new Map<string, Seen>();

  constructor(folder: string, server: ChosenServer, options: Options, io: CliIo) {
    this.#folder = folder;
    this.#server = server;
    this.#options = options;
    this.#io = io;
  }

  async load(): Promise<void> {
    this.#anchored = await readWatchState(this.#folder);
  }

  /** Anchors every file that is new or changed and has settled. A file that failed is tried again when it changes. */
  async pass(): Promise<{ code: ExitCode; hasUnsettled: boolean }> {
    const io = this.#io;
    const settled: { path: string }[] = [];
    const codes: ExitCode[] = [];
    let hasUnsettled = false;
    const present = new Map<string, Seen>();
    for await (const listed of listFiles([this.#folder], true)) {
      if ('failure' in listed) continue;
      const seen = await this.#look(listed.path);
      if (seen === null) continue;
      present.set(listed.path, seen);
      if (isSame(this.#anchored.get(this.#key(listed.path)), seen) || isSame(this.#refused.get(listed.path), seen)) continue;
      const quietMs = io.clock.now() - Math.max(seen.sinceMs, this.#options.once ? 0 : seen.sinceMs);
      const isSettled = this.#options.once ? this.#isOld(seen) : quietMs >= 1000 * this.#options.settleSeconds;
      if (isSettled) settled.push({ path: listed.path });
      else hasUnsettled = true;
    }
    this.#seen = present;
    if (settled.length > 0) codes.push(await this.#anchor(settled));
    return { code: worstExitCode(codes), hasUnsettled };
  }
}
