import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../src/store/database.ts';
import { replayTranscript } from '../contract/transcript.ts';
import { startAnchorLoad } from '../support/anchor-load.ts';
import { anchor, readReceipt, until } from '../support/orphograph.ts';
import { findFreePort } from '../support/postgres.ts';
import { runTouchmark } from '../support/run-touchmark.ts';
import { type SandboxFile, type ServerProcess, startBareSandbox } from '../support/server-process.ts';

/** The time that the sandbox promises is ten seconds; a busy machine needs more. */
const PINNED_WITHIN_MS = 20_000;

let folder: string;
let port: number;
let sandbox: ServerProcess;
let url: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-sandbox-'));
  port = await findFreePort();
  sandbox = await startBareSandbox(folder, port, {
    TOUCHMARK_FREE_ANCHORS_PER_DAY: 'unlimited',
    TOUCHMARK_LIMITS: 'orphograph-key=999999',
  });
  url = `http://127.0.0.1:${port}`;
});
after(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function readSandboxFile(): Promise<SandboxFile> {
  return JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxFile;
}

test('what to try next is printed, with commands for this very sandbox', async () => {
  const { out, err } = sandbox.output;
  assert.equal(err, '');
  assert.ok(out.includes(`Touchmark sandbox: ${url}\n`));
  assert.ok(out.includes('npx touchmark anchor README.md --wait') && out.includes('npx touchmark verify README.md'));
  assert.ok(out.includes(`curl -s ${url}/api/anchor`));
  assert.ok(out.includes(`${folder}/sandbox.json`));
  assert.ok(out.split('\n').length < 20, 'it is more than a few lines');
});

test('sandbox.json says where everything is, only to the user who started it, and is right', async () => {
  const file = await readSandboxFile();
  const { base_url, keys, bitcoin } = file;
  assert.equal(base_url, url);
  assert.match(keys.orphograph.api_key, /^orpho_[A-Za-z0-9_-]{32}$/);
  assert.equal(bitcoin.network, 'regtest');
  const height = Number(await (await fetch(`${bitcoin.esplora_url}/blocks/tip/height`)).text());
  assert.ok(height >= 600);
  const { origin, username, password } = new URL(bitcoin.rpc_url);
  const response = await fetch(origin, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ method: 'getblockcount', params: [], id: 1 }),
  });
  assert.ok(((await response.json()) as { result: number }).result >= height);
  if (process.platform !== 'win32') {
    for (const name of ['sandbox.json', 'sandbox-keys.json', 'secrets.json']) {
      assert.equal((await stat(join(folder, name))).mode & 0o077, 0, name);
    }
  }
});

test('a receipt is pinned in Bitcoin within seconds', async () => {
  const { receipt_id: id } = await anchor(url);
  const receipt = await until(
    () => readReceipt(url, id),
    ({ status }) => status === 'pinned',
    PINNED_WITHIN_MS,
  );
  assert.ok(receipt.btc_pinned_at !== null && receipt.checks.every(({ ok }) => ok));
});

test('it says that it lives, that it is ready, and what it measured', async () => {
  for (const path of ['/livez', '/readyz']) assert.equal((await fetch(url + path)).status, 200, path);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(
    metrics,
    /^touchmark_http_request_duration_seconds_count\{method="GET",route="\/livez",status="200"\} 1$/m,
  );
  assert.match(metrics, /^touchmark_calendar_reachable\{calendar="alice"\} 1$/m);
  assert.match(metrics, /^touchmark_upgrade_steps_total\{step="confirmed"\} [1-9]/m);
});

