import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { CALENDAR_NAME } from '../proof/bundle/receipt.ts';
import { withFileErrors } from './file-error.ts';
import { RECEIPT_SUFFIX } from './receipt-files.ts';

export const PROOF_SUFFIX = '.ots';

/** Names of receipts and proofs, by the name of the work that they are about. */
type Folder = ReadonlyMap<string, readonly string[]>;

/**
 * What stands beside works. A folder is read once in the life of this object: one with thousands of works takes as long
 * to read as all of them to verify.
 */
export class Neighbours {
  readonly #folders = new Map<string, Promise<Folder>>();

  /** Names beside a work that are its receipt and its proofs. Throws `FileError`. */
  async evidenceOf(work: string): Promise<readonly string[]> {
    const path = dirname(work);
    let folder = this.#folders.get(path);
    if (folder === undefined) {
      folder = readFolder(path);
      this.#folders.set(path, folder);
    }
    return (await folder).get(basename(work)) ?? [];
  }
}

async function readFolder(path: string): Promise<Folder> {
  const names = new Set(await withFileErrors(() => readdir(path)));
  const folder = new Map<string, string[]>();
  for (const name of names) {
    for (const work of worksOf(name, names)) {
      const evidence = folder.get(work);
      if (evidence === undefined) folder.set(work, [name]);
      else evidence.push(name);
    }
  }
  return folder;
}

/** The works that a name can be the receipt or a proof of. */
function worksOf(name: string, names: ReadonlySet<string>): string[] {
  if (name.endsWith(RECEIPT_SUFFIX)) return [name.slice(0, -RECEIPT_SUFFIX.length)];
  if (!name.endsWith(PROOF_SUFFIX)) return [];
  const whole = name.slice(0, -PROOF_SUFFIX.length);
  const dot = whole.lastIndexOf('.');
  // `photo.jpg.png.ots` is the proof of `photo.jpg.png` where there is such a file.
  const isOfCalendar = dot > 0 && CALENDAR_NAME.test(whole.slice(dot + 1)) && !names.has(whole);
  return isOfCalendar ? [whole, whole.slice(0, dot)] : [whole];
}
