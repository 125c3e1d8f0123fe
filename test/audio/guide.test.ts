import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { sealIsVisible } from '../../src/client/index.ts';
import { SYNTHETIC_MASTER } from '../../src/sandbox/synthetic-master.ts';
import { type Customer, startTrackoriginServer, type TrackoriginServer } from '../support/trackorigin-server.ts';

/** The commands of the platforms' guide, as it prints them, against the recording that everybody may try out. */
const read = (name: string) => readFile(new URL(`../../vectors/audio/${name}.txt`, import.meta.url), 'utf8');
const has = (program: string, flag: string) => spawnSync(program, [flag]).status === 0;
const run = promisify(execFile);

const TOUCHMARK = join(import.meta.dirname, '../../bin/touchmark.mjs');
const missing = ['python3', 'curl'].filter((program) => !has(program, '--version'));
const skip = missing.length > 0 && `${missing.join(' and ')} not on this machine`;

interface Receipt {
  readonly matched: boolean;
  readonly policy_accepted: boolean;
  readonly score: number;
  readonly cert_status: string;
}

describe('the guide for platforms', { skip }, () => {
  let server: TrackoriginServer;
  let platform: Customer;
  let folder: string;
  before(async () => {
    server = await startTrackoriginServer('pglite');
    platform = await server.createCustomer();
    folder = await mkdtemp(join(tmpdir(), 'touchmark-guide-'));
    await mkdir(join(folder, 'served'));
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const shell = async (command: string, env: Record<string, string> = {}) => {
    const here = command
      .replaceAll('https://trackorigin.io', server.url)
      .replace(/cer_01[0-9A-Z]+/g, 'cer_test_synthetic');
    const path = `${join(folder, 'bin')}:${process.env.PATH}`;
    return (await run('bash', ['-c', here], { cwd: folder, env: { ...process.env, PATH: path, ...env } })).stdout;
  };
  const ask = async (path: string) => (await fetch(server.url + path)).json() as Promise<Record<string, unknown>>;

  /** What the guide calls `fpcalc`: the real one where it is, else one that asks our own program. */
  async function installFpcalc(diagnostic: (message: string) => void): Promise<void> {
    const real = spawnSync('bash', ['-c', 'command -v fpcalc'], { encoding: 'utf8' }).stdout.trim();
    await mkdir(join(folder, 'bin'), { recursive: true });
    const file = join(folder, 'bin', 'fpcalc');
    if (real === '') {
      diagnostic('fpcalc is not on this machine: touchmark fingerprint stands in for it');
      await writeFile(
        file,
        `#!${process.execPath}
const { spawnSync } = require('node:child_process');
const { stdout } = spawnSync(process.execPath, [${JSON.stringify(TOUCHMARK)}, 'fingerprint', '--json', process.argv.at(-1)]);
const { duration_ms, fingerprint } = JSON.parse(stdout);
const bytes = Buffer.from(fingerprint, 'base64');
const items = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
console.log(JSON.stringify({ duration: duration_ms / 1000, fingerprint: items }));
`,
      );
    } else {
      // Version 1.5.1 prints everything and then ends with 3 when it has read a file to its end.
      await writeFile(file, `#!/bin/sh\n${real} "$@"\ncode=$?\n[ $code -eq 3 ] && exit 0\nexit $code\n`);
    }
    await chmod(file, 0o755);
  }

  /** The recording as a platform serves it: transcoded where there is an encoder. */
  async function serve(diagnostic: (message: string) => void): Promise<Buffer> {
    const wav = Buffer.from(await (await fetch(`${server.url}/sandbox/synthetic.wav`)).arrayBuffer());
    assert.equal(createHash('sha256').update(wav).digest('hex'), SYNTHETIC_MASTER.sha256Hex);
    await writeFile(join(folder, 'master.wav'), wav);
    const file = join(folder, 'served', 'track.mp3');
    if (has('ffmpeg', '-version') && has('fpcalc', '-version')) {
      await run('ffmpeg', ['-v', 'error', '-i', 'master.wav', '-b:a', '128k', 'served/track.mp3'], { cwd: folder });
    } else {
      diagnostic('ffmpeg or fpcalc is not on this machine: what is served is the FLAC file of the recording');
      await writeFile(file, await (await fetch(`${server.url}/sandbox/synthetic.flac`)).bytes());
    }
    return readFile(file);
  }

  test('step 5: the sandbox certificate is there for anyone', async () => {
    for (const command of (await read('guide-read.sh')).trim().split('\n')) {
      const answer = JSON.parse(await shell(command));
      assert.deepEqual([answer.cert_id, answer.status], ['cer_test_synthetic', 'active']);
    }
  });

  test('step 6: fingerprint, verify, bind and show the seal, with the guide’s own commands', async (t) => {
    const say = (message: string) => t.diagnostic(message);
    const bytes = await serve(say);
    await installFpcalc(say);
    const { fingerprint } = JSON.parse(await shell(await read('guide-print.sh'))) as { fingerprint: number[] };
    assert.ok(fingerprint.length > 300);
    const packed = await shell(`python3 - <<'EOF'\n${await read('guide-pack.py')}print(fp, ms)\nEOF`);
    const [fp, ms] = packed.trim().split(' ');
    const env = { fp: fp!, ms: ms!, TRACKORIGIN_API_KEY: platform.keys.sk_test };
    const receipt = JSON.parse(await shell(await read('guide-verify.sh'), env)) as Receipt;
    assert.deepEqual([receipt.matched, receipt.policy_accepted, receipt.cert_status], [true, true, 'active']);
    assert.ok(receipt.score > 0.9, `score ${receipt.score}`);
    const status = await ask('/api/v1/certificates/cer_test_synthetic/status?no_cache=true');
    assert.equal(status.status, 'active');

    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const registered = await fetch(`${server.url}/api/v1/renditions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${platform.keys.sk_test}`, 'content-type': 'application/json' },
      body: JSON.stringify({ cert_id: 'cer_test_synthetic', sha256, fingerprint: fp, duration_ms: Number(ms) }),
    });
    assert.equal(registered.status, 201, await registered.text());
    const found = await fetch(`${server.url}/api/v1/tracks/by-sha256/${sha256}`, {
      headers: { authorization: `Bearer ${platform.keys.sk_test}` },
    });
    assert.equal(((await found.json()) as { cert_id: string }).cert_id, 'cer_test_synthetic');

    const binding = { state: 'verified', certificateId: 'cer_test_synthetic', servedSha256: sha256 };
    const revocations = { isFresh: () => true, isRevoked: () => false };
    assert.ok(sealIsVisible(binding, sha256, revocations, { allowSandbox: true }));
    const swapped = createHash('sha256').update(bytes.subarray(1)).digest('hex');
    assert.ok(!sealIsVisible(binding, swapped, revocations, { allowSandbox: true }));
  });

  test('another file gets no seal', async (t) => {
    await installFpcalc((message) => t.diagnostic(message));
    const noise = randomBytes(2 * 22_050 * 48);
    const header = (await readFile(join(folder, 'master.wav'))).subarray(0, 44);
    await writeFile(join(folder, 'served', 'track.mp3'), Buffer.concat([header, noise]));
    const packed = await shell(`python3 - <<'EOF'\n${await read('guide-pack.py')}print(fp, ms)\nEOF`);
    const [fp, ms] = packed.trim().split(' ');
    const env = { fp: fp!, ms: ms!, TRACKORIGIN_API_KEY: platform.keys.sk_test };
    const receipt = JSON.parse(await shell(await read('guide-verify.sh'), env)) as Receipt;
    assert.equal(receipt.matched, false);
  });
});