test('its OpenAPI document describes every operation of the contract', async () => {
  const response = await fetch(`${url}/api/v1/openapi.json`);
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  const document = (await response.json()) as {
    openapi: string;
    info: { title: string; version: string };
    paths: Record<string, Record<string, { responses: Record<string, object> }>>;
  };
  assert.match(document.openapi, /^3\.1\.\d$/);
  assert.ok(document.info.title !== '' && document.info.version !== '');
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  for (const operation of [
    'post /api/anchor',
    'post /api/anchor/batch',
    'get /api/receipt/{receipt_id}',
    'get /api/receipt/{receipt_id}.zip',
    'get /api/receipt/{receipt_id}/summary',
    'get /api/badge/{receipt_id}.svg',
    'get /api/verify/{receipt_id}',
    'get /api/health',
    'get /api/stats',
    'get /api/config',
  ]) {
    assert.ok(operations.includes(operation), `${operation} is not in ${operations.join(', ')}`);
  }
  for (const [path, item] of Object.entries(document.paths)) {
    assert.match(path, /^\//);
    for (const { responses } of Object.values(item)) {
      assert.ok(Object.keys(responses).length > 0);
      for (const response of Object.values(responses)) assert.ok('description' in response || '$ref' in response);
    }
  }
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
  for (const [, pointer] of references) {
    const target = pointer!.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
    assert.ok(target !== undefined, `${pointer} leads nowhere`);
  }
});

for (const name of ['anchor', 'anchor-batch', 'receipt', 'status', 'refusals']) {
  test(`the real program answers as in the transcript ${name}`, () => replay(name));
}

async function replay(name: string): Promise<void> {
  const text = await readFile(new URL(`../../vectors/wire/orphograph/${name}.txt`, import.meta.url), 'utf8');
  await replayTranscript(text, url);
}

test('a second sandbox on the same port is refused with a message, and the first goes on', async () => {
  const other = await mkdtemp(join(tmpdir(), 'touchmark-sandbox-'));
  try {
    const { code, err } = await runTouchmark(folder, ['sandbox'], { PORT: String(port), TOUCHMARK_DATA: other });
    assert.equal(code, 1);
    assert.match(err, new RegExp(`^touchmark: [^\\n]*\\b${port}\\b[^\\n]*in use[^\\n]*\\n$`));
  } finally {
    await rm(other, { recursive: true, force: true });
  }
  await anchor(url);
});

test('a second sandbox on the same folder is refused with a message, and the first goes on', async () => {
  const before = await readSandboxFile();
  const second = { PORT: String(await findFreePort()), TOUCHMARK_DATA: folder };
  const { code, err } = await runTouchmark(folder, ['sandbox'], second);
  assert.equal(code, 1);
  assert.match(err, /^touchmark: [^\n]*in use[^\n]*\n$/);
  assert.ok(err.includes(folder));
  assert.deepEqual(await readSandboxFile(), before);
  await anchor(url);
});

test('stopping under load answers what was accepted: nothing is recorded that nobody was told of', async () => {
  const since = new Date();
  const load = startAnchorLoad(url, (await readSandboxFile()).keys.orphograph.api_key);
  await load.started;
  await delay(500);
  const answeredBefore = load.acknowledged.length;
  const code = await sandbox.end('SIGTERM');
  await load.stop();
  assert.equal(code, 0);
  assert.ok(load.acknowledged.length > answeredBefore, 'nothing was under way');
  assert.deepEqual(
    load.refusals.filter((status) => status !== 503),
    [],
  );
  assert.deepEqual(await listRecorded(since), load.acknowledged.map(({ id }) => id).sort());

  // The documented free tier this time.
  sandbox = await startBareSandbox(folder, port);
  for (const { id, digest } of load.acknowledged.slice(-100)) {
    const receipt = await readReceipt(url, id);
    assert.ok(receipt.hash_hex === digest && receipt.checks.every(({ ok }) => ok));
  }
});

/** Ids of the receipts that accounts have in the stopped sandbox from `since` on; the log's own are nobody's. */
async function listRecorded(since: Date): Promise<string[]> {
  await using database = await openDatabase({ folder: join(folder, 'database') });
  const recorded = database.kysely.selectFrom('receipt').select('id').where('created_at', '>=', since);
  return (await recorded.where('account_id', 'is not', null).execute()).map(({ id }) => id).sort();
}

test('the real program answers as in the transcript free-tier', () => replay('free-tier'));

test('keys and addresses are the same after a restart, and what was pinned still is', async () => {
  const before = await readSandboxFile();
  assert.equal(before.base_url, url);
  const { receipt_id: id } = await anchorWithKey(before.keys.orphograph.api_key);
  await until(
    () => readReceipt(url, id),
    ({ status }) => status === 'pinned',
    PINNED_WITHIN_MS,
  );
  assert.equal(await sandbox.end('SIGTERM'), 0);
  sandbox = await startBareSandbox(folder, port);
  assert.deepEqual((await readSandboxFile()).keys, before.keys);
  assert.equal((await readReceipt(url, id)).status, 'pinned');
});

async function anchorWithKey(apiKey: string): Promise<{ receipt_id: string }> {
  const response = await fetch(`${url}/api/anchor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-orpho-api-key': apiKey },
    body: JSON.stringify({ hash_hex: '5e'.repeat(32) }),
  });
  assert.equal(response.status, 200);
  return (await response.json()) as { receipt_id: string };
}
