import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { buildZip } from '../../../test/support/zip.ts';
import { BundleError } from './error.ts';
import { readZip, ZIP_MAX_ENTRIES } from './zip.ts';

test('archives that others make are read, stored and deflated', () => {
  const name = fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,2}\.[a-z]{1,3}$/);
  const files = fc.dictionary(name, fc.uint8Array({ maxLength: 4000 }), { maxKeys: 8, noNullPrototype: true });
  fc.assert(
    fc.property(files, fc.constantFrom<0 | 6>(0, 6), (content, level) => {
      const read = readZip(zipSync(content, { level }));
      assert.deepEqual(
        new Map([...read].map(([key, value]) => [key, Uint8Array.from(value)])),
        new Map(Object.entries(content)),
      );
    }),
  );
});

test('a large entry comes out whole', () => {
  const content = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 2654435761) >>> 24);
  assert.deepEqual(readZip(zipSync({ a: content })).get('a'), content);
});

test('as many entries as allowed are read, one more is not', () => {
  const entries = Array.from({ length: ZIP_MAX_ENTRIES }, (_, index) => ({ name: `${index}`, content: '' }));
  assert.equal(readZip(buildZip(entries)).size, ZIP_MAX_ENTRIES);
  assert.throws(() => readZip(buildZip([...entries, { name: 'more', content: '' }])), { code: 'zip-too-many-entries' });
});

test('only what is wanted is unpacked, and two entries of one name are refused all the same', () => {
  const entries = ['a.ots', 'README.txt'].map((name) => ({ name, content: name.repeat(20), method: 0 as const }));
  const archive = buildZip(entries);
  archive[Buffer.from(archive).lastIndexOf('README.txtREADME')]! ^= 1;
  assert.throws(() => readZip(archive), { code: 'zip-corrupt' });
  assert.deepEqual([...readZip(archive, (name) => name.endsWith('.ots')).keys()], ['a.ots']);
  const twice = buildZip([...entries, entries[1]!]);
  assert.throws(() => readZip(twice, (name) => name.endsWith('.ots')), { code: 'zip-duplicate-name' });
});

test('a damaged archive is read or refused with a code, never anything else', () => {
  const archive = buildZip([
    { name: 'receipt.json', content: '{"a":1}'.repeat(50) },
    { name: 'a.ots', content: 'x'.repeat(300), method: 0 },
  ]);
  const change = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.nat(archive.length), (changes, length) => {
      const damaged = Uint8Array.from(archive);
      for (const [at, byte] of changes) damaged[at] = byte;
      for (const bytes of [damaged, damaged.subarray(0, length)]) {
        try {
          readZip(bytes);
        } catch (error) {
          assert.ok(error instanceof BundleError, String(error));
        }
      }
    }),
    { numRuns: 3000 },
  );
});
