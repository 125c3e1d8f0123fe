import { fsyncSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { mapConcurrently } from '../base/concurrency.ts';

type Init = NodeFS['init'];

/** The parts of PGlite's Emscripten module that its type leaves out. */
interface NodeFsModule {
  readonly NODEFS: { readonly stream_ops: { fsync?: (stream: { readonly nfd: number }) => number } };
  readonly FS: { readonly ErrnoError: new (errno: number) => Error };
}

/** What WASI calls EINVAL and EIO. */
const WASI_EINVAL = 28;
const WASI_EIO = 29;
/** A disk syncs several files in the time of one; a fresh database has a thousand. */
const SYNCS_AT_ONCE = 16;

/**
 * A folder for PGlite in which fsync does what it says. In PGlite's own, PostgreSQL's call ends without effect: a commit
 * would survive the end of the process, but not the end of the machine. fdatasync cannot be mended in this way, so
 * PostgreSQL has to be told to use fsync.
 */
export class SyncedNodeFs extends NodeFS {
  override async init(...[pglite, options]: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const mendFsync = (module: unknown) => {
      const { NODEFS, FS } = module as NodeFsModule;
      NODEFS.stream_ops.fsync = ({ nfd }) => {
        try {
          fsyncSync(nfd);
        } catch (error) {
          // Windows refuses to sync a directory. PostgreSQL passes over that, if it is called so.
          throw new FS.ErrnoError((error as NodeJS.ErrnoException).code === 'EPERM' ? WASI_EINVAL : WASI_EIO);
        }
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), mendFsync] } };
  }
}

/** Puts a folder, with all that is below it, on the disk. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const pathsOf = (wanted: typeof entries) => wanted.map(({ parentPath, name }) => join(parentPath, name));
  const files = pathsOf(entries.filter((entry) => entry.isFile()));
  const folders = [folder, ...pathsOf(entries.filter((entry) => entry.isDirectory()))];
  await mapConcurrently(files, SYNCS_AT_ONCE, (path) => syncPath(path, 'r+'));
  // Windows keeps names durable by itself, and does not sync a directory.
  if (process.platform !== 'win32') await mapConcurrently(folders, SYNCS_AT_ONCE, (path) => syncPath(path, 'r'));
}

async function syncPath(path: string, flags: 'r' | 'r+'): Promise<void> {
  await using file = await open(path, flags);
  await file.sync();
}
