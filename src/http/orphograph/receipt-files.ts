import type { ComposedProof } from '../../core/anchor/proof.ts';
import type { StoredReceipt } from '../../core/anchor/store.ts';
import type { ZipFile } from '../shared/zip-stream.ts';
import { presentReceipt } from './wire.ts';

/** A receipt as archives have it: what is served of it, and its proofs, which do not compress. */
export function listReceiptFiles(stored: StoredReceipt, proofs: readonly ComposedProof[]): ZipFile[] {
  const receipt = Buffer.from(JSON.stringify(presentReceipt(stored, proofs)));
  const files = proofs.flatMap(({ fileName, bytes }) => (bytes === null ? [] : [{ name: fileName, bytes }]));
  return [{ name: 'receipt.json', bytes: receipt }, ...files];
}
