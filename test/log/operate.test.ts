import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { encodeHex } from '../../src/base/hex.ts';
import { RevocationFollower } from '../../src/client/index.ts';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import type { CredentialKind } from '../../src/core/key/credential.ts';
import { mintCredential } from '../../src/core/key/mint.ts';
import { decodeEntryBundle } from '../../src/proof/merkle/entry-bundle.ts';
import { hashLeaf } from '../../src/proof/merkle/rfc6962.ts';
import { TILE_WIDTH } from '../../src/proof/merkle/tile.ts';
import { formatSubmission } from '../../src/proof/note/add-checkpoint.ts';
import { openCheckpoint } from '../../src/proof/note/checkpoint.ts';
import { parseNote } from '../../src/proof/note/note.ts';
import { parseTlogProof, verifyTlogProof } from '../../src/proof/note/tlog-proof.ts';
import { parseVerifierKey } from '../../src/proof/note/verifier-key.ts';
import { createCheckpointFile } from '../../src/store/checkpoint-file.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createBarePostgresDatabase, type TestDatabase } from '../support/databases.ts';
import { EXAMPLE_WORK } from '../support/example-work.ts';
import { randomHash } from '../support/origimark-server.ts';
import { runTouchmark } from '../support/run-touchmark.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { append } from './rig.ts';

interface PrintedKey {
  readonly key_id: string;
  readonly public_key: string;
  readonly valid_from: string;
  readonly valid_until: string | null;
}

/** Nothing listens there: of Bitcoin these tests need nothing. */
const NO_NODE = 'http://127.0.0.1:9';

let files: TestDatabase & { location: { url: string } };
let folder: string;
let env: Record<string, string>;
let server: ServerProcess | undefined;
let witness: ServerProcess | undefined;
/** The keys of the log and of its witness, in their text form. */
let logKey: string;
let witnessKey: string;
let testKey: string;
let origimarkKey: string;
/** Certificates from before the keys were rotated, and the signed list of revocations of then. */
let recording: { cert_id: string; sequence: number; key_id: string };
let work: { cert_id: string; log_sequence: number };
let olderList: string;
/** What `keys rotate` printed. */
let rotated: { readonly retired: PrintedKey; readonly current: PrintedKey };
const port = 20_000 + Math.floor(Math.random() * 20_000);
const base = `http://127.0.0.1:${port}`;

