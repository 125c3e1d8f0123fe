import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import type { Command } from 'commander';
import { CodedError } from '../base/coded-error.ts';
import { encodeHex } from '../base/hex.ts';
import { TouchmarkClientError } from '../net/touchmark-client.ts';
import { type AnchorResult, anchorFiles } from './anchor-files.ts';
import { FileError, toFileError, withFileErrors } from './file-error.ts';
import {
  type CliIo,
  EXIT,
  type ExitCode,
  reportFailure,
  showName,
  UsageError,
  worstExitCode,
  writeJsonLine,
} from './io.ts';
import { isOwnName, listFiles } from './list-files.ts';
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
const BURST_MS = 1_000;
/** What is done is written down after so many files, so that an interrupted run of many does not start over. */
const STATE_EVERY = 500;

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
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) {
    throw new UsageError(`${showName(folder)} is no folder that can be read; \`touchmark anchor\` takes files`);
  }
  const settleMs = 1000 * options.settleSeconds;
  const watched = new WatchedFolder(folder, settleMs, server, options, io);
  await watched.load();
  if (options.once) {
    await watched.pass();
    await io.clock.sleep(settleMs, io.signal);
    return (await watched.pass()).code;
  }
  using changes = new ChangeListener(folder, io);
  if (!options.json) io.err(`touchmark: watching ${showName(folder)}; interrupt to end\n`);
  while (!io.signal.aborted) {
    const { hasUnsettled } = await watched.pass();
    await changes.wait(hasUnsettled ? settleMs : 1000 * options.rescanSeconds);
  }
  return EXIT.success;
}

/** How a file looked, and since when it has looked so. */
interface Look {
  readonly size: number;
  readonly modifiedMs: number;
  readonly sinceMs: number;
}

class WatchedFolder {
  readonly #folder: string;
  readonly #settleMs: number;
  readonly #server: ChosenServer;
  readonly #options: Options;
  readonly #io: CliIo;
  /** By path below the folder. */
  #anchored: Map<string, WatchedFile> = new Map();
  /** By path, like what follows. */
  #looks: Map<string, Look> = new Map();
  /** Files that could not be anchored as they are. */
  readonly #refused: Map<string, Look> = new Map();

  constructor(folder: string, settleMs: number, server: ChosenServer, options: Options, io: CliIo) {
    this.#folder = folder;
    this.#settleMs = settleMs;
    this.#server = server;
    this.#options = options;
    this.#io = io;
  }

  async load(): Promise<void> {
    this.#anchored = await readWatchState(this.#folder);
  }

  /** Looks at everything, and anchors what is new or changed and has settled. */
  async pass(): Promise<{ code: ExitCode; hasUnsettled: boolean }> {
    const looks = new Map<string, Look>();
    const settled: { path: string }[] = [];
    let hasUnsettled = false;
    for await (const listed of listFiles([this.#folder], true)) {
      const look = 'failure' in listed ? null : await this.#look(listed.path);
      if (look === null) continue;
      looks.set(listed.path, look);
      const isDone =
        isSame(this.#anchored.get(this.#key(listed.path)), look) || isSame(this.#refused.get(listed.path), look);
      if (isDone) continue;
      if (this.#io.clock.now() - look.sinceMs >= this.#settleMs) settled.push({ path: listed.path });
      else hasUnsettled = true;
    }
    this.#looks = looks;
    return { code: settled.length > 0 ? await this.#anchor(settled) : EXIT.success, hasUnsettled };
  }

  async #look(path: string): Promise<Look | null> {
    try {
      const { size, mtimeMs: modifiedMs } = await withFileErrors(() => stat(path));
      const before = this.#looks.get(path);
      return isSame(before, { size, modifiedMs }) ? before! : { size, modifiedMs, sinceMs: this.#io.clock.now() };
    } catch (error) {
      // It went away between the listing and the look.
      if (error instanceof FileError) return null;
      throw error;
    }
  }

  async #anchor(files: readonly { path: string }[]): Promise<ExitCode> {
    const io = this.#io;
    const codes: ExitCode[] = [];
    const results = anchorFiles(files, {
      client: this.#server.client,
      server: this.#server.url,
      network: this.#server.network,
      random: io.random,
      signal: io.signal,
      sendsNames: this.#options.withNames === true,
      onOtherReceipt: 'set-aside',
      anchorsAgain: false,
      onBytes: () => {},
    });
    try {
      for await (const result of results) {
        codes.push(this.#keep(result));
        if (codes.length % STATE_EVERY === 0) await this.#save();
      }
    } catch (error) {
      // The server fails: each file it was met with is reported, and comes up again at the next pass.
      if (!(error instanceof CodedError)) throw error;
    }
    await this.#save();
    return worstExitCode(codes);
  }

  #keep(result: AnchorResult): ExitCode {
    const { file } = result;
    const look = this.#looks.get(file)!;
    if (!result.ok) {
      if (!(result.failure instanceof TouchmarkClientError)) this.#refused.set(file, look);
      reportFailure(this.#io, file, result.failure, this.#options.json === true);
      return EXIT.failure;
    }
    const { receiptId, sha256 } = result.receipt;
    this.#anchored.set(this.#key(file), { size: look.size, modifiedMs: look.modifiedMs, receiptId });
    if (result.isKnown) return EXIT.success;
    if (this.#options.json)
      writeJsonLine(this.#io, { file, ok: true, receipt_id: receiptId, hash_hex: encodeHex(sha256) });
    else this.#io.out(`${showName(file)}: receipt ${receiptId}\n`);
    return EXIT.success;
  }

  /** Files that are gone are forgotten. */
  #save(): Promise<void> {
    const present = new Set([...this.#looks.keys()].map((path) => this.#key(path)));
    const files = new Map([...this.#anchored].filter(([key]) => present.has(key)));
    return writeWatchState(this.#folder, files, this.#io.random);
  }

  #key(path: string): string {
    return relative(this.#folder, path);
  }
}

/** Ends a wait early when the system reports a change. Without such reports, the regular looks have to do. */
class ChangeListener implements Disposable {
  readonly #io: CliIo;
  readonly #watcher: FSWatcher | null;
  #changed = new AbortController();

  constructor(folder: string, io: CliIo) {
    this.#io = io;
    this.#watcher = this.#open(folder);
  }

  async wait(ms: number): Promise<void> {
    await this.#io.clock.sleep(ms, AbortSignal.any([this.#changed.signal, this.#io.signal]));
    if (!this.#changed.signal.aborted) return;
    await this.#io.clock.sleep(BURST_MS, this.#io.signal);
    this.#changed = new AbortController();
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }

  #open(folder: string): FSWatcher | null {
    try {
      const watcher = watchFolder(folder, { recursive: true }, (_, name) => {
        if (name === null || !isOwnName(basename(name))) this.#changed.abort();
      });
      return watcher.on('error', () => watcher.close());
    } catch (error) {
      if (toFileError(error) instanceof FileError) return null;
      throw error;
    }
  }
}

function isSame(
  known: { size: number; modifiedMs: number } | undefined,
  look: { size: number; modifiedMs: number },
): boolean {
  return known !== undefined && known.size === look.size && known.modifiedMs === look.modifiedMs;
}
