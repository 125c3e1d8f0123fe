import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { buildVerifier } from '../../build/verifier.ts';
import { until } from '../support/orphograph.ts';
import { findFreePort } from '../support/postgres.ts';
import { type Run, runTouchmark, spawnTouchmark } from '../support/run-touchmark.ts';
import { type ServerProcess, startSandbox } from '../support/server-process.ts';

const ROOT = join(import.meta.dirname, '../..');
const GIBIBYTE = 1024 ** 3;
/** The program alone takes about half of it. */
const PEAK_MAX_KIB = 250 * 1024;
const CALENDARS = ['a', 'alice', 'b', 'btc', 'finney'];

let folder: string;
let data: string;
let verifier: string;
let sandbox: ServerProcess;
/** Of the works, relative to the folder, once they are anchored. */
let works: string[];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'touchmark-real-'));
  data = join(folder, 'data');
  mkdirSync(data);
  // The repository has more files than a key may anchor in a day.
  sandbox = await startSandbox(data, await findFreePort(), { TOUCHMARK_LIMITS: 'orphograph-key=100000' });
  verifier = (await buildVerifier(folder)).path;
});
after(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]): Promise<Run> {
  return runTouchmark(folder, args, { TOUCHMARK_DATA: data });
}

/** The tests run in order, as a person would do it; each needs those before it. */

test('every file of this repository and an empty one are anchored, with all calendars', async (t) => {
  const names = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  const files = names.filter((name) => statSync(join(ROOT, name), { throwIfNoEntry: false })?.isFile());
  for (const name of files) {
    // The repository holds receipts and proofs of its own, which must not pass for those of their neighbours.
    const copy = join(folder, 'works', `${name}.copy`);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(ROOT, name), copy);
  }
  writeFileSync(join(folder, 'works', 'empty'), '');
  const { code, err, json } = await run('anchor', '-r', 'works', '--json');
  assert.equal(code, 0, err);
  const expected = [...files.map((name) => join('works', `${name}.copy`)), join('works', 'empty')];
  assert.deepEqual(json.map(({ file }) => file).sort(), expected.sort());
  for (const { ok, calendars_ok: calendars } of json) assert.deepEqual([ok, calendars], [true, CALENDARS.length]);
  works = expected;
  t.diagnostic(`${works.length} files`);
});

test('a file of one gigabyte is anchored in flat memory', async (t) => {
  const path = join(folder, 'large.bin');
  const file = openSync(path, 'w');
  const tail = randomBytes(1024 * 1024);
  truncateSync(path, GIBIBYTE - tail.length);
  writeSync(file, tail, 0, tail.length, GIBIBYTE - tail.length);
  const child = spawnTouchmark(folder, ['anchor', 'large.bin', '--json'], { TOUCHMARK_DATA: data });
  const output = text(child.stdout!);
  child.stderr!.resume();
  const ended = once(child, 'close');
  let peakKib: number | null = null;
  while (child.exitCode === null) {
    peakKib = readPeakKib(child.pid!) ?? peakKib;
    await delay(20);
  }
  assert.deepEqual(await ended, [0, null]);
  assert.equal(JSON.parse(await output).calendars_ok, CALENDARS.length);
  works.push('large.bin');
  if (peakKib === null) t.diagnostic('this system does not tell the peak memory of a process: it was not checked');
  else assert.ok(peakKib < PEAK_MAX_KIB, `it took ${peakKib} KiB`);
  t.diagnostic(`peak memory ${peakKib} KiB`);
});

/** Peak resident memory, where the system tells it and the process still has any. */
function readPeakKib(pid: number): number | null {
  const path = `/proc/${pid}/status`;
  try {
    const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(path, 'utf8')) ?? [];
    return kib === undefined ? null : Number(kib);
  } catch {
    return null;
  }
}

