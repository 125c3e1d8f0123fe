import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError, toFileError, withFileErrors } from './file-error.ts';
import { RECEIPT_SUFFIX } from './receipt-files.ts';

/** A file to work on, or a path that could not be. */
export type ListedFile = { readonly path: string } | { readonly path: string; readonly failure: unknown };

/** The folder of a running sandbox changes all the time. */
const SKIPPED_FOLDERS = new Set(['.touchmark']);

/**
 * The files that the given paths mean, in a stable order. A folder stands for every regular file below it when
 * `isRecursive`; links are not followed there, and what Touchmark itself put beside a file is left out.
 */
export async function* listFiles(paths: readonly string[], isRecursive: boolean): AsyncGenerator<ListedFile> {
  for (const path of paths) {
    try {
      if (!(await isFolder(path))) yield { path };
      else if (isRecursive) yield* listFolder(path);
      else yield { path, failure: new FileError('is-a-folder', 'it is a folder; add -r to take the files in it') };
    } catch (failure) {
      yield { path, failure };
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  const stat = await withFileErrors(() => lstat(path));
  return stat.isDirectory();
}

async function* listFolder(folder: string): AsyncGenerator<ListedFile> {
  let entries: Awaited<ReturnType<typeof readFolder>>;
  try {
    entries = await readFolder(folder);
  } catch (error) {
    yield { path: folder, failure: toFileError(error) };
    return;
  }
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) yield* listFolder(path);
    } else if (entry.isFile()) {
      if (!isOwnFile(entry.name, names)) yield { path };
    } else if (!entry.isSymbolicLink()) {
      yield { path, failure: new FileError('not-a-regular-file', 'it is not a regular file') };
    }
  }
}

async function readFolder(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isOwnFile(name: string, names: ReadonlySet<string>): boolean {
  const [, work] = /^(.+)\.[A-Za-z0-9_-]+\.ots$/s.exec(name) ?? [];
  return isOwnName(name) || (work !== undefined && names.has(`${work}${RECEIPT_SUFFIX}`));
}

/** Names that only Touchmark gives: receipts, the memory of `watch`, files half written. */
export function isOwnName(name: string): boolean {
  return name.endsWith(RECEIPT_SUFFIX) || name.startsWith('.touchmark-');
}
