import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckpointMemory } from '../core/log/memory.ts';

/** A checkpoint with the cosignatures that can be in it is far smaller. */
const MAX_BYTES = 1_000_000;

/**
 * The memory of a log in a file of its own. A reader finds the old note or the new one, whole, whatever happens in
 * between, the end of the machine included.
 */
export function createCheckpointFile(path: string): CheckpointMemory {
  return {
    async read() {
      try {
        const bytes = await readFile(path);
        if (bytes.length > MAX_BYTES) throw new Error(`${path} is not a checkpoint: it has ${bytes.length} bytes`);
        return new Uint8Array(bytes);
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },

    async write(note) {
      await mkdir(dirname(path), { recursive: true });
      // Of its own: several processes may share a data folder.
      const draft = `${path}.${randomUUID()}`;
      try {
        {
          await using file = await open(draft, 'wx', 0o600);
          await file.writeFile(note);
          await file.sync();
        }
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
      // Windows keeps names durable by itself, and does not sync a directory.
      if (process.platform === 'win32') return;
      await using folder = await open(dirname(path), 'r');
      await folder.sync();
    },
  };
}
