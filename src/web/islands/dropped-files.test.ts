import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listDropped } from './dropped-files.ts';

/** As browsers give folders: entries in parts, and errors as DOMException. */
const file = (fullPath: string, error?: DOMException) => ({
  fullPath,
  isDirectory: false,
  file: (resolve: (file: File) => void, reject: (error: unknown) => void) =>
    error === undefined ? resolve(new File(['x'], fullPath.split('/').at(-1)!)) : reject(error),
});
const folder = (fullPath: string, parts: (readonly object[] | DOMException)[]) => ({
  fullPath,
  isDirectory: true,
  createReader: () => {
    const left = [...parts, []];
    return {
      readEntries: (resolve: (entries: object) => void, reject: (error: unknown) => void) => {
        const part = left.shift()!;
        if (part instanceof DOMException) reject(part);
        else resolve(part);
      },
    };
  },
});
const drop = (...entries: readonly object[]) =>
  ({
    items: entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry })),
    files: [],
  }) as unknown as DataTransfer;

test('folders are read to the end, with the paths of what is in them', async () => {
  const { files, unreadable } = await listDropped(
    drop(file('/a.txt'), folder('/f', [[file('/f/b.txt')], [folder('/f/g', [[file('/f/g/c.txt')]])]])),
    () => {},
  );
  assert.deepEqual(
    files.map(({ path }) => path),
    ['a.txt', 'f/b.txt', 'f/g/c.txt'],
  );
  assert.deepEqual(unreadable, []);
});

test('what cannot be read is named in plain words, and does not keep the rest from being read', async () => {
  const { files, unreadable } = await listDropped(
    drop(
      folder('/closed', [new DOMException('', 'NotReadableError')]),
      file('/gone.txt', new DOMException('', 'NotFoundError')),
      file('/there.txt'),
    ),
    () => {},
  );
  assert.deepEqual(
    files.map(({ path }) => path),
    ['there.txt'],
  );
  assert.deepEqual(unreadable, [
    { path: 'closed', reason: 'This browser may not read it.' },
    { path: 'gone.txt', reason: 'It is not there any more.' },
  ]);
});
