import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildVerifier } from '../../build/verifier.ts';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { checkTspSignature } from '../../src/config/tsp-signatures.ts';
import type { BundleVerdict } from '../../src/proof/bundle/bundle-verdict.ts';
import { BundleError } from '../../src/proof/bundle/error.ts';
import { readZipEvidence } from '../../src/proof/bundle/evidence.ts';
import { headersFile } from '../../src/proof/bundle/headers-file.ts';
import type { Verdict } from '../../src/proof/bundle/verdict.ts';
import { isBundle, verifyBundle } from '../../src/proof/bundle/verify-bundle.ts';
import { refuseEvidence, verifyEvidence } from '../../src/proof/bundle/verify-evidence.ts';
import { readZip } from '../../src/proof/bundle/zip.ts';
import { parseTrustedKeys } from '../../src/proof/certificate/published-keys.ts';
import { parseVerifierKey } from '../../src/proof/note/verifier-key.ts';
import { readPem } from '../../src/proof/tsp/pem.ts';
import { hash } from '../support/proofs.ts';
import { PYTHON_MISSING, type PythonRun, runPython, runPythonVerifier } from '../support/python-verifier.ts';
import { buildZip } from '../support/zip.ts';

interface Expected {
  readonly why: string;
  readonly logKey: string;
  readonly outcome: BundleVerdict['outcome'];
  readonly failedStep: string | null;
}

const ROOT = join(import.meta.dirname, '../../vectors/proof-bundle');
const EXIT_CODES = {
  ...{ verified: 0, altered: 1, invalid: 1, revoked: 1, pending: 2, 'cannot-check': 4, 'self-asserted': 4 },
};
const OLD_NODE = process.env.TOUCHMARK_TEST_OLD_NODE ?? process.execPath;
if (PYTHON_MISSING) console.warn(PYTHON_MISSING);

const cases = ['valid', 'invalid'].flatMap((side) =>
  readdirSync(join(ROOT, side)).map((name) => {
    const cwd = join(ROOT, side, name);
    const expected: Expected = JSON.parse(readFileSync(join(cwd, 'expected.json'), 'utf8'));
    const ifThere = (option: string, file: string) => (existsSync(join(cwd, file)) ? [option, file] : []);
    const args = [
      ...['bundle.zip', '--file', 'work.bin', '--headers', 'headers.txt', '--network', 'regtest', '--json'],
      ...ifThere('--trusted-key', 'keys.json'),
      ...ifThere('--tsa-root', 'tsa-root.pem'),
      ...['--log-key', expected.logKey],
    ];
    return { title: `${side}/${name}: ${expected.why}`, cwd, args, expected };
  }),
);

describe('every bundle comes out as it must', () => {
  let folder: string;
  let verifier: string;
  let python: readonly PythonRun[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'touchmark-verifier-'));
    verifier = (await buildVerifier(folder)).path;
    if (!PYTHON_MISSING) python = runPythonVerifier(cases);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [i, { title, cwd, args, expected }] of cases.entries()) {
    test(`${title} In the single file.`, () => {
      const run = spawnSync(OLD_NODE, [verifier, ...args], { cwd, encoding: 'utf8' });
      assert.equal(run.status, EXIT_CODES[expected.outcome], run.stdout + run.stderr);
      checkVerdict(JSON.parse(run.stdout), expected);
    });

    test(`${title} In verify_cli.py.`, { skip: PYTHON_MISSING }, () => {
      assert.equal(python[i]!.code, EXIT_CODES[expected.outcome], JSON.stringify(python[i]));
      checkVerdict(python[i]!.verdicts[0] as unknown as BundleVerdict, expected);
    });
  }
});

/** Bounded in count; the seed is fixed, so that what fails once fails again. */
const MUTANTS = 160;
const NOW = Date.parse('2026-01-01T00:00:00Z');

test('whatever is changed in a bundle, both verifiers say the same, and neither believes another certificate', async (t) => {
  const folder = join(ROOT, 'valid', 'whole');
  const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
  const whole = read('bundle.zip');
  const random = makeRandom(7);
  const mutants = Array.from({ length: MUTANTS }, (_, i) => mutate(whole, random, i));
  const own: string[] = [];
  for (const mutant of mutants) own.push(await decide(mutant, read));
  for (const [i, decision] of own.entries()) {
    if (!decision.startsWith('verified ')) continue;
    // What is believed is byte by byte what was signed.
    const files = readZip(mutants[i]!);
    assert.deepEqual(files.get('manifest.json'), readZip(whole).get('manifest.json'));
  }
  assert.ok(new Set(own).size > 10, 'the changes reach many checks');
  if (PYTHON_MISSING) return t.skip(PYTHON_MISSING);
  const python = runPython(DRIVER, {
    keys: new TextDecoder().decode(read('keys.json')),
    logKey: cases[0]!.expected.logKey,
    root: new TextDecoder().decode(read('tsa-root.pem')),
    headers: new TextDecoder().decode(read('headers.txt')),
    work: Buffer.from(hash('sha256', read('work.bin'))).toString('hex'),
    now: NOW,
    mutants: mutants.map((bytes) => Buffer.from(bytes).toString('base64')),
  });
  assert.deepEqual(python, own);
});

