import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { decodeHex } from '../../src/base/hex.ts';
import { runBuiltVerifier } from '../support/built-verifier.ts';
import { type ServedHeaders, serveHeaders } from '../support/header-server.ts';
import { PYTHON_MISSING, runPythonVerifier } from '../support/python-verifier.ts';
import { EXIT_CODES, failedStepOf, type VerifierCase, type VerifierRun } from '../support/verifier-run.ts';
import { type Expected, listVectorCases, type VectorCase } from '../support/verifier-vectors.ts';

if (PYTHON_MISSING) console.warn(PYTHON_MISSING);

type CaseWithBlocks = VectorCase & { readonly headers: NonNullable<VectorCase['headers']> };

const CASES = (['bundle', 'certificate', 'proof-bundle'] as const).flatMap(listVectorCases);
const WITH_BLOCKS = CASES.filter((one): one is CaseWithBlocks => one.headers !== null);
const PROGRAMS: readonly { name: string; missing: string | false; run: typeof runPythonVerifier }[] = [
  { name: 'touchmark-verify.mjs', missing: false, run: runBuiltVerifier },
  { name: 'verify_cli.py', missing: PYTHON_MISSING, run: runPythonVerifier },
];

for (const { name, missing, run } of PROGRAMS) {
  describe(`${name} decides every case as it must`, { skip: missing }, () => {
    let runs: readonly VerifierRun[];
    before(async () => {
      runs = await run(
        CASES.map(({ cwd, args, headers }) => ({
          cwd,
          args: headers === null ? args : [...args, '--headers', headers.file],
        })),
      );
    });

    for (const [i, { title, expected }] of CASES.entries()) {
      test(`${title}: ${expected.why}`, () => {
        if (runs[i]!.verdicts.length === 0) {
          assert.equal(expected.outcome, 'cannot-check');
          assert.match(runs[i]!.err, /the block headers.* cannot be used/);
        } else checkVerdict(runs[i]!, expected);
        assert.equal(runs[i]!.code, EXIT_CODES[expected.outcome], runs[i]!.err);
      });
    }
  });
}

/** For these a file of headers is refused as a whole, before a block is asked for. */
const REFUSED_FILES = ['headers-not-linked', 'headers-too-easy', 'headers-without-work'];

describe('with block headers from an Esplora server', () => {
  const runs: (readonly VerifierRun[])[] = [];
  before(async () => {
    await using server = await serveHeaders(new Map(WITH_BLOCKS.map((one) => [one.title, readHeaders(one)])));
    const cases = WITH_BLOCKS.map(
      ({ title, cwd, args }): VerifierCase => ({ cwd, args: [...args, '--esplora', server.urlOf(title)] }),
    );
    for (const { missing, run } of PROGRAMS) if (missing === false) runs.push(await run(cases));
  });

  for (const [i, { title, cwd, expected }] of WITH_BLOCKS.entries()) {
    test(`both programs say the same of ${title}, and what they say with a file`, () => {
      const found = runs.map((all) => describeRun(all[i]!));
      for (const other of found) assert.deepEqual(other, found[0], JSON.stringify(runs.map((all) => all[i])));
      if (REFUSED_FILES.includes(basename(cwd))) return;
      checkVerdict(runs[0]![i]!, {
        ...expected,
        ...(expected.trust === 'headers-file' && { trust: 'single-source' }),
      });
    });
  }
});

function checkVerdict(run: VerifierRun, { why: _, ...expected }: Expected): void {
  for (const [name, value] of Object.entries(describeRun(run))) {
    if (name in expected) assert.equal(value, expected[name as keyof typeof expected], JSON.stringify(run, null, 1));
  }
}

/** What a run of one case said. */
function describeRun({ verdicts, err }: VerifierRun): Record<Exclude<keyof Expected, 'why'>, unknown> {
  const [verdict, ...others] = verdicts;
  assert.ok(verdict !== undefined && others.length === 0, err);
  const { outcome, trust, attestedTime } = verdict;
  return { outcome, failedStep: failedStepOf(verdict), trust, attestedTime };
}

/** The headers of a case, good or bad. */
function readHeaders({ cwd, headers: { file, network } }: CaseWithBlocks): ServedHeaders {
  const bytes = readFileSync(join(cwd, file));
  const found = file.endsWith('.bin')
    ? Array.from({ length: bytes.length / 80 }, (_, i) => [i, bytes.subarray(80 * i, 80 * i + 80)] as const)
    : [...bytes.toString().matchAll(/^(\d+) ([0-9a-f]{160})$/gm)].map(
        ([, height, hex]) => [Number(height), decodeHex(hex!)!] as const,
      );
  return { network, headers: new Map(found) };
}
