import { readFileSync, statfsSync } from 'node:fs';

const FOLDER = '/dev/shm';
/** Several times what tests have open at once; a machine that has so much to spare does not miss it. */
const LEAST_BYTES = 6 * 1024 ** 3;

/**
 * A folder that is kept in memory, where the system has a large one. An embedded database is more than a thousand small
 * files, and hundreds are made: on a disk, making them can take longer than the tests.
 */
export function findMemoryFolder(): string | null {
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const options = mounts.map((line) => line.split(' ')).find(([, path]) => path === FOLDER)?.[3];
    // Programs of tests are unpacked there as well.
    if (options === undefined || options.split(',').includes('noexec')) return null;
    const { bavail, bsize } = statfsSync(FOLDER);
    return bavail * bsize >= LEAST_BYTES ? FOLDER : null;
  } catch {
    return null;
  }
}
