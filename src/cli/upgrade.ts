import type { Command } from 'commander';
import { equalBytes } from '../base/bytes.ts';
import { PUBLIC_LOOKUP_PATTERNS } from '../config/config.ts';
import { isAllowedCalendarUri } from '../core/anchor/calendar.ts';
import { createCalendarClient } from '../net/calendar-client.ts';
import { type CalendarProof, decodeReceipt, encodeReceipt, RECEIPT_MAX_BYTES } from '../proof/bundle/receipt.ts';
import { decodeDetached, encodeDetached } from '../proof/ots/codec.ts';
import { mergeTimestamps, type Timestamp } from '../proof/ots/timestamp.ts';
import { collectProofs } from './collect-proofs.ts';
import { FileError } from './file-error.ts';
import { type RecognisedPath, readProof, recognisePath } from './find-evidence.ts';
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
import { Neighbours, PROOF_SUFFIX } from './neighbours.ts';
import { proofPath, RECEIPT_SUFFIX, receiptPath } from './receipt-files.ts';
import { readRegularFile } from './regular-file.ts';
import { findSandbox } from './sandbox-file.ts';
import { addServerOptions, chooseServer, type ServerOptions } from './server-options.ts';
import { askOnce, type Lookup, reachesBitcoin, type UpgradeOptions, upgradeProof } from './upgrade-proof.ts';
import { writeFileAtomically } from './write-file.ts';

interface Options extends ServerOptions {
  readonly calendar?: readonly string[];
  readonly fromServer?: true;
  readonly json?: true;
}

interface Upgraded {
  readonly path: string;
  readonly isChanged: boolean;
  /** Whether every calendar's proof leads to Bitcoin, or only some, or none. */
  readonly state: 'complete' | 'partial' | 'pending';
  readonly lookups: readonly Lookup[];
}

export function registerUpgrade(program: Command, io: CliIo): void {
  addServerOptions(program.command('upgrade'))
    .description('ask calendars for the way to Bitcoin, and complete receipts and proofs with it')
    .argument('<path...>', 'works with their receipts beside them, receipts, or .ots files')
    .option('--calendar <url>', 'a calendar that may be asked besides the public ones; repeat it for more', collect)
    .option('--from-server', 'also take what the Touchmark server has; for receipts')
    .option('--json', 'one line of JSON a file')
    .addHelpText(
      'after',
      `
Only calendars in a fixed list are asked, whatever addresses a file names: the public ones, those given with --calendar
or TOUCHMARK_CALENDAR_LOOKUPS, and those of the sandbox in this folder.

Examples:
  touchmark upgrade photo.jpg
  touchmark upgrade *.ots --calendar https://calendar.example.org

Exit codes: 0 Bitcoin is reached, 1 a file failed, 2 still pending, 3 wrong usage.`,
    )
    .action(async (paths: string[], options: Options) => {
      io.exitCode = await upgrade(paths, options, io);
    });
}

async function upgrade(paths: readonly string[], options: Options, io: CliIo): Promise<ExitCode> {
  await using calendars = createCalendarClient();
  const sandbox = await findSandbox(io);
  const patterns = [...PUBLIC_LOOKUP_PATTERNS, ...io.env.calendarLookups, ...(options.calendar ?? [])];
  const isSandboxUri = (uri: string) =>
    sandbox !== null && uri.startsWith(`${sandbox.server}/calendar/`) && /\/calendar\/[A-Za-z0-9-]+$/.test(uri);
  const asking: UpgradeOptions = {
    calendars: askOnce(calendars),
    isAllowed: (uri) => isAllowedCalendarUri(uri, patterns) || isSandboxUri(uri),
    signal: io.signal,
  };
  const neighbours = new Neighbours();
  const codes: ExitCode[] = [];
  for (const path of paths) {
    try {
      const isEvidence = path.endsWith(RECEIPT_SUFFIX) || path.endsWith(PROOF_SUFFIX);
      const { kind } = await recognisePath(path, isEvidence, neighbours);
      const upgraded = await upgradePath({ path, kind }, asking, options, io);
      report(upgraded, options, io);
      codes.push(upgraded.state === 'pending' ? EXIT.pending : EXIT.success);
    } catch (failure) {
      reportFailure(io, path, failure, options.json === true);
      codes.push(failure instanceof UsageError ? EXIT.usage : EXIT.failure);
    }
  }
  return worstExitCode(codes);
}

