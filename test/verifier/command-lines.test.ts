import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { hash } from '../support/proofs.ts';
import { PYTHON_MISSING, runPython, runPythonVerifier } from '../support/python-verifier.ts';
import { runVerify } from '../support/run-verify.ts';
import type { Verdict, VerifierRun } from '../support/verifier-run.ts';

interface Case {
  readonly title: string;
  readonly args: readonly string[];
  readonly code: number;
  /** Of each verdict. */
  readonly outcomes: readonly string[];
  /** What the steps of the first verdict have to say. */
  readonly says?: RegExp;
}

const VECTORS = join(import.meta.dirname, '../../vectors');
const NO_WORK = /No work was compared: the SHA-256 of yours has to be [0-9a-f]{64}\./;
if (PYTHON_MISSING) console.warn(PYTHON_MISSING);

const CASES: readonly Case[] = [
  { title: 'a work with a .ots file beside it', args: ['photo.jpg'], code: 0, outcomes: ['verified'] },
  { title: 'a .ots file beside its work', args: ['photo.jpg.ots'], code: 0, outcomes: ['verified'] },
  { title: 'a proof of one calendar beside its work', args: ['song.mp3.alice.ots'], code: 0, outcomes: ['verified'] },
  {
    title: 'proofs of two works at once',
    args: ['photo.jpg.ots', 'song.mp3.alice.ots'],
    code: 0,
    outcomes: ['verified', 'verified'],
  },
  { title: 'another work beside a .ots file', args: ['changed.jpg'], code: 1, outcomes: ['altered'] },
  { title: 'a .ots file without its work', args: ['lonely.ots'], code: 3, outcomes: [] },
  { title: 'a file that nothing belongs to', args: ['alone.txt'], code: 3, outcomes: [] },
  {
    title: 'one file of two that nothing belongs to',
    args: ['alone.txt', 'photo.jpg'],
    code: 3,
    outcomes: ['verified'],
  },
  { title: 'a file that is not there', args: ['gone.jpg', 'photo.jpg'], code: 1, outcomes: ['verified'] },
  {
    title: 'a work with a broken receipt beside it',
    args: ['torn.jpg'],
    code: 1,
    outcomes: ['invalid'],
    says: /not JSON/,
  },
  { title: 'a work too large for an archive', args: ['large.zip'], code: 1, outcomes: ['altered'] },
  { title: 'a broken archive without a work', args: ['broken.zip'], code: 1, outcomes: ['invalid'], says: /\(zip-/ },
  {
    title: 'a broken archive and a work',
    args: ['broken.zip', '--file', 'photo.jpg'],
    code: 1,
    outcomes: ['invalid'],
    says: /\(zip-/,
  },
  { title: 'a receipt without a work', args: ['receipt.json'], code: 0, outcomes: ['verified'], says: NO_WORK },
  {
    title: 'a receipt’s archive without a work',
    args: ['receipt.zip'],
    code: 0,
    outcomes: ['verified'],
    says: NO_WORK,
  },
  {
    title: 'an archive of many receipts without a work',
    args: ['many.zip'],
    code: 1,
    outcomes: ['invalid', 'verified'],
    says: NO_WORK,
  },
  {
    title: 'a receipt beside its work',
    args: ['song.mp3.touchmark.json'],
    code: 0,
    outcomes: ['verified'],
    says: /The work has the SHA-256/,
  },
  {
    title: 'a receipt and another work',
    args: ['receipt.json', '--file', 'changed.jpg'],
    code: 1,
    outcomes: ['altered'],
  },
];

describe('both programs find the same files, and say the same of them', () => {
  let folder: string;
  let python: readonly VerifierRun[] = [];
  const common = ['--headers', 'headers.txt', '--network', 'regtest', '--json'];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'touchmark-lines-'));
    const copy = (from: string, ...to: string[]) => {
      for (const name of to) copyFileSync(join(VECTORS, from), join(folder, name));
    };
    const bare = 'bundle/valid/bare-proof';
    copy(`${bare}/headers.txt`, 'headers.txt');
    copy(`${bare}/work.txt`, 'photo.jpg', 'song.mp3', 'torn.jpg');
    copy(
      `${bare}/work.txt.ots`,
      'photo.jpg.ots',
      'song.mp3.alice.ots',
      'changed.jpg.ots',
      'large.zip.ots',
      'lonely.ots',
    );
    copy('bundle/valid/one-calendar/work.txt.touchmark.json', 'song.mp3.touchmark.json', 'receipt.json');
    copy('bundle/valid/zip/receipt.zip', 'receipt.zip');
    copy('bundle/valid/zip-of-many/receipts.zip', 'many.zip');
    const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
    put('changed.jpg', 'changed');
    put('alone.txt', 'alone');
    put('torn.jpg.touchmark.json', '{"format":"touchmark-rec');
    put('large.zip', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(33 * 1024 * 1024)]));
    const bundle = readFileSync(join(VECTORS, 'proof-bundle/valid/whole/bundle.zip'));
    bundle[200]! ^= 1;
    put('broken.zip', bundle);
    if (!PYTHON_MISSING)
      python = await runPythonVerifier(CASES.map(({ args }) => ({ cwd: folder, args: [...args, ...common] })));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [i, { title, args, code, outcomes, says }] of CASES.entries()) {
    const check = (
      run: { code: number | null; err: string },
      verdicts: readonly (Verdict & { readonly doesNotProve?: unknown })[],
    ) => {
      assert.equal(run.code, code, run.err + JSON.stringify(verdicts));
      assert.deepEqual(
        verdicts.map(({ outcome }) => outcome),
        outcomes,
      );
      if (says === undefined) return;
      assert.match(JSON.stringify(verdicts[0]!.steps), says);
      for (const { outcome, doesNotProve } of verdicts) {
        const isSaid = JSON.stringify(doesNotProve).includes('none was compared');
        assert.equal(isSaid, outcome === 'verified' && says === NO_WORK);
      }
    };

    test(`touchmark verify: ${title}`, async () => {
      const run = await runVerify(folder, [...args, ...common]);
      const lines = run.out.split('\n').filter((line) => line !== '');
      check(
        run,
        lines.map((line) => JSON.parse(line)).filter(({ outcome }) => outcome !== null),
      );
    });

    test(`verify_cli.py: ${title}`, { skip: PYTHON_MISSING }, () => check(python[i]!, python[i]!.verdicts));
  }
});

