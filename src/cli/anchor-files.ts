import { basename } from 'node:path';
import { equalBytes } from '../base/bytes.ts';
import type { RandomBytes } from '../base/clock.ts';
import { CodedError } from '../base/coded-error.ts';
import {
  type AnchorAnswer,
  type AnchorItem,
  BATCH_MAX_ITEMS,
  type TouchmarkClient,
  TouchmarkClientError,
} from '../net/touchmark-client.ts';
import type { BitcoinNetwork } from '../proof/bitcoin/network.ts';
import type { TouchmarkReceipt } from '../proof/bundle/receipt.ts';
import { collectProofs } from './collect-proofs.ts';
import { FileError } from './file-error.ts';
import { hashFile } from './hash-file.ts';
import type { ListedFile } from './list-files.ts';
import { checkReceiptName, findReceipt, receiptPath, setReceiptAside, writeReceipt } from './receipt-files.ts';

export type AnchorResult =
  | {
      readonly file: string;
      readonly ok: true;
      /** The file had a receipt for exactly this content already, and no other was made. */
      readonly isKnown: boolean;
      readonly receipt: TouchmarkReceipt;
      readonly proofPaths: readonly string[];
      readonly calendarsTotal: number;
    }
  | { readonly file: string; readonly ok: false; readonly failure: CodedError };

export interface AnchorFilesOptions {
  readonly client: TouchmarkClient;
  readonly server: string;
  readonly network: BitcoinNetwork;
  readonly random: RandomBytes;
  readonly signal: AbortSignal;
  /** Give the file's name to the server, where everybody who has the receipt's id can read it. */
  readonly sendsNames: boolean;
  /** What to do about a receipt for other content that has the place. */
  readonly onOtherReceipt: 'refuse' | 'set-aside';
  /** Anchor again even when there is a receipt for this content. */
  readonly anchorsAgain: boolean;
  readonly onBytes: (path: string, done: number, size: number) => void;
}

interface HashedWork extends AnchorItem {
  readonly file: string;
  readonly size: number;
}

/** Failures that the next request would meet as well. */
const HOPELESS = new Set(['server-unreachable', 'rate-limited', 'server-unavailable', 'server-garbled']);

/**
 * Anchors files and writes their receipts, in groups so that memory stays flat for any number. A file that fails does
 * not stop the others. When the server itself fails, the group it failed for is reported and then the error is thrown,
 * so that nothing more is tried.
 */
export async function* anchorFiles(
  files: AsyncIterable<ListedFile> | Iterable<ListedFile>,
  options: AnchorFilesOptions,
): AsyncGenerator<AnchorResult> {
  let group: HashedWork[] = [];
  for await (const listed of files) {
    const prepared = await prepare(listed, options);
    if ('ok' in prepared) yield prepared;
    else group.push(prepared);
    if (group.length === BATCH_MAX_ITEMS) {
      yield* anchorGroup(group, options);
      group = [];
    }
  }
  if (group.length > 0) yield* anchorGroup(group, options);
}

async function prepare(listed: ListedFile, options: AnchorFilesOptions): Promise<HashedWork | AnchorResult> {
  const file = listed.path;
  try {
    if ('failure' in listed) throw listed.failure;
    checkReceiptName(file);
    const { size, digests } = await hashFile(file, ['sha256', 'sha512'], {
      signal: options.signal,
      onBytes: (done, total) => options.onBytes(file, done, total),
    });
    const present = await findReceipt(file);
    if (present !== null && present !== 'unreadable' && equalBytes(present.sha256, digests.sha256)) {
      if (!options.anchorsAgain) {
        const calendarsTotal = present.calendars.length + present.failures.length;
        return { file, ok: true, isKnown: true, receipt: present, proofPaths: [], calendarsTotal };
      }
    } else if (present !== null && options.onOtherReceipt === 'refuse') {
      const what = present === 'unreadable' ? 'is not a receipt' : 'is a receipt for other content';
      throw new FileError('receipt-exists', `${receiptPath(file)} ${what}; move it away, or add --force`);
    }
    return { file, size, ...digests, label: options.sendsNames ? basename(file) : null };
  } catch (error) {
    return failed(file, error);
  }
}

async function* anchorGroup(group: readonly HashedWork[], options: AnchorFilesOptions): AsyncGenerator<AnchorResult> {
  let done = 0;
  try {
    const answers = group.length > 1 ? await anchorTogether(group, options) : [];
    for (const work of group) {
      yield await anchorOne(work, answers[done] ?? null, options);
      done++;
    }
  } catch (error) {
    for (const { file } of group.slice(done)) yield failed(file, error);
    throw error;
  }
}

/** One answer an item; those without one are to be sent alone, which is all of them when the server has no batches. */
async function anchorTogether(
  group: readonly HashedWork[],
  { client }: AnchorFilesOptions,
): Promise<readonly (AnchorAnswer | null)[]> {
  try {
    return await client.anchorBatch(group);
  } catch (error) {
    if (error instanceof TouchmarkClientError && error.code === 'server-refused') return [];
    throw error;
  }
}

async function anchorOne(
  work: HashedWork,
  answer: AnchorAnswer | null,
  options: AnchorFilesOptions,
): Promise<AnchorResult> {
  try {
    return await keep(work, answer ?? (await options.client.anchor(work)), options);
  } catch (error) {
    if (error instanceof TouchmarkClientError && HOPELESS.has(error.code)) throw error;
    return failed(work.file, error);
  }
}

async function keep(work: HashedWork, answer: AnchorAnswer, options: AnchorFilesOptions): Promise<AnchorResult> {
  const { proofs, rejected } = collectProofs(await options.client.readZip(answer.receiptId), work.sha256);
  if (proofs.length === 0) {
    const message = `the server gave receipt ${answer.receiptId} without a proof of this file; anchor it again`;
    throw new TouchmarkClientError('server-garbled', message, null);
  }
  const receipt: TouchmarkReceipt = {
    receiptId: answer.receiptId,
    server: options.server,
    createdAt: answer.createdAt,
    network: options.network,
    file: { name: basename(work.file), size: work.size },
    sha256: work.sha256,
    sha512: work.sha512,
    calendars: proofs,
    failures: [...answer.failures, ...rejected],
  };
  const present = await findReceipt(work.file);
  if (present !== null && present !== 'unreadable') await setReceiptAside(work.file, present);
  const proofPaths = await writeReceipt(work.file, receipt, options.random);
  const { calendarsTotal } = answer;
  return { file: work.file, ok: true, isKnown: false, receipt, proofPaths, calendarsTotal };
}

function failed(file: string, failure: unknown): AnchorResult {
  if (failure instanceof CodedError) return { file, ok: false, failure };
  throw failure;
}
