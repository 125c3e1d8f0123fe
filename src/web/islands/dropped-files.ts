/** A file as it was chosen: `path` is its name, below the folder that it came in. */
export interface ChosenFile {
  readonly path: string;
  readonly file: File;
}

/** Something in a folder that cannot be read. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

export interface Chosen {
  readonly files: ChosenFile[];
  readonly unreadable: Unreadable[];
}

export function listChosen(list: Iterable<File>): Chosen {
  const files = [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return { files, unreadable: [] };
}

/** Everything that was dropped, folders and what is in them included. What cannot be read is listed, and does not stop the rest. */
export async function listDropped(transfer: DataTransfer, onCount: (count: number) => void): Promise<Chosen> {
  // The list is emptied as soon as the event is over.
  const entries = [...transfer.items].flatMap((item) => (item.kind === 'file' ? [item.webkitGetAsEntry()] : []));
  const loose = [...transfer.files];
  const chosen: Chosen = { files: [], unreadable: [] };
  if (entries.every((entry) => entry === null)) return listChosen(loose);
  const waiting = entries.filter((entry) => entry !== null);
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
    const path = entry.fullPath.replace(/^\//, '');
    try {
      if (entry.isDirectory) await addChildren(entry as FileSystemDirectoryEntry, waiting);
      else chosen.files.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
    } catch (error) {
      chosen.unreadable.push({ path, reason: sayWhy(error) });
    }
    if (chosen.files.length % 500 === 0) onCount(chosen.files.length);
  }
  return chosen;
}

/** Browsers give a folder's entries in parts, 100 as a rule; an empty part is the end. */
async function addChildren(folder: FileSystemDirectoryEntry, waiting: FileSystemEntry[]): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    waiting.push(...part);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

function sayWhy(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotFoundError') return 'It is not there any more.';
  if (name === 'NotReadableError' || name === 'SecurityError') return 'This browser may not read it.';
  return 'It cannot be read.';
}
