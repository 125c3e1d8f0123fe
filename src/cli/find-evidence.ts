import { basename, dirname, join } from 'node:path';
import { compareBytes } from '../base/bytes.ts';
import { mapConcurrently } from '../base/concurrency.ts';
import { type Evidence, readZipEvidence } from '../proof/bundle/evidence.ts';
import { PROOF_MAX_BYTES, type ProofFile, RECEIPT_MAX_BYTES, readReceipt } from '../proof/bundle/receipt.ts';
import { isZip, ZIP_MAX_BYTES } from '../proof/bundle/zip.ts';
import { FileError, toFileError } from './file-error.ts';
import { UsageError } from './io.ts';
import { type Neighbours, PROOF_SUFFIX } from './neighbours.ts';
import { RECEIPT_SUFFIX, receiptPath } from './receipt-files.ts';
import { readRegularFile, readStart } from './regular-file.ts';

/** A path given to `verify`, as far as can be told without reading it all. */
export type RecognisedPath =
  /** A work, with its receipt or proofs beside it. */
  { readonly kind: 'work' } | { readonly kind: 'proof' | 'receipt' | 'zip'; readonly work: string | null };

const PROOF_START = '\0OpenTimestamps';
const READS_AT_ONCE = 8;

/**
 * What a path is. Unless the work is named elsewhere, a file with a receipt or proofs beside it is a work, whatever it
 * looks like itself: archives, JSON files and even proofs can be anchored. Throws `FileError`, and `UsageError` for a
 * file that nothing belongs to.
 */
export async function recognisePath(
  path: string,
  isWorkGiven: boolean,
  neighbours: Neighbours,
): Promise<RecognisedPath> {
  const start = await readStart(path, 64);
  if (!isWorkGiven && (await neighbours.evidenceOf(path)).length > 0) return { kind: 'work' };
  if (new TextDecoder().decode(start.subarray(0, PROOF_START.length)) === PROOF_START) {
    return { kind: 'proof', work: await findProofsWork(path) };
  }
  if (isZip(start)) return { kind: 'zip', work: null };
  if (path.endsWith(PROOF_SUFFIX)) return { kind: 'proof', work: await findProofsWork(path) };
  if (/^\s*\{/.test(new TextDecoder().decode(start)) || path.endsWith('.json')) {
    return { kind: 'receipt', work: await findReceiptsWork(path) };
  }
  throw new UsageError(
    `there is no ${basename(receiptPath(path))} and no .ots file beside it; name the receipt, and the work with --file`,
  );
}

/** The receipt and the proofs beside a work. */
export async function readEvidenceBeside(work: string, neighbours: Neighbours): Promise<Evidence> {
  const names = await neighbours.evidenceOf(work);
  const receiptName = basename(receiptPath(work));
  const proofs = await readProofs(
    dirname(work),
    names.filter((name) => name !== receiptName),
  );
  if (!names.includes(receiptName)) return { name: work, claims: null, proofs };
  const receipt = readReceipt(await readRegularFile(receiptPath(work), RECEIPT_MAX_BYTES));
  return { name: work, claims: receipt.claims, proofs: withoutDuplicates([...receipt.proofs, ...proofs]) };
}

/** A receipt, and where it does not carry its proofs itself, those beside it. */
export async function readReceiptEvidence(path: string): Promise<Evidence> {
  const receipt = readReceipt(await readRegularFile(path, RECEIPT_MAX_BYTES));
  const beside = await readProofs(dirname(path), receipt.proofNames);
  return { name: path, claims: receipt.claims, proofs: [...receipt.proofs, ...beside] };
}

export async function readArchiveEvidence(path: string): Promise<Evidence[]> {
  return readZipEvidence(path, await readRegularFile(path, ZIP_MAX_BYTES));
}

export async function readProof(path: string): Promise<ProofFile> {
  return { name: path, bytes: await readRegularFile(path, PROOF_MAX_BYTES) };
}

/** `photo.jpg` for `photo.jpg.ots` and `photo.jpg.alice.ots`, where there is such a file. */
async function findProofsWork(path: string): Promise<string | null> {
  if (!path.endsWith(PROOF_SUFFIX)) return null;
  const whole = path.slice(0, -PROOF_SUFFIX.length);
  return (await ifFile(whole)) ?? (await ifFile(whole.replace(/\.[A-Za-z0-9_-]+$/, '')));
}

async function findReceiptsWork(path: string): Promise<string | null> {
  return path.endsWith(RECEIPT_SUFFIX) ? ifFile(path.slice(0, -RECEIPT_SUFFIX.length)) : null;
}

async function ifFile(path: string): Promise<string | null> {
  try {
    await readStart(path, 1);
    return path;
  } catch (error) {
    if (error instanceof FileError) return null;
    throw toFileError(error);
  }
}

/** A proof that has gone is left out: the others may do, and if none is left, that is said. */
async function readProofs(folder: string, names: readonly string[]): Promise<ProofFile[]> {
  const proofs = await mapConcurrently(names, READS_AT_ONCE, (name) => readProofIfThere(folder, name));
  return proofs.filter((proof) => proof !== null);
}

async function readProofIfThere(folder: string, name: string): Promise<ProofFile | null> {
  try {
    return { ...(await readProof(join(folder, name))), name };
  } catch (error) {
    if (error instanceof FileError && error.code === 'no-such-file') return null;
    throw error;
  }
}

function withoutDuplicates(proofs: readonly ProofFile[]): ProofFile[] {
  return proofs.filter(
    (proof, index) => !proofs.slice(0, index).some((earlier) => compareBytes(earlier.bytes, proof.bytes) === 0),
  );
}
