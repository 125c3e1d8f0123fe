import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildVerifier } from '../../build/verifier.ts';
import { runJson, type VerifierCase, type VerifierRun } from './verifier-run.ts';

/** The oldest Node that the built file has to run on, where the machine has it; else the one at hand. */
const OLD_NODE = process.env.TOUCHMARK_TEST_OLD_NODE ?? process.execPath;

/** Each address is a module of its own, which runs anew. */
const DRIVER = `
import { json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
const path = process.argv[1];
const print = process.stdout.write.bind(process.stdout);
process.setMaxListeners(0);
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);
const runs = [];
for (const [i, { cwd, args }] of (await json(process.stdin)).entries()) {
  let [out, err] = ['', ''];
  process.stdout.write = (text) => (out += text, true);
  process.stderr.write = (text) => (err += text, true);
  process.chdir(cwd);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path) + '?' + i);
  const verdicts = out.split('\\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  runs.push({ code: process.exitCode, verdicts, err });
}
process.exitCode = 0;
print(JSON.stringify(runs));
`;

/** Runs `touchmark-verify.mjs` for many command lines in one process; a crash in one fails them all. */
export async function runBuiltVerifier(cases: readonly VerifierCase[]): Promise<readonly VerifierRun[]> {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-verifier-'));
  try {
    const { path } = await buildVerifier(folder);
    return (await runJson(OLD_NODE, ['--input-type=module', '-e', DRIVER, path], cases)) as VerifierRun[];
  } finally {
    await rm(folder, { recursive: true });
  }
}
