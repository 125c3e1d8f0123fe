import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createCheckpointFile } from '../../src/store/checkpoint-file.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createBarePostgresDatabase, type TestDatabase } from '../support/databases.ts';
import { runTouchmark } from '../support/run-touchmark.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { append } from './rig.ts';

/** Nothing listens there: of Bitcoin these tests need nothing. */
const NO_NODE = 'http://127.0.0.1:9';

let files: TestDatabase & { location: { url: string } };
let folder: string;
let env: Record<string, string>;
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
  await files[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const start = (): Promise<ServerProcess> => startServer(folder, ['serve'], env, 'listening');
const sizeOf = async () => Number((await (await fetch(`${base}/log/checkpoint`)).text()).split('\n')[1]);

async function appendEvents(count: number, first: number): Promise<void> {
  await using database = await openDatabase({ ...files.location, poolMax: 2 });
  await append(createStore(database), count, first);
}

async function waitForSize(size: number): Promise<void> {
  while ((await sizeOf()) < size) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('init makes the key of the log and says it; the log keeps its name', async () => {
  const [made] = (await runTouchmark(folder, ['init', '--json'], env)).json;
  assert.match(made.log, /^touchmark\.example\.org\/log\+[0-9a-f]{8}\+/);
  const { code, err } = await runTouchmark(folder, ['serve'], { ...env, TOUCHMARK_LOG_ORIGIN: 'other.example.org' });
  assert.equal(code, 1);
  assert.match(err, /^touchmark: [^\n]*keeps its name for good\n$/);
});

test('events of other processes are published, and a killed server goes on where it was', async () => {
  const first = await start();
  const before = await sizeOf();
  await appendEvents(300, 1);
  await waitForSize(before + 300);
  await appendEvents(50, 301);
  await first.end('SIGKILL');
  await using second = await start();
  await waitForSize(before + 350);
  await second.end('SIGTERM');
  const fsck = await runTouchmark(folder, ['fsck', '--json'], env);
  assert.deepEqual([fsck.code, fsck.json.at(-1).findings], [0, 0], fsck.out);
});

test('an older database is refused by serve, work and fsck, until the operator begins another log', async () => {
  {
    await using database = await openDatabase({ ...files.location, poolMax: 2 });
    const { kysely } = database;
    // As a copy from the very beginning would be.
    await kysely.updateTable('log_state').set({ revision: 0, signed_note: null, published_revision: null }).execute();
  }
  for (const command of ['serve', 'work']) {
    const { code, err } = await runTouchmark(folder, [command], env);
    assert.equal(code, 1);
    assert.match(err, /^touchmark: [^\n]*older copy[^\n]*\n$/);
  }
  assert.equal((await runTouchmark(folder, ['fsck', '--json'], env)).code, 1);
  const memory = createCheckpointFile(join(folder, 'log', 'checkpoint'));
  assert.notEqual(await memory.read(), null);

  const same = await runTouchmark(folder, ['log', 'begin-anew', 'touchmark.example.org/log'], env);
  assert.equal(same.code, 1);
  const { json } = await runTouchmark(folder, ['log', 'begin-anew', 'touchmark.example.org/log/2', '--json'], env);
  assert.match(json[0].key, /^touchmark\.example\.org\/log\/2\+/);
  env = { ...env, TOUCHMARK_LOG_ORIGIN: 'touchmark.example.org/log/2' };
  await using server = await start();
  assert.ok((await sizeOf()) >= 350);
  assert.match(await (await fetch(`${base}/log/checkpoint`)).text(), /^touchmark\.example\.org\/log\/2\n/);
  await server.end('SIGTERM');
  assert.equal((await runTouchmark(folder, ['fsck', '--json'], env)).code, 0);
  assert.doesNotMatch(server.output.out + (await readFile(join(folder, 'log', 'checkpoint'), 'utf8')), /"key"/);
});
