import { CodedError } from '../base/coded-error.ts';

export type FileErrorCode =
  | 'no-such-file'
  | 'no-permission'
  | 'is-a-folder'
  /** A pipe, a socket, a device: something whose bytes are not there to be read twice. */
  | 'not-a-regular-file'
  | 'changed-while-read'
  | 'file-too-large'
  | 'name-too-long'
  | 'receipt-exists'
  | 'file-failure';

/** A file that cannot be used. The message is a sentence without the file's name. */
export class FileError extends CodedError<FileErrorCode> {}

const MESSAGES: Readonly<Record<string, readonly [FileErrorCode, string]>> = {
  ENOENT: ['no-such-file', 'there is no such file'],
  ENOTDIR: ['no-such-file', 'there is no such file'],
  EACCES: ['no-permission', 'there is no permission to read or write it'],
  EPERM: ['no-permission', 'there is no permission to read or write it'],
  EROFS: ['no-permission', 'its folder cannot be written to'],
  EISDIR: ['is-a-folder', 'it is a folder'],
  ENXIO: ['not-a-regular-file', 'it is not a regular file'],
  ENAMETOOLONG: ['name-too-long', 'the name is too long for a receipt to stand beside it; copy it to a shorter name'],
  ENOSPC: ['file-failure', 'the disk is full'],
};

/** The failure of a file system call as a `FileError`; anything else is passed on. */
export function toFileError(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
  if (code === null || cause instanceof CodedError) return cause;
  const known = MESSAGES[code];
  if (known !== undefined) return new FileError(known[0], known[1], { cause });
  return /^E[A-Z]+$/.test(code) ? new FileError('file-failure', `the system says ${code}`, { cause }) : cause;
}

/** Runs file system calls, whose failures come out as `FileError`. */
export async function withFileErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFileError(error);
  }
}
