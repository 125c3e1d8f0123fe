import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { certificateKeyId } from '../proof/certificate/key-id.ts';
import {
  createCertificateKey,
  KEY_OVERLAP_MS,
  listCertificateKeys,
  loadCertificateKeys,
  rotateCertificateKey,
} from './certificate-keys.ts';
import { verifyEd25519 } from './ed25519.ts';
import { ConfigError } from './env.ts';

const NOW = Date.parse('2026-05-14T14:00:00Z');
const clock = { now: () => NOW, sleep: async () => {} };
const random = (length: number) => new Uint8Array(randomBytes(length));
const MESSAGE = new TextEncoder().encode('a manifest');

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-keys-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('without a key nothing starts, and the first one is made once', async () => {
  await assert.rejects(loadCertificateKeys(folder), ConfigError);
  await assert.rejects(rotateCertificateKey(folder, random, clock), ConfigError);
  assert.equal(await createCertificateKey(folder, random, clock), true);
  const { signer, keys } = await loadCertificateKeys(folder);
  assert.equal(await createCertificateKey(folder, random, clock), false);
  assert.deepEqual((await loadCertificateKeys(folder)).keys, keys);
  assert.equal(signer.keyId, certificateKeyId(keys[0]!.publicKey));
  assert.ok(keys[0]!.validFrom <= NOW && keys[0]!.validUntil === null);
  assert.ok(verifyEd25519(keys[0]!.publicKey, MESSAGE, signer.sign(MESSAGE)));
});

test('a rotated key signs no more and stays in the list, and its seed is gone', async () => {
  const before = await loadCertificateKeys(folder);
  const seeds = [...(await readFile(join(folder, 'secrets.json'), 'utf8')).matchAll(/"seed": "([0-9a-f]{64})"/g)];
  const { retired, current } = await rotateCertificateKey(folder, random, clock);
  const after = await loadCertificateKeys(folder);
  assert.equal(retired.id, before.signer.keyId);
  assert.equal(retired.validUntil, NOW + KEY_OVERLAP_MS);
  assert.equal(after.signer.keyId, current.id);
  assert.deepEqual(await listCertificateKeys(folder), [retired, current]);
  const text = await readFile(join(folder, 'secrets.json'), 'utf8');
  for (const [, seed] of seeds) assert.ok(!text.includes(seed!));
  assert.equal((await stat(join(folder, 'secrets.json'))).mode & 0o077, 0);
});

test('a damaged file of keys is refused', async () => {
  const path = join(folder, 'secrets.json');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/"seed": "../, '"seed": "zz'));
  await assert.rejects(loadCertificateKeys(folder), ConfigError);
  await writeFile(path, text.replace(/"public_key": "..../, '"public_key": "AAAA'));
  await assert.doesNotReject(listCertificateKeys(folder));
  const secrets = JSON.parse(text);
  secrets.certificates.at(-1).public_key = secrets.certificates[0].public_key;
  await writeFile(path, JSON.stringify(secrets));
  await assert.rejects(loadCertificateKeys(folder), ConfigError);
});