before(async () => {
  files = await createBarePostgresDatabase();
  folder = await mkdtemp(join(tmpdir(), 'touchmark-log-'));
  env = {
    PORT: String(port),
    TOUCHMARK_DATA: folder,
    DATABASE_URL: files.location.url,
    TOUCHMARK_BITCOIN_RPC: NO_NODE,
    TOUCHMARK_NETWORK: 'regtest',
    TOUCHMARK_LOG_ORIGIN: 'touchmark.example.org/log',
  };
});
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await witness?.[Symbol.asyncDispose]();
  await files[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const start = (): Promise<ServerProcess> => startServer(folder, ['serve'], env, 'listening');
const readBytes = async (path: string) => new Uint8Array(await (await fetch(base + path)).arrayBuffer());
const readText = async (path: string) => new TextDecoder().decode(await readBytes(path));
const trust = () => ({
  origin: 'touchmark.example.org/log',
  logKeys: [parseVerifierKey(logKey)],
  witnessKeys: [parseVerifierKey(witnessKey)],
});
const sizeOf = async () => Number((await readText('/log/checkpoint')).split('\n')[1]);

/** Out of the first bundle of entries, in a log of this size. */
async function readLeaf(sequence: number, size: number): Promise<Uint8Array> {
  const width = Math.min(size, TILE_WIDTH);
  const path = `/log/tile/entries/000${width < TILE_WIDTH ? `.p/${width}` : ''}`;
  return decodeEntryBundle(await readBytes(path), width)[sequence - 1]!;
}

/** Keys of an account that is there without a mail server. */
async function mintKeys(...kinds: readonly CredentialKind[]): Promise<readonly string[]> {
  await using database = await openDatabase({ ...files.location, poolMax: 2 });
  const now = new Date();
  const account = { id: 'mara', email: 'mara@example.org', email_verified: true, role: 'member', display_name: 'Mara' };
  await database.kysely
    .insertInto('account_holder')
    .values({ ...account, created_at: now, updated_at: now } as never)
    .execute();
  return await createStore(database).transact(async (writers) => {
    const secrets: string[] = [];
    for (const kind of kinds) {
      const request = { kind, accountId: account.id, name: null, scopes: null, expiresAt: null };
      secrets.push((await mintCredential(writers, request, { now: systemClock.now(), random: systemRandom })).secret);
    }
    return secrets;
  });
}

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
async function postJson(path: string, body: object, headers: Record<string, string>): Promise<any> {
  const answer = await fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  assert.equal(answer.status, 201, text);
  return JSON.parse(text);
}

const issueSandbox = (secret: string) =>
  postJson(
    '/api/v1/sandbox/certificates',
    { title: 'Lighthouse', artist: 'Mara Vex', sha256: randomHash() },
    { authorization: `Bearer ${secret}` },
  );

async function appendEvents(count: number, first: number): Promise<void> {
  await using database = await openDatabase({ ...files.location, poolMax: 2 });
  await append(createStore(database), count, first);
}

async function waitForSize(size: number): Promise<void> {
  while ((await sizeOf()) < size) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('init makes the key of the log and says it; the log keeps its name', async () => {
  const [made] = (await runTouchmark(folder, ['init', '--json'], env)).json;
  logKey = made.log;
  assert.match(logKey, /^touchmark\.example\.org\/log\+[0-9a-f]{8}\+/);
  const { code, err } = await runTouchmark(folder, ['serve'], { ...env, TOUCHMARK_LOG_ORIGIN: 'other.example.org' });
  assert.equal(code, 1);
  assert.match(err, /^touchmark: [^\n]*keeps its name for good\n$/);
});

test('a witness that runs beside it cosigns what the log publishes, and no rollback', async () => {
  const args = [
    '--name',
    'witness.example.org/w1',
    '--log',
    logKey,
    '--folder',
    join(folder, 'witness'),
    '--port',
    '0',
  ];
  witness = await startServer(folder, ['witness', ...args], {}, 'Its key is');
  const [, url, key] = /listens on (\S+)\nIts key is (\S+)\n/.exec(witness.output.out)!;
  witnessKey = key!;
  env = { ...env, TOUCHMARK_WITNESSES: `${key} ${url}`, TOUCHMARK_WITNESS_QUORUM: '1' };
  server = await start();
  await waitForSize(1);
  const before = await readBytes('/log/checkpoint');
  await appendEvents(3, 1);
  await waitForSize(4);
  for (const note of [before, await readBytes('/log/checkpoint')]) {
    assert.deepEqual(
      openCheckpoint(note, trust(), verifyEd25519).cosignatures.map(({ key: by }) => by.name),
      ['witness.example.org/w1'],
    );
  }
  const older = formatSubmission({ olderSize: 0, proof: [], checkpoint: parseNote(before) });
  const refused = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: older });
  assert.deepEqual([refused.status, await refused.text()], [409, `${await sizeOf()}\n`]);

  const publicKey = encodeHex(parseVerifierKey(witnessKey).publicKey);
  assert.ok(server.output.out.includes(`"publicKey":"${publicKey}"`), 'its settings are logged for people to read');
});

test('a certificate is under the published checkpoint when the call that made it is answered', async () => {
  const [test, apiKey] = await mintKeys('trackorigin-secret-test', 'origimark');
  testKey = test!;
  origimarkKey = apiKey!;
  recording = await issueSandbox(testKey);
  work = await postJson(
    '/api/v1/certify',
    { ...EXAMPLE_WORK, hash: randomHash(), privacy_level: 'public' },
    { 'x-api-key': origimarkKey },
  );
  for (const [id, sequence] of [
    [recording.cert_id, recording.sequence],
    [work.cert_id, work.log_sequence],
  ] as const) {
    const { checkpoint } = openCheckpoint(await readBytes('/log/checkpoint'), trust(), verifyEd25519);
    assert.ok(checkpoint.size >= sequence, `${sequence} is not under ${checkpoint.size}`);
    const leaf = await readLeaf(sequence, checkpoint.size);
    assert.equal(JSON.parse(new TextDecoder().decode(leaf)).certificate_id, id);
    const proof = parseTlogProof(await readBytes(`/log/proof/${sequence}`));
    verifyTlogProof(proof, hashLeaf(leaf), trust(), verifyEd25519);
    assert.equal(proof.index, sequence - 1);
  }
});

test('events of other processes are published, and a killed server goes on where it was', async () => {
  olderList = await readText('/.well-known/trackorigin-revocations.json');
  const before = await sizeOf();
  await appendEvents(300, 1000);
  await waitForSize(before + 300);
  await appendEvents(50, 2000);
  await server!.end('SIGKILL');
  const { json } = await runTouchmark(folder, ['keys', 'rotate', '--json'], env);
  [rotated] = json;
  server = await start();
  await waitForSize(before + 350);
});

