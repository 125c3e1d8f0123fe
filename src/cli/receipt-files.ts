import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { equalBytes } from '../base/bytes.ts';
import type { RandomBytes } from '../base/clock.ts';
import { BundleError } from '../proof/bundle/error.ts';
import { decodeReceipt, encodeReceipt, RECEIPT_MAX_BYTES, type TouchmarkReceipt } from '../proof/bundle/receipt.ts';
import { FileError, withFileErrors } from './file-error.ts';
import { readRegularFile } from './regular-file.ts';
import { writeFileAtomically } from './write-file.ts';

export const RECEIPT_SUFFIX = '.touchmark.json';

/** What the file systems in use allow a name to have. */
const NAME_MAX_BYTES = 255;

export function receiptPath(work: string): string {
  return `${work}${RECEIPT_SUFFIX}`;
}

export function proofPath(work: string, calendar: string): string {
  return `${work}.${calendar}.ots`;
}

/** Whether a receipt can stand beside the work; said before anything is anchored. Throws `FileError`. */
export function checkReceiptName(work: string): void {
  if (Buffer.byteLength(basename(receiptPath(work))) > NAME_MAX_BYTES) {
    throw new FileError(
      'name-too-long',
      'the name is too long for a receipt to stand beside it; copy it to a shorter name',
    );
  }
}

/** The receipt beside a work, `null` when there is none, `'unreadable'` when something else has its name. */
export async function findReceipt(work: string): Promise<TouchmarkReceipt | 'unreadable' | null> {
  try {
    return decodeReceipt(await readRegularFile(receiptPath(work), RECEIPT_MAX_BYTES));
  } catch (error) {
    if (error instanceof FileError && error.code === 'no-such-file') return null;
    if (error instanceof BundleError || error instanceof FileError) return 'unreadable';
    throw error;
  }
}

/** Moves an earlier receipt out of the way: proofs are never overwritten, only set aside. */
export async function setReceiptAside(work: string, receipt: TouchmarkReceipt): Promise<void> {
  const aside = join(dirname(work), `${basename(work)}.${receipt.receiptId}${RECEIPT_SUFFIX}`);
  await withFileErrors(() => rename(receiptPath(work), aside));
}

/**
 * Writes one proof file a calendar beside the work, and the receipt when they are all there; returns the proof files'
 * paths. What is written is read back from its own text first, so that no file is made that the verifier would refuse.
 */
export async function writeReceipt(work: string, receipt: TouchmarkReceipt, random: RandomBytes): Promise<string[]> {
  const text = encodeReceipt(receipt);
  const readBack = decodeReceipt(new TextEncoder().encode(text));
  for (const [index, { proof }] of receipt.calendars.entries()) {
    if (!equalBytes(proof, readBack.calendars[index]!.proof)) throw new Error('a receipt does not read back');
  }
  // Together, since a disk syncs several files in the time of one.
  const paths = await Promise.all(
    receipt.calendars.map(async ({ name, proof }) => {
      const path = proofPath(work, name);
      await writeFileAtomically(path, proof, random);
      return path;
    }),
  );
  await writeFileAtomically(receiptPath(work), text, random);
  return paths;
}
