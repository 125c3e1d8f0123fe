import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { decodeHex } from '../../src/base/hex.ts';
import { createVerifierKey, formatVerifierKey } from '../../src/proof/note/verifier-key.ts';
import { DOSSIER_KEY } from '../support/dossier.ts';
import { serveHeaders } from '../support/header-server.ts';
import { hash } from '../support/proofs.ts';
import { PYTHON, PYTHON_MISSING, PYTHON_VERIFIER } from '../support/python-verifier.ts';
import { runVerify } from '../support/run-verify.ts';
import { failedStepOf } from '../support/verifier-run.ts';

interface Case {
  readonly title: string;
  /** Below `vectors`. */
  readonly folder: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly verdict?: { readonly outcome: string; readonly trust?: string | null; readonly failedStep?: string };
  readonly prints?: RegExp;
}

if (PYTHON_MISSING) console.warn(PYTHON_MISSING);

const VECTORS = join(import.meta.dirname, '../../vectors');
const read = (path: string) => readFileSync(join(VECTORS, path));
const RECEIPT = 'bundle/valid/bare-proof';
const CERTIFICATE = 'certificate/valid/trackorigin';
const BUNDLE = 'proof-bundle/valid/whole';
const STRANGER = formatVerifierKey(createVerifierKey('ed25519', 'another.example/log', DOSSIER_KEY.publicKey));
const REGTEST = ['--network', 'regtest'];
const HEADERS = ['--headers', 'headers.txt', ...REGTEST];
const verified = { outcome: 'verified' };

/** On each line something hangs on an option. Addresses of servers are named in braces. */
const CASES: readonly Case[] = [
  {
    title: '--file names the work',
    folder: RECEIPT,
    args: ['work.txt.ots', '--file', 'headers.txt', ...HEADERS, '--json'],
    code: 1,
    verdict: { outcome: 'altered', failedStep: 'proof-digest' },
  },
  {
    title: '--digest stands for the work',
    folder: RECEIPT,
    args: ['work.txt.ots', '--digest', hex(hash('sha256', 'another work')), ...HEADERS, '--json'],
    code: 1,
    verdict: { outcome: 'altered', failedStep: 'proof-digest' },
  },
  {
    title: '--headers are blocks from a file',
    folder: RECEIPT,
    args: ['work.txt.ots', ...HEADERS, '--json'],
    code: 0,
    verdict: { ...verified, trust: 'headers-file' },
  },
  {
    title: '--network names the chain, which is the main one without it',
    folder: RECEIPT,
    args: ['work.txt.ots', '--headers', 'headers.txt', '--json'],
    code: 4,
    prints: /^$/,
  },
  {
    title: '--esplora is asked for blocks',
    folder: RECEIPT,
    args: ['work.txt.ots', '--esplora', '{one}', ...REGTEST, '--json'],
    code: 0,
    verdict: { ...verified, trust: 'single-source' },
  },
  {
    title: '--quorum is how many have to agree',
    folder: RECEIPT,
    args: ['work.txt.ots', '--esplora', '{one}', '--esplora', '{other}', '--quorum', '2', ...REGTEST, '--json'],
    code: 0,
    verdict: { ...verified, trust: 'quorum' },
  },
  {
    title: '--quorum of half is refused',
    folder: RECEIPT,
    args: ['work.txt.ots', '--esplora', '{one}', '--esplora', '{other}', '--quorum', '1', ...REGTEST, '--json'],
    code: 3,
    prints: /^$/,
  },
  {
    title: '--rpc is a node of one’s own',
    folder: RECEIPT,
    args: ['work.txt.ots', '--rpc', '{one}', ...REGTEST, '--json'],
    code: 0,
    verdict: { ...verified, trust: 'node' },
  },
  {
    title: 'without a key a certificate speaks for itself',
    folder: CERTIFICATE,
    args: ['certificate.json', '--json'],
    code: 4,
    verdict: { outcome: 'self-asserted' },
  },
  {
    title: '--trusted-key is whom certificates are believed by',
    folder: CERTIFICATE,
    args: ['certificate.json', '--trusted-key', 'keys.json', '--json'],
    code: 0,
    verdict: verified,
  },
  {
    title: '--server is asked for its keys',
    folder: CERTIFICATE,
    args: ['certificate.json', '--server', '{site}', '--json'],
    code: 0,
    verdict: verified,
  },
  {
    title: '--log-key names the log',
    folder: CERTIFICATE,
    args: ['certificate.json', '--trusted-key', 'keys.json', '--log-key', STRANGER, '--json'],
    code: 1,
    verdict: { outcome: 'invalid', failedStep: 'log-proof' },
  },
  {
    title: 'without a root a bundle’s authority is its own',
    folder: BUNDLE,
    args: ['bundle.zip', '--trusted-key', 'keys.json', ...HEADERS],
    code: 0,
    prints: /seen by the bundle’s own time-stamping authority at 20/,
  },
  {
    title: '--tsa-root names authorities',
    folder: BUNDLE,
    args: ['bundle.zip', '--trusted-key', 'keys.json', '--tsa-root', 'tsa-root.pem', ...HEADERS],
    code: 0,
    prints: /seen by a time-stamping authority at 20/,
  },
  {
    title: '--verbose shows every step',
    folder: RECEIPT,
    args: ['work.txt.ots', '--verbose', ...HEADERS],
    code: 0,
    prints: /^ {2}\+ work\.txt\.ots: The proof leads to the Merkle root of block \d+\.$/m,
  },
];

