import { BundleError } from './error.ts';
import { type ProofFile, type ReceiptClaims, readReceipt } from './receipt.ts';
import { readZip } from './zip.ts';

/** What is put before the verifier: proofs, and the receipt they came with, if any. */
export interface Evidence {
  /** What a person calls it, a file name as a rule. */
  readonly name: string;
  readonly claims: ReceiptClaims | null;
  readonly proofs: readonly ProofFile[];
}

/**
 * The receipts in a ZIP: each folder is one receipt with its proofs, or proofs alone. Other files (a README) are left
 * aside. Throws `BundleError`.
 */
export function readZipEvidence(name: string, bytes: Uint8Array): Evidence[] {
  const folders = new Map<string, Map<string, Uint8Array>>();
  for (const [path, content] of readZip(bytes)) {
    const cut = path.lastIndexOf('/');
    const folder = path.slice(0, cut + 1);
    const files = folders.get(folder) ?? new Map<string, Uint8Array>();
    folders.set(folder, files.set(path.slice(cut + 1), content));
  }
  const evidence = [...folders].flatMap(([folder, files]) => readFolder(`${name}/${folder}`.replace(/\/$/, ''), files));
  if (evidence.length === 0) throw new BundleError('not-a-receipt', 'The archive holds neither a receipt nor a proof');
  return evidence;
}

function readFolder(name: string, files: ReadonlyMap<string, Uint8Array>): Evidence[] {
  const proofs = [...files].filter(([file]) => file.endsWith('.ots')).map(([file, bytes]) => ({ name: file, bytes }));
  const receipts = [...files].filter(([file]) => file.endsWith('.json'));
  if (receipts.length === 0) return proofs.length > 0 ? [{ name, claims: null, proofs }] : [];
  return receipts.map(([file, bytes]) => {
    const receipt = readReceipt(bytes);
    return {
      name: `${name}/${file}`,
      claims: receipt.claims,
      proofs: receipt.proofs.length > 0 ? receipt.proofs : proofs,
    };
  });
}
