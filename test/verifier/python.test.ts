import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { PYTHON_MISSING, type PythonRun, runPython, runPythonVerifier } from '../support/python-verifier.ts';

interface Expected {
  readonly why: string;
  readonly input?: string;
  readonly work?: string;
  readonly network?: string;
  readonly headers?: string;
  readonly logKey?: string | null;
  readonly outcome: string;
  readonly failedStep: string | null;
}

const ROOT = join(import.meta.dirname, '../../vectors');
const EXIT_CODES: Readonly<Record<string, number>> = {
  ...{ verified: 0, altered: 1, invalid: 1, revoked: 1, pending: 2, 'cannot-check': 4, 'self-asserted': 4 },
};

test('verify_cli.py is written for Python 3.9 and needs nothing but its standard library', {
  skip: PYTHON_MISSING,
}, () => {
  // Types joined by a bar are parsed by 3.9 and fail when it runs them.
  const script = `
import ast, importlib.util, json, sys
json.load(sys.stdin)
tree = ast.parse(open(sys.argv[1], encoding="utf-8").read(), feature_version=(3, 9))
imported, hints = set(), []
for node in ast.walk(tree):
    if isinstance(node, ast.Import):
        imported.update(alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        imported.add("." * node.level + (node.module or ""))
    elif isinstance(node, (ast.arg, ast.AnnAssign)):
        hints.append(node.annotation)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        hints.append(node.returns)
bars = [part.lineno for hint in hints if hint for part in ast.walk(hint) if isinstance(part, ast.BinOp)]
foreign = [name for name in sorted(imported) if name.startswith(".") or importlib.util.find_spec(name) is None]
print(json.dumps({"imported": sorted(imported), "foreign": foreign, "bars": bars}))
`;
  const { imported, foreign, bars } = runPython(script, null) as Record<'imported' | 'foreign' | 'bars', unknown[]>;
  assert.ok(imported.includes('hashlib'));
  assert.deepEqual([foreign, bars], [[], []]);
});

describe('verify_cli.py decides every case as the other verifier', { skip: PYTHON_MISSING }, () => {
  const cases = ['bundle', 'certificate'].flatMap((kind) =>
    ['valid', 'invalid'].flatMap((side) =>
      readdirSync(join(ROOT, kind, side)).map((name) => {
        const cwd = join(ROOT, kind, side, name);
        const expected: Expected = JSON.parse(readFileSync(join(cwd, 'expected.json'), 'utf8'));
        return { title: `${kind}/${side}/${name}`, cwd, expected, args: argumentsOf(cwd, expected) };
      }),
    ),
  );
  let runs: PythonRun[];
  before(() => {
    runs = runPythonVerifier(cases);
  });

  for (const [i, { title, expected }] of cases.entries()) {
    test(`${title}: ${expected.why}`, () => {
      const { code, verdicts, err } = runs[i]!;
      assert.equal(code, EXIT_CODES[expected.outcome], err);
      if (verdicts.length === 0) return assert.match(err, /cannot be used/);
      const [verdict] = verdicts;
      assert.equal(verdict!.outcome, expected.outcome, JSON.stringify(verdict));
      assert.equal(failedStepOf(verdict!), expected.failedStep, JSON.stringify(verdict));
    });
  }
});

describe('verify_cli.py decides every token as the other verifier', { skip: PYTHON_MISSING }, () => {
  const script = `
import json, os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import verify_cli as v
answers = []
for case in json.load(sys.stdin):
    read = lambda items: [v.read_certificate(bytes.fromhex(item)) for item in items]
    try:
        now = v.parse_iso_time(case["now"])
        at = v.verify_token(bytes.fromhex(case["token"]), bytes.fromhex(case["data"]), read(case["roots"]), read(case["certificates"]), now)
        answers.append(v.format_iso_time(at))
    except v.Refused as error:
        answers.append(error.code)
print(json.dumps(answers))
`;
  const cases = ['valid', 'invalid'].flatMap((side) =>
    readdirSync(join(ROOT, 'tsp', side)).map((file) => JSON.parse(readFileSync(join(ROOT, 'tsp', side, file), 'utf8'))),
  );
  let answers: unknown[];
  before(() => {
    answers = runPython(script, cases) as unknown[];
  });

  for (const [i, vector] of cases.entries()) {
    // Nobody asks a bundle for a nonce or a policy.
    const isAsked = vector.error === 'nonce' || vector.error === 'policy';
    test(vector.name, { skip: isAsked }, () => assert.equal(answers[i], vector.error ?? vector.time));
  }
});

describe('verify_cli.py reads every proof as the other verifier', { skip: PYTHON_MISSING }, () => {
  const script = `
import json, os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import verify_cli as v
sys.setrecursionlimit(5000)
answers = []
for case in json.load(sys.stdin):
    try:
        name, node = v.decode_proof(bytes.fromhex(case))
        found = [[message.hex(), kind, value.hex() if isinstance(value, bytes) else value] for message, (_, kind, value) in v.walk_attestations(node)]
        answers.append({"name": name, "attestations": found})
    except v.Refused as error:
        answers.append(error.code)
print(json.dumps(answers))
`;
  const cases = ['valid', 'invalid']
    .flatMap((side) =>
      readdirSync(join(ROOT, 'ots', side)).map((file) =>
        JSON.parse(readFileSync(join(ROOT, 'ots', side, file), 'utf8')),
      ),
    )
    .filter(({ message }) => message === undefined);
  let answers: unknown[];
  before(() => {
    answers = runPython(
      script,
      cases.map(({ hex }) => hex),
    ) as unknown[];
  });

  for (const [i, vector] of cases.entries()) {
    test(vector.name, () => {
      if (vector.error !== undefined) return assert.equal(answers[i], vector.error);
      const { name, attestations } = answers[i] as { name: string; attestations: unknown[][] };
      assert.equal(attestations.length, vector.attestations.length);
      for (const [at, { msg, type, height, uri, payload }] of vector.attestations.entries()) {
        const [message, kind, value] = attestations[at]!;
        assert.deepEqual([message, kind, String(value)], [msg, type, String(uri ?? height ?? payload)]);
      }
      assert.ok(name.length > 0);
    });
  }
});

function argumentsOf(cwd: string, { input, work, headers, network, logKey }: Expected): string[] {
  const keys = existsSync(join(cwd, 'keys.json')) ? ['--trusted-key', 'keys.json'] : [];
  const log = logKey === null || logKey === undefined ? [] : ['--log-key', logKey];
  const bitcoin = headers === undefined ? [] : ['--headers', headers, '--network', network!];
  return [input ?? 'certificate.json', '--file', work ?? 'work.bin', ...bitcoin, ...keys, ...log, '--json'];
}

function failedStepOf(verdict: Record<string, unknown>): string | null {
  const steps = verdict.steps as { part?: string; step: string; ok: boolean | null }[];
  const failed = steps.find(({ ok }) => ok === false);
  if (failed === undefined) return null;
  return failed.part === undefined ? failed.step : `${failed.part}/${failed.step}`;
}