describe('each option does the same in both programs', () => {
  const cleanup = new AsyncDisposableStack();
  let urls: Readonly<Record<string, string>>;
  before(async () => {
    const headers = new Map(
      [
        ...read(`${RECEIPT}/headers.txt`)
          .toString()
          .matchAll(/^(\d+) (\w+)$/gm),
      ].map(([, height, header]) => [Number(height), decodeHex(header!)!] as const),
    );
    const chains = new Map([['chain', { network: 'regtest', headers } as const]]);
    const one = cleanup.use(await serveHeaders(chains)).urlOf('chain');
    const other = cleanup.use(await serveHeaders(chains)).urlOf('chain');
    const site = createServer((request, response) => {
      response.statusCode = request.url === '/.well-known/trackorigin-public-key.json' ? 200 : 404;
      response.end(read(`${CERTIFICATE}/keys.json`));
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    cleanup.defer(() => {
      site.closeAllConnections();
      site.close();
    });
    urls = { one, other, site: `http://127.0.0.1:${(site.address() as AddressInfo).port}` };
  });
  after(() => cleanup.disposeAsync());

  for (const { title, folder, args, code, verdict, prints } of CASES) {
    const cwd = join(VECTORS, folder);
    const line = () => args.map((arg) => urls[/^\{(\w+)\}$/.exec(arg)?.[1] ?? ''] ?? arg);
    const check = (run: { code: number; out: string; err: string }) => {
      assert.equal(run.code, code, run.out + run.err);
      if (prints !== undefined) return assert.match(run.out, prints);
      const { outcome, trust, steps } = JSON.parse(run.out);
      const found = { outcome, trust, failedStep: failedStepOf({ steps }) };
      for (const [name, value] of Object.entries(verdict!)) assert.equal(found[name as keyof typeof found], value);
    };
    test(`touchmark verify: ${title}`, async () => check(await runVerify(cwd, line())));
    test(`verify_cli.py, from a shell: ${title}`, { skip: PYTHON_MISSING }, async () =>
      check(await runPythonProgram(cwd, line())),
    );
  }

  test('both have the same options, and each was tried', { skip: PYTHON_MISSING }, async () => {
    const here = await runVerify(VECTORS, ['--help']);
    const there = await runPythonProgram(VECTORS, ['--help']);
    const [ours, theirs] = [here, there].map(
      ({ out }) => new Set([...out.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, option]) => option!)),
    );
    assert.deepEqual(ours, theirs);
    const tried = new Set(CASES.flatMap(({ args }) => args.filter((arg) => arg.startsWith('--'))));
    assert.deepEqual(ours!.difference(tried), new Set(['--help']));
  });
});

async function runPythonProgram(cwd: string, args: readonly string[]) {
  const child = spawn(PYTHON, [PYTHON_VERIFIER, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number, out, err };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
