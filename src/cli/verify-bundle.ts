import { verifyEd25519 } from '../config/ed25519.ts';
import { checkTspSignature } from '../config/tsp-signatures.ts';
import type { BundleOutcome, BundleVerdict } from '../proof/bundle/bundle-verdict.ts';
import { BundleError } from '../proof/bundle/error.ts';
import type { HeaderSource } from '../proof/bundle/header-source.ts';
import { isBundle, verifyBundle } from '../proof/bundle/verify-bundle.ts';
import { isZip, readZip, ZIP_MAX_BYTES } from '../proof/bundle/zip.ts';
import { findSuccessor } from '../proof/certificate/verdict.ts';
import type { CertificateTrust } from '../proof/certificate/verify-certificate.ts';
import type { Certificate } from '../proof/tsp/certificate.ts';
import { TspError } from '../proof/tsp/error.ts';
import { readPem } from '../proof/tsp/pem.ts';
import { type CliIo, EXIT, type ExitCode, showName, UsageError, writeJsonLine } from './io.ts';
import { readRegularFile, readStart } from './regular-file.ts';

export type BundleFiles = ReadonlyMap<string, Uint8Array>;

/** Roots of authorities are a handful. */
const ROOTS_MAX_BYTES = 256 * 1024;

const EXIT_CODES: Readonly<Record<BundleOutcome, ExitCode>> = {
  verified: EXIT.success,
  invalid: EXIT.failure,
  altered: EXIT.failure,
  revoked: EXIT.failure,
  pending: EXIT.pending,
  'self-asserted': EXIT.cannotCheck,
  'cannot-check': EXIT.cannotCheck,
};

/** The files of an archive that is a proof bundle, else null; also for one that cannot be read, which is told later. */
export async function readBundleFile(path: string): Promise<BundleFiles | null> {
  if (!isZip(await readStart(path, 64))) return null;
  try {
    const files = readZip(await readRegularFile(path, ZIP_MAX_BYTES));
    return isBundle(files) ? files : null;
  } catch (error) {
    if (error instanceof BundleError) return null;
    throw error;
  }
}

/** Roots of time-stamping authorities that are believed. */
export async function readTokenRoots(path: string | undefined): Promise<readonly Certificate[]> {
  if (path === undefined) return [];
  try {
    return readPem(new TextDecoder().decode(await readRegularFile(path, ROOTS_MAX_BYTES)));
  } catch (error) {
    if (error instanceof TspError) throw new UsageError(`--tsa-root: ${error.message}`);
    throw error;
  }
}

/** Checks one bundle, says what came of it, and resolves with the exit code. */
export async function verifyBundleFiles(
  bundle: { readonly path: string; readonly files: BundleFiles; readonly workSha256: Uint8Array | null },
  by: {
    readonly trust: CertificateTrust;
    readonly headers: HeaderSource;
    readonly tokenRoots: readonly Certificate[];
  },
  { json, verbose }: { readonly json?: true; readonly verbose?: true },
  io: CliIo,
): Promise<ExitCode> {
  const verdict = await verifyBundle(bundle.files, {
    ...by,
    workSha256: bundle.workSha256,
    now: io.clock.now(),
    verify: verifyEd25519,
    checkSignature: checkTspSignature,
  });
  if (json) writeJsonLine(io, { file: bundle.path, ...verdict });
  else io.out(describeVerdict(bundle.path, verdict, verbose === true));
  return EXIT_CODES[verdict.outcome];
}

function describeVerdict(path: string, verdict: BundleVerdict, isVerbose: boolean): string {
  const { outcome, certificateId, issuedAt, tokenTime, envelopeTime, workTime, log, steps, proves } = verdict;
  const successor = findSuccessor(verdict);
  const standing = successor === null ? outcome : `${outcome}, superseded by ${successor}`;
  const lines = [`${showName(path)}: ${standing}`, `  ${proves}`];
  const day = (ms: number) => new Date(ms).toISOString();
  if (certificateId !== null && issuedAt !== null) {
    lines.push(`  certificate ${certificateId}, issued at ${day(issuedAt)} by its own word`);
  }
  if (envelopeTime !== null) lines.push(`  signed before ${day(1000 * envelopeTime)}, by Bitcoin`);
  if (workTime !== null) lines.push(`  work there before ${day(1000 * workTime)}, by Bitcoin`);
  if (tokenTime !== null) {
    const isOwn = steps.some(({ part, step }) => part === 'token' && step === 'root');
    const authority = isOwn ? 'the bundle’s own time-stamping authority' : 'a time-stamping authority';
    lines.push(`  seen by ${authority} at ${day(tokenTime)}`);
  }
  if (log !== null) lines.push(`  in the log ${showName(log.origin)} of ${log.size} entries`);
  for (const { part, ok, detail } of steps) {
    const shown = detail.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
    if (isVerbose || ok !== true) lines.push(`  ${ok === null ? '?' : ok ? '+' : '!'} ${part}: ${shown}`);
  }
  if (verdict.doesNotProve.length > 0) {
    lines.push('  It does not prove:', ...verdict.doesNotProve.map((text) => `  - ${text}`));
  }
  return `${lines.join('\n')}\n`;
}