test('once the blocks are there, upgrade completes every receipt and every proof', async () => {
  let left = works;
  const upgrade = async () => {
    const { json } = await run('upgrade', '--json', ...left);
    assert.equal(json.length, left.length);
    left = json.filter(({ ok, state }) => !ok || state !== 'complete').map(({ file }) => file);
    return left;
  };
  await until(upgrade, () => left.length === 0, 120_000);
});

test('the headers that the proofs need are saved while the chain can be asked', async () => {
  const { code, err } = await run('headers', '-o', 'headers.txt', ...works);
  assert.equal(code, 0, err);
  assert.match(readFileSync(join(folder, 'headers.txt'), 'utf8'), /^\d+ [0-9a-f]{160}$/m);
});

/** From here on there is neither server nor chain. */

test('with the server stopped, every file is verified by touchmark and the saved headers', async () => {
  assert.equal(await sandbox.end('SIGTERM'), 0);
  // Neither address may come from the sandbox's file.
  rmSync(join(data, 'sandbox.json'));
  await assertVerified(() => run('verify', '--json', '--headers', 'headers.txt', '--network', 'regtest', ...works));
});

test('and by the verifier that is one file, alone in a folder of its own', async () => {
  assert.ok(!existsSync(join(folder, 'node_modules')));
  await assertVerified(() =>
    runTouchmark(folder, ['--json', '--headers', 'headers.txt', '--network', 'regtest', ...works], {}, verifier),
  );
});

async function assertVerified(verify: () => Promise<Run>): Promise<void> {
  const { code, err, json } = await verify();
  const others = json.filter(({ outcome }) => outcome !== 'verified').map(({ file, outcome }) => [file, outcome]);
  assert.deepEqual(others, []);
  assert.equal(code, 0, err);
  assert.deepEqual(json.map(({ file }) => file).sort(), works.toSorted());
  for (const { outcome, trust, network } of json) {
    assert.deepEqual({ outcome, trust, network }, { outcome: 'verified', trust: 'headers-file', network: 'regtest' });
  }
}

test('a file with one byte changed is refused as altered by both, and the others are not', async () => {
  const altered = join('works', 'package.json.copy');
  const bytes = readFileSync(join(folder, altered));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(join(folder, altered), bytes);
  const others = works.filter((work) => work !== altered).slice(0, 5);
  const args = ['--json', '--headers', 'headers.txt', '--network', 'regtest', others[0]!, altered, ...others.slice(1)];
  for (const { code, json } of [await run('verify', ...args), await runTouchmark(folder, args, {}, verifier)]) {
    assert.equal(code, 1);
    const outcomes = Object.fromEntries(json.map(({ file, outcome }) => [file, outcome]));
    assert.deepEqual(outcomes, {
      [altered]: 'altered',
      ...Object.fromEntries(others.map((file) => [file, 'verified'])),
    });
  }
});

test('a gigabyte with one byte changed is refused as altered', async () => {
  const file = openSync(join(folder, 'large.bin'), 'r+');
  writeSync(file, Uint8Array.of(1), 0, 1, GIBIBYTE >> 1);
  const { code, json } = await run('verify', '--json', '--headers', 'headers.txt', '--network', 'regtest', 'large.bin');
  assert.deepEqual([code, json[0].outcome], [1, 'altered']);
});

test('info says one line a file about all proofs, and a bad file among them is one such line', async () => {
  const proofs = works.flatMap((work) => CALENDARS.map((calendar) => `${work}.${calendar}.ots`));
  const middle = proofs.length >> 1;
  const files = [...proofs.slice(0, middle), 'works/empty', 'works/missing.ots', ...proofs.slice(middle)];
  const { code, json } = await run('info', '--json', ...files);
  assert.equal(code, 1);
  assert.deepEqual(
    json.map(({ file }) => file),
    files,
  );
  assert.deepEqual(
    json.filter(({ ok }) => !ok).map(({ file }) => file),
    ['works/empty', 'works/missing.ots'],
  );
  for (const { ok, attestations } of json) {
    if (ok) assert.ok(attestations.some(({ type }: { type: string }) => type === 'bitcoin'));
  }
});