test('verify_cli.py keeps no more than a block of a work, whatever the digest', { skip: PYTHON_MISSING }, async () => {
  const script = `
import json, os, sys, tempfile
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import verify_cli as v
v.MIB = 100
answers = []
for case in json.load(sys.stdin):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "work")
        with open(path, "wb") as file:
            file.write(bytes.fromhex(case))
        digests = v.hash_file(path, ["keccak256", "ripemd160", "sha256"])
    kept = []
    for name in ("keccak256", "ripemd160"):
        hasher = v.make_hasher(name)
        hasher.update(bytes.fromhex(case))
        kept.append(len(hasher.rest) < hasher.block_bytes)
    answers.append([{name: digest.hex() for name, digest in digests.items()}, kept])
print(json.dumps(answers))
`;
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const works = [0, 1, 55, 56, 63, 64, 99, 100, 101, 135, 136, 137, 271, 272, 1000].map((length) =>
    Uint8Array.from({ length }, (_, i) => (i * 7) % 251),
  );
  const expected = works.map((work) => [
    { keccak256: hex(keccak_256(work)), ripemd160: hex(ripemd160(work)), sha256: hex(hash('sha256', work)) },
    [true, true],
  ]);
  assert.deepEqual(await runPython(script, works.map(hex)), expected);
});
