import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runJson, type VerifierCase, type VerifierRun } from './verifier-run.ts';

/** The oldest Python that the verifier has to run on, where the machine has it; else the one at hand. */
export const PYTHON = process.env.TOUCHMARK_TEST_PYTHON ?? 'python3';
export const PYTHON_VERIFIER = join(import.meta.dirname, '../../verifier/verify_cli.py');

/** Why `verify_cli.py` cannot be run here; false when it can. */
export const PYTHON_MISSING: string | false =
  spawnSync(PYTHON, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0
    ? false
    : 'python3 (3.9 or later) is not on this machine: verify_cli.py is NOT tested';

const RUN = `
import contextlib, io

def answer(case):
    os.chdir(case["cwd"])
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = v.run(case["args"])
        except v.UsageError:
            code = 3
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return {"code": code, "verdicts": lines, "err": err.getvalue()}
`;

/** Runs `verify_cli.py` for many command lines in one process; a crash in one fails them all. */
export async function runPythonVerifier(cases: readonly VerifierCase[]): Promise<readonly VerifierRun[]> {
  return (await askPython(RUN, cases)) as VerifierRun[];
}

/**
 * What `answer(case)` returns for each of `cases`; `definition` is the Python that defines it, with the verifier as `v`.
 * All are asked in one process, by `runPython`.
 */
export async function askPython(definition: string, cases: readonly unknown[]): Promise<unknown[]> {
  const script = `
import json, os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import verify_cli as v
sys.setrecursionlimit(5000)
${definition}
print(json.dumps([answer(case) for case in json.load(sys.stdin)]))
`;
  return (await runPython(script, cases)) as unknown[];
}

/**
 * Runs a script that finds the verifier in `sys.argv[1]`, reads JSON and prints JSON; nothing but the standard library
 * is there for it.
 */
export function runPython(script: string, input: unknown): Promise<unknown> {
  return runJson(PYTHON, ['-I', '-S', '-c', script, PYTHON_VERIFIER], input);
}
