import type { Command } from 'commander';
import { encodeHex } from '../base/hex.ts';
import { type AnchorResult, anchorFiles } from './anchor-files.ts';
import { collectProofs } from './collect-proofs.ts';
import {
  type CliIo,
  describeError,
  EXIT,
  type ExitCode,
  reportFailure,
  showName,
  worstExitCode,
  writeJsonLine,
} from './io.ts';
import { type ListedFile, listFiles } from './list-files.ts';
import { parseCount } from './option-values.ts';
import { createProgress } from './progress.ts';
import { receiptPath, writeReceipt } from './receipt-files.ts';
import { addServerOptions, type ChosenServer, chooseServer, type ServerOptions } from './server-options.ts';

interface AnchorOptions extends ServerOptions {
  readonly recursive?: true;
  readonly force?: true;
  readonly withNames?: true;
  readonly wait?: true;
  readonly waitSeconds: number;
  readonly json?: true;
  readonly quiet?: true;
}

type Anchored = Extract<AnchorResult, { ok: true }>;

/** Fewer calendars than this is what the contract calls low redundancy. */
const ENOUGH_CALENDARS = 3;
const FIRST_POLL_MS = 1_000;
/** A block takes ten minutes; asking more often than this would only be noise. */
const MAX_POLL_MS = 60_000;
const DAY_SECONDS = 24 * 60 * 60;

export function registerAnchor(program: Command, io: CliIo): void {
  addServerOptions(program.command('anchor'))
    .description('anchor files: hash them here, send only digests, and keep receipt and proofs beside each file')
    .argument('<path...>', 'files; folders too with -r')
    .option('-r, --recursive', 'take every file below a folder')
    .option('--force', 'anchor again; an earlier receipt is set aside under its id')
    .option('--with-names', 'give the file names to the server, readable for whoever has the receipt id')
    .option('--wait', 'wait until Bitcoin has confirmed it, and then complete the proofs')
    .option('--wait-seconds <n>', 'wait no longer than this', parseCount, DAY_SECONDS)
    .option('--json', 'one line of JSON a file')
    .option('--quiet', 'only errors')
    .addHelpText(
      'after',
      `
Examples:
  touchmark anchor photo.jpg                 writes photo.jpg.touchmark.json and photo.jpg.<calendar>.ots
  touchmark anchor -r album/ --wait          a whole folder, until it is confirmed
  touchmark anchor -- -odd-name              a name that starts with a dash

Exit codes: 0 anchored, 1 a file failed, 2 --wait ran out before Bitcoin confirmed, 3 wrong usage.`,
    )
    .action(async (paths: string[], options: AnchorOptions) => {
      io.exitCode = await anchor(paths, options, io);
    });
}

async function anchor(paths: readonly string[], options: AnchorOptions, io: CliIo): Promise<ExitCode> {
  const server = await chooseServer(options, io);
  const files: ListedFile[] = await Array.fromAsync(listFiles(paths, options.recursive === true));
  const progress = createProgress(io, !options.json && !options.quiet);
  const position = new Map(files.map(({ path }, index) => [path, index]));
  const results = anchorFiles(files, {
    client: server.client,
    server: server.url,
    network: server.network,
    random: io.random,
    signal: io.signal,
    sendsNames: options.withNames === true,
    onOtherReceipt: options.force ? 'set-aside' : 'refuse',
    anchorsAgain: options.force === true,
    onBytes: (path, done, size) => progress.update(path, position.get(path) ?? 0, files.length, done, size),
  });
  const codes: ExitCode[] = [];
  let reported = 0;
  try {
    for await (const result of results) {
      reported++;
      progress.clear();
      if (!result.ok) reportFailure(io, result.file, result.failure, options.json === true);
      codes.push(result.ok ? await finish(result, server, options, io) : EXIT.failure);
    }
  } catch (error) {
    // The files it was met with are reported already; here is why nothing more was tried.
    describeError(error);
    codes.push(EXIT.failure);
    const left = files.length - reported;
    if (left > 0) io.err(`touchmark: ${left} more files were not tried.\n`);
  } finally {
    progress.clear();
  }
  if (codes.includes(EXIT.success) && !options.wait && !options.json && !options.quiet) {
    io.err('Calendars have promised it. `touchmark upgrade` completes the proofs once Bitcoin has it.\n');
  }
  return worstExitCode(codes);
}

async function finish(anchored: Anchored, server: ChosenServer, options: AnchorOptions, io: CliIo): Promise<ExitCode> {
  if (!options.json && !options.quiet) io.out(describeAnchored(anchored));
  if (!options.wait) {
    if (options.json) writeJsonLine(io, presentAnchored(anchored, null));
    return EXIT.success;
  }
  let status = 'unknown';
  try {
    status = await waitUntilPinned(anchored, server, options, io);
  } catch (failure) {
    const { message } = describeError(failure);
    io.err(`touchmark: ${showName(anchored.file)}: it is anchored, but waiting for Bitcoin failed: ${message}\n`);
  }
  if (options.json) writeJsonLine(io, presentAnchored(anchored, status));
  if (status === 'unknown') return EXIT.cannotCheck;
  return status === 'pinned' ? EXIT.success : EXIT.pending;
}

function describeAnchored({ file, receipt, calendarsTotal, isKnown }: Anchored): string {
  const count = receipt.calendars.length;
  if (isKnown) return `${showName(file)}: has receipt ${receipt.receiptId} already; --force makes another\n`;
  const warning = count < ENOUGH_CALENDARS && count < calendarsTotal ? ' (few: anchoring again later is wise)' : '';
  return `${showName(file)}: receipt ${receipt.receiptId}, ${count} of ${calendarsTotal} calendars${warning}\n`;
}

function presentAnchored({ file, receipt, proofPaths, calendarsTotal, isKnown }: Anchored, status: string | null) {
  return {
    file,
    ok: true,
    known: isKnown,
    receipt_id: receipt.receiptId,
    created_at: receipt.createdAt,
    hash_hex: encodeHex(receipt.sha256),
    sha512_hex: receipt.sha512 && encodeHex(receipt.sha512),
    calendars_ok: receipt.calendars.length,
    calendars_total: calendarsTotal,
    low_redundancy: receipt.calendars.length < ENOUGH_CALENDARS,
    receipt: receiptPath(file),
    proofs: proofPaths,
    ...(status === null ? {} : { status }),
  };
}

/** The last status seen. Once it is `pinned`, the completed proofs take the place of the ones on disk. */
async function waitUntilPinned(
  { file, receipt }: Anchored,
  { client }: ChosenServer,
  options: AnchorOptions,
  io: CliIo,
): Promise<string> {
  const deadline = io.clock.now() + 1000 * options.waitSeconds;
  let shown = '';
  for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(MAX_POLL_MS, 1.5 * pauseMs)) {
    const status = await client.readStatus(receipt.receiptId);
    if (status !== shown && !options.json && !options.quiet) io.err(`${showName(file)}: ${status}\n`);
    shown = status;
    if (status === 'pinned') {
      const { proofs } = collectProofs(await client.readZip(receipt.receiptId), receipt.sha256);
      if (proofs.length > 0) await writeReceipt(file, { ...receipt, calendars: proofs }, io.random);
      return status;
    }
    if (io.clock.now() + pauseMs > deadline) return status;
    await io.clock.sleep(pauseMs, io.signal);
    io.signal.throwIfAborted();
  }
}
