import { zipSync } from 'fflate/browser';
import { readZip } from '../../proof/bundle/zip.ts';
import type { Item } from './anchor-list.ts';

/** With six files each, and two for all, it stays within what the verifier reads of one archive. */
export const ARCHIVE_MAX_RECEIPTS = 250;
const AT_ONCE = 4;

/**
 * Receipts with their proofs, a folder each, named as the files are; what explains and checks them stands beside the
 * folders, once. Errors: any of them cannot be had.
 */
export async function collectReceipts(items: readonly Item[], onDone: (count: number) => void): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  const waiting = [...items.entries()];
  let done = 0;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, { path, receiptId }] = next;
      const folder = `${String(index + 1).padStart(3, '0')}-${toFolderName(path)}`;
      const archive = await fetchArchive(receiptId!);
      for (const [name, bytes] of readZip(archive, isOfReceipt)) files[`${folder}/${baseName(name)}`] = bytes;
      if (index === 0) Object.assign(files, Object.fromEntries(readZip(archive, (name) => !isOfReceipt(name))));
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return zipSync(files, { level: 6 });
}

async function fetchArchive(receiptId: string): Promise<Uint8Array> {
  const response = await fetch(`/api/receipt/${receiptId}.zip`);
  if (!response.ok) throw new Error(`the receipt ${receiptId} cannot be had`);
  return new Uint8Array(await response.arrayBuffer());
}

function isOfReceipt(name: string): boolean {
  return name.endsWith('.json') || name.endsWith('.ots');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Harmless on every file system. */
function toFolderName(path: string): string {
  const name = baseName(path)
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '_');
  return [...name].slice(0, 60).join('').replace(/^\.+/, '_') || 'file';
}

export function offerDownload(bytes: Uint8Array, name: string): void {
  const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/zip' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // After the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
