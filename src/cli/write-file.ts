import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RandomBytes } from '../base/clock.ts';
import { encodeHex } from '../base/hex.ts';
import { withFileErrors } from './file-error.ts';

/** Writes a file so that a reader finds the old content or the new, whole, whatever happens in between. */
export function writeFileAtomically(path: string, content: string | Uint8Array, random: RandomBytes): Promise<void> {
  return withFileErrors(async () => {
    // Its own short name: the file's own, with something added, could be too long.
    const temporary = join(dirname(path), `.touchmark-${encodeHex(random(8))}.tmp`);
    try {
      {
        await using file = await open(temporary, 'wx');
        await file.writeFile(content);
        await file.sync();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}