test('an author is erased, and the log proves the work as before', async () => {
  const { cert_id: id, log_sequence: sequence } = work;
  const proof = parseTlogProof(await readBytes(`/log/proof/${sequence}`));
  const leaf = await readLeaf(sequence, await sizeOf());
  const erased = await fetch(`${base}/api/v1/certs/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', 'x-api-key': origimarkKey },
    body: JSON.stringify({ erase_author: true }),
  });
  assert.equal(erased.status, 200, await erased.text());
  const shown = await readText(`/api/v1/verify/${id}`);
  assert.ok(!shown.includes(EXAMPLE_WORK.author_last_name) && JSON.parse(shown).status === 'active', shown);
  const stillThere = await readLeaf(sequence, await sizeOf());
  assert.deepEqual(stillThere, leaf);
  verifyTlogProof(proof, hashLeaf(stillThere), trust(), verifyEd25519);
});

test('after keys rotate a started server signs with the new key, and what the old one signed still holds', async () => {
  const { retired, current } = rotated;
  assert.deepEqual((await runTouchmark(folder, ['keys', 'list', '--json'], env)).json, [retired, current]);
  assert.deepEqual([retired.key_id, current.valid_until], [recording.key_id, null]);
  const later = await issueSandbox(testKey);
  assert.equal(later.key_id, current.key_id);

  const published = JSON.parse(await readText('/.well-known/trackorigin-public-key.json'));
  assert.equal(published.key_id, current.key_id);
  for (const [i, key] of [current, retired].entries()) {
    const { key_id, public_key, valid_from, valid_until } = published.keys[i];
    assert.deepEqual({ key_id, public_key, valid_from, valid_until }, key);
  }

  const files = [recording.cert_id, later.cert_id].map((id) => `${id}.json`);
  for (const file of files) {
    await writeFile(join(folder, file), await readBytes(`/api/v1/certificates/${file.slice(0, -5)}/document`));
  }
  const verified = await runTouchmark(folder, ['verify', ...files, '--server', base, '--log-key', logKey, '--json']);
  assert.deepEqual(
    verified.json.map(({ outcome }) => outcome),
    ['verified', 'verified'],
    verified.out,
  );

  const trustedKeys = published.keys.map((key: typeof current) => ({
    keyId: key.key_id,
    publicKey: key.public_key,
    ...(key.valid_until !== null && { validUntil: Date.parse(key.valid_until) }),
  }));
  const answers = [olderList];
  const follower = new RevocationFollower({
    baseUrl: base,
    trustedKeys,
    fetch: async (url, init) => (answers.length > 0 ? new Response(answers.shift()) : fetch(url, init)),
  });
  for (const _ of ['signed by the old key', 'as it is now']) assert.deepEqual((await follower.poll()).problems, []);

  await server!.end('SIGTERM');
  const fsck = await runTouchmark(folder, ['fsck', '--json'], env);
  const { certificates, findings } = fsck.json.at(-1);
  // With the one that every server has, and the work.
  assert.deepEqual([fsck.code, certificates, findings], [0, 4, 0], fsck.out);
});

test('an older database is refused by serve, work and fsck, until the operator begins another log', async () => {
  {
    await using database = await openDatabase({ ...files.location, poolMax: 2 });
    const { kysely } = database;
    // As a copy from the very beginning would be.
    await kysely.updateTable('log_state').set({ revision: 0, signed_note: null, published_revision: null }).execute();
  }
  const [fsck, ...refused] = await Promise.all(
    ['fsck', 'serve', 'work'].map((command) => runTouchmark(folder, [command], env)),
  );
  for (const { code, err } of refused) {
    assert.equal(code, 1);
    assert.match(err, /^touchmark: [^\n]*older copy[^\n]*\n$/);
  }
  assert.equal(fsck!.code, 1);
  const memory = createCheckpointFile(join(folder, 'log', 'checkpoint'));
  assert.notEqual(await memory.read(), null);

  const same = await runTouchmark(folder, ['log', 'begin-anew', 'touchmark.example.org/log'], env);
  assert.equal(same.code, 1);
  const { json } = await runTouchmark(folder, ['log', 'begin-anew', 'touchmark.example.org/log/2', '--json'], env);
  assert.match(json[0].key, /^touchmark\.example\.org\/log\/2\+/);
  // The witness knows nothing of the new log.
  const { TOUCHMARK_WITNESSES: _, TOUCHMARK_WITNESS_QUORUM: __, ...rest } = env;
  env = { ...rest, TOUCHMARK_LOG_ORIGIN: 'touchmark.example.org/log/2' };
  server = await start();
  assert.ok((await sizeOf()) >= 350);
  assert.match(await readText('/log/checkpoint'), /^touchmark\.example\.org\/log\/2\n/);
  await server.end('SIGTERM');
  assert.equal((await runTouchmark(folder, ['fsck', '--json'], env)).code, 0);
  assert.doesNotMatch(server.output.out + (await readFile(join(folder, 'log', 'checkpoint'), 'utf8')), /"key"/);
});