async function upgradePath(
  { path, kind }: { readonly path: string; readonly kind: RecognisedPath['kind'] },
  asking: UpgradeOptions,
  options: Options,
  io: CliIo,
): Promise<Upgraded> {
  if (kind === 'work') return upgradeReceipt(receiptPath(path), asking, options, io);
  if (kind === 'receipt') return upgradeReceipt(path, asking, options, io);
  if (kind === 'proof') return upgradeProofFile(path, asking, io);
  throw new UsageError('a ZIP cannot be completed in place; unpack it and name its .ots files');
}

async function upgradeProofFile(path: string, asking: UpgradeOptions, io: CliIo): Promise<Upgraded> {
  const { bytes } = await readProof(path);
  const { fileHashOp, timestamp } = decodeDetached(bytes);
  const upgraded = await upgradeProof(timestamp, asking);
  const written = encodeDetached({ fileHashOp, timestamp: upgraded.timestamp });
  const isChanged = !equalBytes(written, bytes);
  if (isChanged) await writeChecked(path, written, io);
  return { path, isChanged, state: stateOf([upgraded.timestamp]), lookups: upgraded.lookups };
}

async function upgradeReceipt(path: string, asking: UpgradeOptions, options: Options, io: CliIo): Promise<Upgraded> {
  const receipt = decodeReceipt(await readRegularFile(path, RECEIPT_MAX_BYTES));
  const fromServer = options.fromServer
    ? collectProofs(await (await chooseServer(options, io)).client.readZip(receipt.receiptId), receipt.sha256).proofs
    : [];
  const known = new Set(receipt.calendars.map(({ name }) => name));
  const all = [...receipt.calendars, ...fromServer.filter(({ name }) => !known.has(name))];
  const upgraded = await Promise.all(
    all.map(async (calendar) => {
      const { fileHashOp, timestamp } = decodeDetached(calendar.proof);
      const served = fromServer.find(({ name }) => name === calendar.name);
      const merged = served ? mergeTimestamps(timestamp, decodeDetached(served.proof).timestamp) : timestamp;
      return { calendar, fileHashOp, ...(await upgradeProof(merged, asking)) };
    }),
  );
  const calendars = upgraded.map(
    ({ calendar, fileHashOp, timestamp }): CalendarProof => ({
      ...calendar,
      proof: encodeDetached({ fileHashOp, timestamp }),
    }),
  );
  const isChanged = calendars.some(({ name, proof }) => {
    const before = receipt.calendars.find((calendar) => calendar.name === name);
    return before === undefined || !equalBytes(before.proof, proof);
  });
  if (isChanged) {
    // The receipt last: what is left undone before that is done by the next run.
    await Promise.all(calendars.map(({ name, proof }) => refreshProofFile(path, name, proof, io)));
    await writeFileAtomically(path, encodeReceipt({ ...receipt, calendars }), io.random);
  }
  const state = stateOf(upgraded.map(({ timestamp }) => timestamp));
  return { path, isChanged, state, lookups: upgraded.flatMap(({ lookups }) => lookups) };
}

/** A proof file beside the receipt follows it; one that is not there, or is about something else, is left alone. */
async function refreshProofFile(receipt: string, calendar: string, proof: Uint8Array, io: CliIo): Promise<void> {
  if (!receipt.endsWith(RECEIPT_SUFFIX)) return;
  const path = proofPath(receipt.slice(0, -RECEIPT_SUFFIX.length), calendar);
  try {
    const { timestamp } = decodeDetached((await readProof(path)).bytes);
    if (equalBytes(timestamp.message, decodeDetached(proof).timestamp.message)) await writeChecked(path, proof, io);
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== 'no-such-file') throw error;
  }
}

/** No file is made that could not be read again. */
async function writeChecked(path: string, proof: Uint8Array, io: CliIo): Promise<void> {
  decodeDetached(proof);
  await writeFileAtomically(path, proof, io.random);
}

function stateOf(timestamps: readonly Timestamp[]): Upgraded['state'] {
  const reached = timestamps.filter(reachesBitcoin).length;
  if (reached === 0) return 'pending';
  return reached === timestamps.length ? 'complete' : 'partial';
}

function report({ path, isChanged, state, lookups }: Upgraded, options: Options, io: CliIo): void {
  if (options.json) {
    writeJsonLine(io, { file: path, ok: true, changed: isChanged, state, calendars: lookups });
    return;
  }
  io.out(`${showName(path)}: ${state}${isChanged ? ' (updated)' : ''}\n`);
  for (const { uri, result, detail } of lookups) {
    if (result !== 'found') io.err(`  ${uri}: ${result}${detail === '' ? '' : `: ${detail}`}\n`);
  }
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value.replace(/\/+$/, '')];
}
