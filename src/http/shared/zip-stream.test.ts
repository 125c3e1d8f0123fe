import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { readZip } from '../../proof/bundle/zip.ts';
import { packFile, writeZip, type ZipFolder } from './zip-stream.ts';

async function collect(folders: readonly ZipFolder[]): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(writeZip(folders))));
}

const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}(\.ots|\.json)?$/);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.nat(5000).map((length) => new Uint8Array(length)),
);
const files = fc.uniqueArray(fc.record({ name, bytes, isPacked: fc.boolean() }), {
  selector: (file) => file.name,
  maxLength: 6,
});
const folders = fc.uniqueArray(fc.record({ name, files }), { selector: (folder) => folder.name, maxLength: 20 });

test('what is written is what is read, by our own strict reader and by another one', async () => {
  await fc.assert(
    fc.asyncProperty(folders, async (written) => {
      const bytes = await collect(
        written.map(({ name, files }) => ({
          name,
          files: files.map((file) => (file.isPacked ? packFile(file.name, file.bytes) : file)),
        })),
      );
      const expected = written.flatMap((folder) =>
        folder.files.map((file) => [`${folder.name}/${file.name}`, Buffer.from(file.bytes)] as const),
      );
      for (const read of [[...readZip(bytes)], Object.entries(unzipSync(bytes))]) {
        assert.deepEqual(
          read.map(([path, content]) => [path, Buffer.from(content)]),
          expected,
        );
      }
    }),
    { numRuns: 50 },
  );
});

test('a packed file takes less room, and what does not get shorter is stored', () => {
  assert.ok(packFile('text', new Uint8Array(100_000)).bytes.length < 1000);
  assert.deepEqual(packFile('noise', Uint8Array.of(1, 2, 3)), { name: 'noise', bytes: Uint8Array.of(1, 2, 3) });
});

test('an archive of more entries than the old format can count is read whole', async () => {
  const written = Array.from({ length: 11_000 }, (_, i) => ({
    name: `receipt-${i}`,
    files: ['a', 'b', 'c', 'd', 'e', 'f'].map((file) => ({ name: file, bytes: Uint8Array.of(i & 255, i >> 8) })),
  }));
  const read = unzipSync(await collect(written));
  assert.equal(Object.keys(read).length, 66_000);
  assert.deepEqual([...read['receipt-10999/f']!], [10_999 & 255, 10_999 >> 8]);
});

test('an archive is made while it is read: no receipt is asked for ahead, and hardly anything of it is kept', async () => {
  const names = ['receipt.json', 'alice.ots', 'bob.ots', 'carol.ots', 'dave.ots', 'erin.ots'];
  const proof = new Uint8Array(300);
  const receipts = 20_000;
  let asked = 0;
  let keptBytes = 0;
  async function* vault() {
    const before = await measureMemory();
    while (asked < receipts) yield { name: `receipt-${asked++}`, files: names.map((name) => ({ name, bytes: proof })) };
    keptBytes = (await measureMemory()) - before;
  }
  let taken = 0;
  for await (const _ of writeZip(vault())) {
    if (taken < receipts) assert.equal(++taken, asked);
  }
  const keptEach = keptBytes / receipts;
  assert.ok(keptEach < 400, `${keptEach} bytes of each receipt are kept`);
});

/** In bytes. What was collected is given back beside the program, so that one look may be too early. */
async function measureMemory(): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 5; look++) {
    collectGarbage();
    await delay(10);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  return least;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
