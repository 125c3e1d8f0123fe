import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { hashBlob, UnreadableError } from './hash-blob.ts';

const NAMES = ['sha1', 'sha256', 'sha512', 'ripemd160'] as const;

test('a small file and one that is read in parts have the digests that others compute', async () => {
  for (const length of [0, 1, 5_000_000, 33 * 1024 * 1024]) {
    const bytes = randomBytes(length);
    const names = length > 6_000_000 ? (['sha256'] as const) : NAMES;
    const digests = await hashBlob(new Blob([bytes]), names, () => {});
    for (const name of names) {
      assert.deepEqual(Buffer.from(digests[name]!), createHash(name).update(bytes).digest(), `${name} of ${length}`);
    }
  }
});

test('a file that changes or vanishes while it is read has no digest', async () => {
  const failing = { size: 10, slice: () => failing, arrayBuffer: async () => Promise.reject(new Error('gone')) };
  const shrunk = { size: 10, slice: () => shrunk, arrayBuffer: async () => new ArrayBuffer(9) };
  for (const blob of [failing, shrunk]) {
    await assert.rejects(
      hashBlob(blob as unknown as Blob, ['sha256'], () => {}),
      UnreadableError,
    );
    await assert.rejects(
      hashBlob(blob as unknown as Blob, ['ripemd160'], () => {}),
      UnreadableError,
    );
  }
});

test('a large file is read in parts, one after another and never as a whole, so that memory stays flat', async () => {
  const size = 41 * 1024 * 1024;
  const starts: number[] = [];
  let largest = 0;
  let reading = 0;
  let mostAtOnce = 0;
  const part = (start: number, end: number): object => ({
    size: end - start,
    slice: (from: number, to: number) => part(start + from, Math.min(start + to, end)),
    async arrayBuffer() {
      starts.push(start);
      largest = Math.max(largest, end - start);
      mostAtOnce = Math.max(mostAtOnce, ++reading);
      await new Promise(setImmediate);
      reading--;
      return new ArrayBuffer(end - start);
    },
  });
  const told: number[] = [];
  const { sha256 } = await hashBlob(part(0, size) as Blob, ['sha256'], (done) => told.push(done));
  assert.deepEqual(Buffer.from(sha256!), createHash('sha256').update(new Uint8Array(size)).digest());
  assert.equal(largest, 4 * 1024 * 1024);
  assert.equal(mostAtOnce, 1);
  assert.deepEqual(starts, [0, ...told.slice(0, -1)]);
  assert.equal(told.at(-1), size);
});
