import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { readZip } from '../../proof/bundle/zip.ts';
import { writeZip, type ZipFolder } from './zip-stream.ts';

async function collect(folders: readonly ZipFolder[]): Promise<Uint8Array> {
  async function* source() {
    yield* folders;
  }
  return new Uint8Array(Buffer.concat(await Array.fromAsync(writeZip(source()))));
}

const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}(\.ots|\.json)?$/);
const files = fc.uniqueArray(fc.record({ name, bytes: fc.uint8Array({ maxLength: 200 }) }), {
  selector: (file) => file.name,
  maxLength: 6,
});
const folders = fc.uniqueArray(fc.record({ name, files }), { selector: (folder) => folder.name, maxLength: 20 });

test('what is written is what is read, by our own strict reader and by another one', async () => {
  await fc.assert(
    fc.asyncProperty(folders, async (written) => {
      const bytes = await collect(written);
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

test('an archive of more entries than the old format can count is read whole', async () => {
  const written = Array.from({ length: 11_000 }, (_, i) => ({
    name: `receipt-${i}`,
    files: ['a', 'b', 'c', 'd', 'e', 'f'].map((file) => ({ name: file, bytes: Uint8Array.of(i & 255, i >> 8) })),
  }));
  const read = unzipSync(await collect(written));
  assert.equal(Object.keys(read).length, 66_000);
  assert.deepEqual([...read['receipt-10999/f']!], [10_999 & 255, 10_999 >> 8]);
});
