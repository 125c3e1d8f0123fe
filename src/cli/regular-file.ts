import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FileError, withFileErrors } from './file-error.ts';

/** Runs `use` on an open regular file. Opening never waits: a pipe without a writer is refused like any other. */
export function withRegularFile<T>(path: string, use: (file: FileHandle, stat: Stats) => Promise<T>): Promise<T> {
  return withFileErrors(async () => {
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = await file.stat();
    if (stat.isDirectory()) throw new FileError('is-a-folder', 'it is a folder');
    if (!stat.isFile()) throw new FileError('not-a-regular-file', 'it is not a regular file');
    return await use(file, stat);
  });
}

/** The whole file, at most `maxBytes`. */
export function readRegularFile(path: string, maxBytes: number): Promise<Uint8Array> {
  return withRegularFile(path, async (file, { size }) => {
    if (size > maxBytes) throw new FileError('file-too-large', `it is larger than ${maxBytes} bytes`);
    return new Uint8Array(await file.readFile());
  });
}

/** The first bytes of the file, fewer when it is shorter. */
export function readStart(path: string, length: number): Promise<Uint8Array> {
  return withRegularFile(path, async (file) => {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  });
}
