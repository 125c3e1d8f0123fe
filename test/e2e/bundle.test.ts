import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readZip } from '../../src/proof/bundle/zip.ts';
import { EXAMPLE_WORK } from '../support/example-work.ts';
import { until } from '../support/orphograph.ts';
import { findFreePort } from '../support/postgres.ts';
import { hash } from '../support/proofs.ts';
import { PYTHON, PYTHON_MISSING, PYTHON_VERIFIER } from '../support/python-verifier.ts';
import { runTouchmark } from '../support/run-touchmark.ts';
import { type SandboxFile, type ServerProcess, startSandbox } from '../support/server-process.ts';

/** The time that the sandbox promises is ten seconds; a busy machine needs more. */
const CONFIRMED_WITHIN_MS = 120_000;
/** How an attestation in a Bitcoin block starts, by the OpenTimestamps format. */
const BITCOIN_TAG = Buffer.from('0588960d73d71901', 'hex');
const WORK = Buffer.from('Exactly these words were written by me.\n');
const WORK_SHA256 = Buffer.from(hash('sha256', WORK)).toString('hex');

type Files = ReadonlyMap<string, Uint8Array>;

interface Verdict {
  outcome: string;
  steps: { step: string; ok: boolean | null }[];
}

let folder: string;
let sandbox: ServerProcess;
let url: string;
let file: SandboxFile;

before(async () => {
  if (PYTHON_MISSING) console.warn(PYTHON_MISSING);
  folder = await mkdtemp(join(tmpdir(), 'touchmark-bundle-'));
  const port = await findFreePort();
  sandbox = await startSandbox(folder, port);
  url = `http://127.0.0.1:${port}`;
  file = JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxFile;
  await writeFile(join(folder, 'work.txt'), WORK);
  await writeFile(join(folder, 'keys.json'), await download('/.well-known/trackorigin-public-key.json'));
});
after(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('a bundle of a certified work is verified by both programs, once Bitcoin has it', async (t) => {
  const { cert_id } = await post<{ cert_id: string }>(
    '/api/v1/certify',
    { hash: WORK_SHA256, ...EXAMPLE_WORK, title: 'Words' },
    { 'x-api-key': file.keys.origimark.api_key },
  );
  await downloadConfirmed(`/cert/${cert_id}/proof-bundle.zip`, 'work.zip', ['envelope.ots', 'work.ots']);
  const args = ['work.zip', '--file', 'work.txt', '--trusted-key', 'keys.json', '--json'];
  assertVerified(await runTouchmark(folder, ['verify', ...args, ...bitcoin()]));
  const untrusted = await runTouchmark(folder, ['verify', 'work.zip', '--json', ...bitcoin()]);
  assert.deepEqual([untrusted.code, JSON.parse(untrusted.out).outcome], [4, 'self-asserted']);
  if (PYTHON_MISSING) return t.skip(PYTHON_MISSING);
  assertVerified(runPython(folder, [PYTHON_VERIFIER, ...args, ...bitcoin()]));
});

test('a bundle of a timestamp is verified by both programs, and by its README', async (t) => {
  const { certificate_id } = await post<{ certificate_id: string }>(
    '/api/v1/timestamps',
    { sha256_hash: WORK_SHA256, filename: 'work.txt', file_size_bytes: WORK.length },
    { authorization: `Bearer ${file.keys.proofd.api_key}` },
  );
  assert.match(certificate_id, /^TS-/);
  const path = `/cert/${certificate_id}/proof-bundle.zip`;
  const files = await downloadConfirmed(path, 'timestamp.zip', ['work.ots']);
  assertVerified(await runTouchmark(folder, ['verify', 'timestamp.zip', '--file', 'work.txt', '--json', ...bitcoin()]));
  if (PYTHON_MISSING) return t.skip(PYTHON_MISSING);
  assertVerified(runPython(folder, [PYTHON_VERIFIER, 'timestamp.zip', '--file', 'work.txt', '--json', ...bitcoin()]));
  await followReadme('timestamp', files);
});

test('a receipt’s archive is verified as its README says', async (t) => {
  const { receipt_id } = await post<{ receipt_id: string }>(
    '/api/anchor',
    { hash_hex: WORK_SHA256 },
    { 'x-orpho-api-key': file.keys.orphograph.api_key },
  );
  const files = await downloadConfirmed(`/api/receipt/${receipt_id}.zip`, 'receipt.zip', null);
  assertVerified(await runTouchmark(folder, ['verify', 'receipt.zip', '--file', 'work.txt', '--json', ...bitcoin()]));
  if (PYTHON_MISSING) return t.skip(PYTHON_MISSING);
  await followReadme('receipt', files);
});

/** Unpacks, and runs the README's own command, against this Bitcoin; then without the work, and with another one. */
async function followReadme(name: string, files: Files): Promise<void> {
  const unpacked = join(folder, name);
  mkdirSync(unpacked);
  for (const [file, bytes] of files) await writeFile(join(unpacked, file), bytes);
  const readme = Buffer.from(files.get('README.txt')!).toString();
  const command = /^ {2,}?python3 (verify_cli\.py receipt\.json) --file (?:<file>|WORK)$/m.exec(readme)?.[1];
  assert.ok(command !== undefined, readme);
  const run = (...args: string[]) => runPython(unpacked, [...command.split(' '), ...args, '--json', ...bitcoin()]);
  await writeFile(join(unpacked, 'another.txt'), 'Other words.\n');
  assertVerified(run('--file', '../work.txt'));
  assertVerified(run());
  const altered = run('--file', 'another.txt');
  assert.deepEqual([altered.code, (JSON.parse(altered.out) as Verdict).outcome], [1, 'altered'], altered.err);
}

function bitcoin(): string[] {
  return ['--esplora', file.bitcoin.esplora_url, '--network', file.bitcoin.network];
}

function runPython(cwd: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(PYTHON, args, { cwd, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

function assertVerified({ code, out, err }: { code: number | null; out: string; err: string }): void {
  assert.equal(code, 0, out + err);
  const { outcome, steps } = JSON.parse(out) as Verdict;
  assert.equal(outcome, 'verified', out);
  assert.ok(
    steps.every(({ ok }) => ok !== false),
    out,
  );
}

async function post<T>(path: string, body: object, headers: Record<string, string>): Promise<T> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, text);
  return JSON.parse(text) as T;
}

async function download(path: string): Promise<Uint8Array> {
  const response = await fetch(url + path);
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.equal(response.status, 200, `${path}: ${Buffer.from(bytes)}`);
  return bytes;
}

/** Saves the archive as soon as these proofs, or all where none is named, lead to Bitcoin. */
async function downloadConfirmed(path: string, name: string, proofs: readonly string[] | null): Promise<Files> {
  const bytes = await until(
    () => download(path),
    (zip) => {
      const files = readZip(zip);
      const names = proofs ?? [...files.keys()].filter((one) => one.endsWith('.ots'));
      return names.length > 0 && names.every((one) => Buffer.from(files.get(one) ?? []).includes(BITCOIN_TAG));
    },
    CONFIRMED_WITHIN_MS,
  );
  await writeFile(join(folder, name), bytes);
  return readZip(bytes);
}