const DRIVER = `
import base64, json, os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import verify_cli as v
sys.setrecursionlimit(5000)
given = json.load(sys.stdin)
trust = {"keys": v.parse_trusted_keys(given["keys"]), "log": v.parse_verifier_key(given["logKey"])}
roots = v.read_pem(given["root"].encode())
work = bytes.fromhex(given["work"])
answers = []
for mutant in given["mutants"]:
    headers = v.HeadersFile(given["headers"].encode(), "regtest")
    try:
        files = v.read_zip(base64.b64decode(mutant))
        if "certificate.json" in files:
            verdict = v.verify_bundle(files, trust, headers, roots, work, given["now"])
        else:
            evidence = v.read_zip_evidence("bundle.zip", files)
            about = [one for one in evidence if one["claims"] is not None and one["claims"]["sha256"] == work]
            verdict = v.verify_evidence((about or evidence)[0], {"sha256": work}, headers)
    except v.Refused as error:
        verdict = v.refuse_evidence(error, headers)
    failed = next((step for step in verdict["steps"] if step["ok"] is False), None)
    where = "-" if failed is None else (failed["part"] + "/" if "part" in failed else "") + failed["step"]
    answers.append(verdict["outcome"] + " " + where)
print(json.dumps(answers))
`;

async function decide(bytes: Uint8Array, read: (name: string) => Uint8Array): Promise<string> {
  const headers = headersFile(read('headers.txt'), 'regtest');
  const workSha256 = hash('sha256', read('work.bin'));
  const logKey = parseVerifierKey(cases[0]!.expected.logKey);
  let verdict: BundleVerdict | Verdict;
  try {
    const files = readZip(bytes);
    if (isBundle(files)) {
      verdict = await verifyBundle(files, {
        trust: {
          keys: parseTrustedKeys(new TextDecoder().decode(read('keys.json'))),
          log: { origin: logKey.name, logKeys: [logKey], witnessKeys: [] },
        },
        headers,
        tokenRoots: readPem(new TextDecoder().decode(read('tsa-root.pem'))),
        workSha256,
        now: NOW,
        verify: verifyEd25519,
        checkSignature: checkTspSignature,
      });
    } else {
      verdict = await verifyEvidence(readZipEvidence('bundle.zip', bytes)[0]!, { sha256: workSha256 }, headers);
    }
  } catch (error) {
    assert.ok(error instanceof BundleError, String(error));
    verdict = refuseEvidence(error, headers);
  }
  return `${verdict.outcome} ${failedStepOf(verdict) ?? '-'}`;
}

/** Changes of the archive itself, and of what is in it behind right sums. */
function mutate(whole: Uint8Array, random: (below: number) => number, i: number): Uint8Array {
  const damage = (bytes: Uint8Array) => {
    const changed = Uint8Array.from(bytes);
    for (let left = 1 + random(3); left > 0 && changed.length > 0; left--)
      changed[random(changed.length)] = random(256);
    return random(5) === 0 ? changed.subarray(0, random(changed.length + 1)) : changed;
  };
  if (i % 4 === 0) return damage(whole);
  const files = readZip(whole);
  const names = [...files.keys()].filter((name) => name !== 'SHA256SUMS' && name !== 'README.txt');
  const name = names[random(names.length)]!;
  files.set(name, damage(files.get(name)!));
  files.delete('SHA256SUMS');
  const sums = [...files].map(([file, bytes]) => `${Buffer.from(hash('sha256', bytes)).toString('hex')}  ${file}\n`);
  files.set('SHA256SUMS', new TextEncoder().encode(sums.join('')));
  return buildZip([...files].map(([file, content]) => ({ name: file, content, method: i % 3 === 0 ? 8 : 0 })));
}

/** The generator of Park and Miller: enough to choose bytes, and the same everywhere. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

function checkVerdict(verdict: BundleVerdict, expected: Expected): void {
  assert.equal(verdict.outcome, expected.outcome, JSON.stringify(verdict.steps, null, 1));
  assert.equal(failedStepOf(verdict), expected.failedStep, JSON.stringify(verdict.steps, null, 1));
}

function failedStepOf(verdict: BundleVerdict | Verdict): string | null {
  const steps: readonly { part?: string; step: string; ok: boolean | null }[] = verdict.steps;
  const failed = steps.find(({ ok }) => ok === false);
  if (failed === undefined) return null;
  return failed.part === undefined ? failed.step : `${failed.part}/${failed.step}`;
}
