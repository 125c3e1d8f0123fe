import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WitnessMemory } from '../core/log/witness.ts';
import { createCheckpointFile } from './checkpoint-file.ts';
import { lockFolder } from './folder-lock.ts';

/** What a witness has cosigned, one file a log; the folder is this process's alone. Errors: FolderLockError. */
export async function openWitnessFolder(folder: string): Promise<WitnessMemory & Disposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(folder);
  const fileOf = (log: string) => createCheckpointFile(join(folder, `${log}.checkpoint`));
  return {
    read: (log) => fileOf(log).read(),
    write: (log, note) => fileOf(log).write(note),
    [Symbol.dispose]: () => lock[Symbol.dispose](),
  };
}
