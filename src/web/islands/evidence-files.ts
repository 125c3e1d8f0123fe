import { BundleError } from '../../proof/bundle/error.ts';
import { type Evidence, readZipEvidence } from '../../proof/bundle/evidence.ts';
import { startsHeadersFile } from '../../proof/bundle/headers-file.ts';
import { PROOF_MAX_BYTES, RECEIPT_MAX_BYTES, readReceipt } from '../../proof/bundle/receipt.ts';
import { isBundle } from '../../proof/bundle/verify-bundle.ts';
import { isZip, readZip, ZIP_MAX_BYTES } from '../../proof/bundle/zip.ts';
import { isCertificateDocument } from '../../proof/certificate/document.ts';
import type { ChosenFile } from './dropped-files.ts';

/** What a file turned out to be. */
export type Recognised =
  | { readonly kind: 'work'; readonly name: string; readonly file: File }
  | { readonly kind: 'evidence'; readonly name: string; readonly evidence: readonly Evidence[] }
  /** Meant as evidence, and not readable as such. */
  | { readonly kind: 'broken'; readonly name: string; readonly error: BundleError }
  | { readonly kind: 'certificate'; readonly name: string; readonly bytes: Uint8Array }
  /** What evidence is held against. */
  | { readonly kind: 'headers'; readonly name: string; readonly file: File }
  | { readonly kind: 'bundle'; readonly name: string; readonly files: ReadonlyMap<string, Uint8Array> };

const START_BYTES = 64;
const PROOF_START = '\0OpenTimestamps';

/**
 * Tells works from what speaks about them, by their content and not by their names: a work may be a ZIP or JSON itself,
 * and is one where no receipt is found in it. Rejects when the file cannot be read.
 */
export async function recognise({ path: name, file }: ChosenFile): Promise<Recognised> {
  const start = new Uint8Array(await file.slice(0, START_BYTES).arrayBuffer());
  const text = new TextDecoder().decode(start);
  if (startsHeadersFile(start)) return { kind: 'headers', name, file };
  try {
    if (text.startsWith(PROOF_START) || name.endsWith('.ots')) {
      if (file.size > PROOF_MAX_BYTES) throw new BundleError('not-a-receipt', 'It is larger than any proof');
      const proofs = [{ name, bytes: await readWhole(file) }];
      return { kind: 'evidence', name, evidence: [{ name, claims: null, proofs }] };
    }
    if (isZip(start) && file.size <= ZIP_MAX_BYTES) {
      return readArchive(name, await readWhole(file));
    }
    if (/^\s*\{/.test(text) && file.size <= RECEIPT_MAX_BYTES) return readJson(name, await readWhole(file));
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    if (error.code !== 'not-a-receipt') return { kind: 'broken', name, error };
  }
  return { kind: 'work', name, file };
}

function readArchive(name: string, bytes: Uint8Array): Recognised {
  const files = readZip(bytes);
  if (isBundle(files)) return { kind: 'bundle', name, files };
  return { kind: 'evidence', name, evidence: readZipEvidence(name, bytes) };
}

function readJson(name: string, bytes: Uint8Array): Recognised {
  if (isCertificateDocument(parse(bytes))) return { kind: 'certificate', name, bytes };
  const { claims, proofs } = readReceipt(bytes);
  return { kind: 'evidence', name, evidence: [{ name, claims, proofs }] };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

async function readWhole(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}
