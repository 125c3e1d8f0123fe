import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { withFileErrors } from './file-error.ts';
import { type CliIo, EXIT, type ExitCode, UsageError } from './io.ts';
import { parseCount } from './option-values.ts';

interface CalibrateOptions {
  readonly out: string;
  readonly key: string;
  readonly cache?: string;
  readonly masters: number;
  readonly describe: string;
}

/** Two: one process encodes while the other one prints. */
const JOBS = 2;
/** With 60 masters and no miss, at most 5 in 100 would be missed. */
const MASTERS = 60;
const PROGRESS_MS = 500;

export function registerCalibrate(program: Command, io: CliIo): void {
  program
    .command('calibrate')
    .description('measure on real recordings how well fingerprints tell them apart, and write a signed policy')
    .argument('<folder...>', 'recordings; the folders in each are its releases')
    .requiredOption('--out <folder>', 'where policy and report are written')
    .requiredOption('--key <file>', 'private key (Ed25519, PEM) that signs the policy; made when there is none')
    .option('--cache <folder>', 'where prints are remembered, so that a run can go on (default: <out>/cache)')
    .option('--masters <count>', 'recordings to put through the transforms', parseCount, MASTERS)
    .option('--describe <text>', 'what the corpus is, for the policy', 'recordings of the operator')
    .addHelpText(
      'after',
      `
Takes hours of audio and minutes to hours of time. Releases are split into two halves: one to choose thresholds on, one
to confirm them once. Encoders and filters are those of ffmpeg; without it the transforms that need it are left out, and
the report says so. An operator has to accept the policy before it decides anything.

Example:
  touchmark calibrate ~/music --out calibration --key calibration-key.pem

Exit codes: 0 confirmed, 1 not confirmed, 3 wrong usage.`,
    )
    .action(async (folders: string[], options: CalibrateOptions) => {
      io.exitCode = await calibrate(folders, options, io);
    });
}

async function calibrate(folders: readonly string[], options: CalibrateOptions, io: CliIo): Promise<ExitCode> {
  const { findRecordings } = await import('./calibrate/corpus.ts');
  const { runCalibration } = await import('./calibrate/run-calibration.ts');
  const { signPolicy } = await import('../proof/fingerprint/policy.ts');
  const { loadInstalledChromaprint } = await import('./audio/load-chromaprint.ts');
  const recordings = await findRecordings(folders);
  if (recordings.length === 0) throw new UsageError('there are no recordings in these folders');
  const key = await openKey(options.key);
  let shownAt = 0;
  const results = await runCalibration(recordings, {
    chromaprint: await loadInstalledChromaprint(),
    cacheFolder: options.cache ?? join(options.out, 'cache'),
    masters: options.masters,
    jobs: JOBS,
    description: options.describe,
    date: new Date(io.clock.now()).toISOString().slice(0, 10),
    signal: io.signal,
    sha256: (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
    onProgress(what, done, total) {
      if (io.clock.now() - shownAt < PROGRESS_MS && done !== total) return;
      shownAt = io.clock.now();
      const line = total === null ? `${what}: ${done}` : `${what}: ${done}/${total}`;
      io.err(io.isTerminal ? `\r\u001b[2K${line}` : `${line}\n`);
    },
  });
  if (io.isTerminal) io.err('\r\u001b[2K');
  const document = signPolicy(results.policy, rawPublicKey(key), (message) => new Uint8Array(sign(null, message, key)));
  const files = new Map<string, string | Uint8Array>([
    ...results.report,
    ['policy.json', document],
    ['cohort.json', results.cohort],
  ]);
  await withFileErrors(async () => {
    await mkdir(options.out, { recursive: true });
    for (const [name, content] of files) await writeFile(join(options.out, name), content);
  });
  const { heldOut, isConfirmed } = results.policy;
  io.out(`${isConfirmed ? 'Confirmed' : 'Not confirmed'}: policy ${results.policyId}\n`);
  io.out(`  strangers matched      ${heldOut.falseMatches} of ${heldOut.impostors} in the held-out half\n`);
  io.out(`  recordings missed      ${heldOut.falseNonMatches} of ${heldOut.genuine} under required transforms\n`);
  io.out(`  report                 ${join(options.out, 'README.md')}\n`);
  return isConfirmed ? EXIT.success : EXIT.failure;
}

/** The key in a file, which is made when it is not there. */
async function openKey(path: string): Promise<KeyObject> {
  try {
    const key = createPrivateKey(await readFile(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw badKey(path);
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    await withFileErrors(() => writeFile(path, pem, { mode: 0o600, flag: 'wx' }));
    return privateKey;
  }
  throw badKey(path);
}

function badKey(path: string): UsageError {
  return new UsageError(`${path} is no private key for Ed25519 in PEM`);
}

function rawPublicKey(key: KeyObject): Uint8Array {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return new Uint8Array(Buffer.from(x!, 'base64url'));
}
