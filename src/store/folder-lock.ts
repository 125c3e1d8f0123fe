import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CodedError } from '../base/coded-error.ts';

export class FolderLockError extends CodedError<'folder-in-use' | 'folder-not-writable'> {}

const FILE_NAME = 'touchmark.lock';

/** SQLite's result code for a lock that somebody else holds. */
const SQLITE_BUSY = 5;

/**
 * Keeps a folder to one process. PGlite does not: two that open the same folder destroy its data. The lock is SQLite's
 * on an empty file, which the system takes back however the process ends; Node has no other of that kind.
 * Errors: `folder-in-use`, `folder-not-writable`.
 */
export function lockFolder(folder: string): Disposable {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(join(folder, FILE_NAME), { timeout: 0 });
    file.exec('begin exclusive');
  } catch (error) {
    file?.close();
    throw describeFailure(folder, error as Error & { errcode?: number });
  }
  const held = file;
  return { [Symbol.dispose]: () => held.close() };
}

function describeFailure(folder: string, error: Error & { errcode?: number }): FolderLockError {
  return error.errcode === SQLITE_BUSY
    ? new FolderLockError(
        'folder-in-use',
        `${folder} is in use by another Touchmark process: stop it first, or give both a PostgreSQL server (DATABASE_URL)`,
        { cause: error },
      )
    : new FolderLockError('folder-not-writable', `cannot write in ${folder}: ${error.message}`, { cause: error });
}
