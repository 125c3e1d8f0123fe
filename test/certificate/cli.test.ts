import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runTouchmark } from '../support/run-touchmark.ts';
import { startTrackoriginServer, type TrackoriginServer } from '../support/trackorigin-server.ts';

let server: TrackoriginServer;
let folder: string;
before(async () => {
  server = await startTrackoriginServer('pglite');
  folder = await mkdtemp(join(tmpdir(), 'touchmark-cli-'));
  // A document has no proof of the log before that.
  await server.log.awaitPublished(1);
  const document = await fetch(`${server.url}/api/v1/certificates/cer_test_synthetic/document`);
  await writeFile(join(folder, 'cert.json'), await document.text());
  const keys = await fetch(`${server.url}/.well-known/trackorigin-public-key.json`);
  await writeFile(join(folder, 'keys.json'), await keys.text());
});
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const verify = (...args: string[]) => runTouchmark(folder, ['verify', 'cert.json', ...args]);

test('a certificate is verified by pinned keys, or those of the server that was named', async () => {
  for (const trust of [
    ['--trusted-key', 'keys.json'],
    ['--server', server.url],
  ]) {
    const { code, json, err } = await verify(...trust, '--log-key', server.log.verifierKey, '--json');
    assert.equal(code, 0, err);
    assert.deepEqual([json[0].outcome, json[0].isSandbox, json[0].log.isTrusted], ['verified', true, true]);
  }
});

test('who names no key is told that nobody vouches for the document', async () => {
  const { code, out } = await verify();
  assert.equal(code, 4);
  assert.match(out, /self-asserted/);
  assert.match(out, /vouches for itself/);
});

test('a certificate that a newer one has replaced holds, and names the newer one', async () => {
  const newer = '0190a000-0000-7000-8000-000000000002';
  const document = JSON.parse(await readFile(join(folder, 'cert.json'), 'utf8'));
  const status = { ...document.status, superseded_by: newer };
  await writeFile(join(folder, 'older.json'), JSON.stringify({ ...document, status }));
  const { code, out } = await runTouchmark(folder, ['verify', 'older.json', '--trusted-key', 'keys.json']);
  assert.equal(code, 0);
  assert.match(out, new RegExp(`^older.json: verified, superseded by ${newer}$`, 'm'));
});

test('keys that cannot be had, and keys that are none, decide nothing', async () => {
  assert.equal((await verify('--server', 'http://127.0.0.1:9')).code, 4);
  assert.equal((await verify('--trusted-key', 'cert.json')).code, 4);
  assert.equal((await verify('--trusted-key', 'missing.json')).code, 4);
  assert.equal((await verify('--log-key', 'nonsense', '--trusted-key', 'keys.json')).code, 3);
});
