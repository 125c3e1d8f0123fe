import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { headersFile } from '../../proof/bundle/headers-file.ts';
import { parseTrustedKeys } from '../../proof/certificate/published-keys.ts';
import { checkBundle } from './check-bundle.ts';
import { recognise } from './evidence-files.ts';

const VECTORS = join(import.meta.dirname, '../../../vectors/proof-bundle');

const given = (path: string, bytes: Uint8Array) => recognise({ path, file: new File([bytes.slice()], path) });
const readVector = async (name: string, file: string) => new Uint8Array(await readFile(join(VECTORS, name, file)));

test('a proof bundle is told from receipts and from works that are archives', async () => {
  assert.equal((await given('renamed.bin', await readVector('valid/whole', 'bundle.zip'))).kind, 'bundle');
  assert.equal((await given('album.zip', zipSync({ 'track.txt': strToU8('a track') }))).kind, 'work');
  assert.equal((await given('cut.zip', await readVector('invalid/zip-cut-short', 'bundle.zip'))).kind, 'broken');
});

test('a file of headers is told from works, in both of its forms', async () => {
  const text = await readVector('valid/whole', 'headers.txt');
  const archive = new Uint8Array(80);
  archive[0] = 1;
  assert.equal((await given('headers.txt', text)).kind, 'headers');
  assert.equal((await given('blockchain_headers', archive)).kind, 'headers');
  assert.equal((await given('letter.txt', strToU8(`2026 ${'a letter '.repeat(10)}`))).kind, 'work');
  assert.equal((await given('other.bin', archive.fill(1, 4, 36))).kind, 'work');
});

for (const name of [
  ...['valid/whole', 'valid/pending', 'valid/no-token', 'valid/own-root'],
  ...['invalid/signature-changed', 'invalid/token-of-another', 'invalid/other-work', 'invalid/revoked'],
]) {
  test(`a browser says of a bundle what every verifier says of it: ${name}`, async () => {
    const read = (file: string) => readVector(name, file);
    const found = await given('bundle.zip', await read('bundle.zip'));
    assert.ok(found.kind === 'bundle');
    const verdict = await checkBundle(found.files, {
      trust: { keys: parseTrustedKeys(await readFile(join(VECTORS, name, 'keys.json'), 'utf8')), log: null },
      headers: headersFile(await read('headers.txt'), 'regtest'),
      workSha256: new Uint8Array(
        createHash('sha256')
          .update(await read('work.bin'))
          .digest(),
      ),
      now: Date.now(),
    });
    const expected = JSON.parse(await readFile(join(VECTORS, name, 'expected.json'), 'utf8'));
    assert.equal(verdict.outcome, expected.outcome, JSON.stringify(verdict.steps, null, 1));
    assert.ok(verdict.steps.some(({ part }) => part === 'certificate'));
  });
}
