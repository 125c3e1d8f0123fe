import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock, systemRandom } from '../app/system.ts';
import { formatPem } from '../proof/tsp/pem.ts';
import { createTsaSecret, DEFAULT_POLICY, loadTsaKeys, readTsaConfig } from './tsa.ts';

const NO_FILES = { ownFiles: null, rootsFile: null };
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-tsa-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('without settings our own authority gives the tokens', () => {
  assert.deepEqual(readTsaConfig({}), {
    policy: DEFAULT_POLICY,
    timeSources: [],
    ownFiles: null,
    sources: [{ name: 'own' }],
    rootsFile: null,
    keepsRevocations: true,
  });
});

test('sources are asked in the order of the list', () => {
  const { sources } = readTsaConfig({
    TOUCHMARK_TOKEN_SOURCES: 'a=https://tsa.example.org/tsr, own',
    TOUCHMARK_TOKEN_ROOTS_FILE: 'roots.pem',
  });
  assert.deepEqual(sources, [{ name: 'a', url: 'https://tsa.example.org/tsr' }, { name: 'own' }]);
});

const REFUSED: Record<string, string>[] = [
  { TOUCHMARK_TSA_POLICY: '1.2.x' },
  { TOUCHMARK_TSA_POLICY: '3.1.2' },
  { TOUCHMARK_TSA_POLICY: '1.40.2' },
  { TOUCHMARK_TSA_KEY_FILE: 'key.pem' },
  { TOUCHMARK_TSA_CHAIN_FILE: 'chain.pem' },
  { TOUCHMARK_TOKEN_SOURCES: 'https://tsa.example.org' },
  { TOUCHMARK_TOKEN_SOURCES: 'a=https://tsa.example.org' },
  { TOUCHMARK_TOKEN_SOURCES: 'a=ftp://tsa.example.org', TOUCHMARK_TOKEN_ROOTS_FILE: 'roots.pem' },
  { TOUCHMARK_TOKEN_SOURCES: 'own,own' },
  { TOUCHMARK_TSA_NTP: 'time.example.org:0' },
  { TOUCHMARK_TSA_NTP: 'time.example.org:123456' },
  { TOUCHMARK_TSA_NTP: 'http://time.example.org' },
];
for (const env of REFUSED) {
  test(`refused: ${JSON.stringify(env)}`, () => {
    const [name] = Object.keys(env);
    assert.throws(() => readTsaConfig(env), { code: 'bad-config', message: new RegExp(name!.split('_')[1]!) });
  });
}

test('a key is made once, and without one nothing starts', async () => {
  await assert.rejects(loadTsaKeys(folder, NO_FILES), { code: 'bad-config', message: /touchmark init/ });
  assert.equal(await createTsaSecret(folder, 'example.org', systemRandom, systemClock), true);
  const { chain } = await loadTsaKeys(folder, NO_FILES);
  assert.equal(await createTsaSecret(folder, 'example.org', systemRandom, systemClock), false);
  assert.deepEqual((await loadTsaKeys(folder, NO_FILES)).chain, chain);
});

test('a certificate of somebody else is taken with its key, and not with another', async () => {
  const { tsa } = JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8'));
  const key = `-----BEGIN PRIVATE KEY-----\n${tsa.key}\n-----END PRIVATE KEY-----\n`;
  const certificates: string[] = tsa.chain.map((base64: string) => formatPem(Buffer.from(base64, 'base64')));
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const ownFiles = { key: await write('key.pem', key), chain: await write('chain.pem', certificates.join('')) };
  assert.equal((await loadTsaKeys('nowhere', { ownFiles, rootsFile: ownFiles.chain })).roots.length, 2);
  const reversed = { ...ownFiles, chain: await write('reversed.pem', certificates.toReversed().join('')) };
  await assert.rejects(loadTsaKeys('nowhere', { ownFiles: reversed, rootsFile: null }), { code: 'bad-config' });
  const swapped = { key: ownFiles.chain, chain: ownFiles.key };
  await assert.rejects(loadTsaKeys('nowhere', { ownFiles: swapped, rootsFile: null }), (error: Error) => {
    assert.ok(!error.message.includes(tsa.key.slice(0, 20)));
    return true;
  });
});
