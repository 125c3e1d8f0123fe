import { randomUUID } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { UsageCount } from '../core/meter/usage.ts';
import type { AbandonedJournal, UsageJournal, UsageJournals } from '../core/meter/usage-journal.ts';
import { crc32 } from '../proof/bundle/crc32.ts';
import { FolderLockError, lockFolder } from './folder-lock.ts';

/** Of a process's folder, used in turn. The first exists only while its process runs, or after that one was killed. */
const FILE_NAMES = ['0.journal', '1.journal'] as const;
/** Some ten thousand writes. */
const LONG_BYTES = 1024 * 1024;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** In `folder`, each process has a folder of its own with a lock and a file. The folder is made when it is missing. */
export function createUsageJournals(folder: string): UsageJournals {
  return {
    async open() {
      const nodeId = randomUUID();
      const own = join(folder, nodeId);
      await mkdir(own, { recursive: true });
      const lock = lockFolder(own);
      try {
        return new JournalFile(nodeId, own, lock);
      } catch (error) {
        lock[Symbol.dispose]();
        throw error;
      }
    },

    async listAbandoned() {
      await mkdir(folder, { recursive: true });
      const names = (await readdir(folder)).filter((name) => UUID.test(name));
      const found: AbandonedJournal[] = [];
      for (const nodeId of names) {
        const journal = await openAbandoned(nodeId, join(folder, nodeId));
        if (journal !== null) found.push(journal);
      }
      return found;
    },
  };
}

async function openAbandoned(nodeId: string, folder: string): Promise<AbandonedJournal | null> {
  const files = FILE_NAMES.map((name) => join(folder, name));
  // A process that starts right now has the lock before it has a file.
  if (!(await isFile(files[0]!))) return null;
  const lock = lockUnlessHeld(folder);
  if (lock === null) return null;
  const contents = await Promise.all(
    files.map(async (file) => ((await isFile(file)) ? readFile(file) : Buffer.alloc(0))),
  );
  return {
    nodeId,
    counts: parseJournal(Buffer.concat(contents)),
    async remove() {
      await removeFiles(folder);
      lock[Symbol.dispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function removeFiles(folder: string): Promise<void> {
  for (const name of FILE_NAMES) await rm(join(folder, name), { force: true });
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function lockUnlessHeld(folder: string): Disposable | null {
  try {
    return lockFolder(folder);
  } catch (error) {
    if (error instanceof FolderLockError && error.code === 'folder-in-use') return null;
    throw error;
  }
}

/**
 * Lines of a CRC-32 in hexadecimal, a space, and a JSON array of [account, month, calls]. What is written survives the
 * end of the process. It is not synced: with the machine, the last second of calls may be lost, which then cost nothing.
 */
class JournalFile implements UsageJournal {
  readonly nodeId: string;
  readonly #folder: string;
  readonly #lock: Disposable;
  /** Index in FILE_NAMES. */
  #current = 0;
  #descriptor: number;
  #bytes = 0;
  #dirty = new Set<UsageCount>();
  #written: PromiseWithResolvers<void> | null = null;

  constructor(nodeId: string, folder: string, lock: Disposable) {
    this.nodeId = nodeId;
    this.#folder = folder;
    this.#lock = lock;
    this.#descriptor = openForAppending(join(folder, FILE_NAMES[0]));
  }

  record(count: UsageCount): Promise<void> {
    this.#dirty.add(count);
    if (this.#written === null) {
      this.#written = Promise.withResolvers();
      // After all requests that have arrived were read, and before the loop waits for more.
      setImmediate(() => this.#write());
    }
    return this.#written.promise;
  }

  #write(): void {
    const written = this.#written!;
    const line = formatLine(this.#dirty);
    this.#written = null;
    this.#dirty = new Set();
    try {
      // Not asynchronous: it goes to the system's memory in microseconds, and a detour over a thread takes longer.
      this.#append(line);
      written.resolve();
    } catch (error) {
      written.reject(error);
    }
  }

  #append(line: Buffer): void {
    const bytes = writeSync(this.#descriptor, line);
    if (bytes < line.length) {
      // A full disk takes what fits. Nothing may follow half a line.
      ftruncateSync(this.#descriptor, this.#bytes);
      throw new Error(`only ${bytes} of ${line.length} bytes of the usage journal could be written`);
    }
    this.#bytes += bytes;
  }

  isLong(): boolean {
    return this.#bytes > LONG_BYTES;
  }

  compact(counts: readonly UsageCount[]): void {
    const old = { descriptor: this.#descriptor, bytes: this.#bytes, current: this.#current };
    const current = 1 - old.current;
    // Nothing has changed should this fail.
    const descriptor = openForAppending(join(this.#folder, FILE_NAMES[current]!));
    this.#current = current;
    this.#descriptor = descriptor;
    this.#bytes = 0;
    try {
      this.#append(formatLine(counts));
    } catch (error) {
      closeSync(this.#descriptor);
      ({ descriptor: this.#descriptor, bytes: this.#bytes, current: this.#current } = old);
      throw error;
    }
    ftruncateSync(old.descriptor);
    closeSync(old.descriptor);
  }

  async remove(): Promise<void> {
    closeSync(this.#descriptor);
    await removeFiles(this.#folder);
    this.#lock[Symbol.dispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    closeSync(this.#descriptor);
    this.#lock[Symbol.dispose]();
  }
}

/** Empty. What is written goes to its end, also after it was cut. */
function openForAppending(path: string): number {
  const descriptor = openSync(path, 'a', 0o600);
  ftruncateSync(descriptor);
  return descriptor;
}

function formatLine(counts: Iterable<UsageCount>): Buffer {
  const json = JSON.stringify(Array.from(counts, ({ accountId, month, calls }) => [accountId, month, calls]));
  return Buffer.from(`${checksum(json)} ${json}\n`);
}

function checksum(json: string): string {
  return crc32(Buffer.from(json)).toString(16).padStart(8, '0');
}

/** A line that is not whole was never acknowledged; it is left out. */
function parseJournal(bytes: Buffer): UsageCount[] {
  const highest = new Map<string, UsageCount>();
  for (const line of bytes.toString('utf8').split('\n')) {
    const json = line.slice(9);
    if (line.slice(0, 9) !== `${checksum(json)} `) continue;
    for (const [accountId, month, calls] of JSON.parse(json) as [string, string, number][]) {
      const key = `${month} ${accountId}`;
      if ((highest.get(key)?.calls ?? 0) < calls) highest.set(key, { accountId, month, calls });
    }
  }
  return [...highest.values()];
}
