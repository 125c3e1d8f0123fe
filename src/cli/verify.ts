import { basename } from 'node:path';
import type { Command } from 'commander';
import { equalBytes, reverseBytes } from '../base/bytes.ts';
import { CodedError } from '../base/coded-error.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import { BundleError } from '../proof/bundle/error.ts';
import type { Evidence } from '../proof/bundle/evidence.ts';
import type { HeaderSource, HeaderTrust } from '../proof/bundle/header-source.ts';
import type { Outcome, Verdict } from '../proof/bundle/verdict.ts';
import { refuseEvidence, verifyEvidence, type WorkDigests } from '../proof/bundle/verify-evidence.ts';
import type { CertificateTrust } from '../proof/certificate/verify-certificate.ts';
import { decodeDetached } from '../proof/ots/codec.ts';
import {
  readArchiveEvidence,
  readEvidenceBeside,
  readProof,
  readReceiptEvidence,
  recognisePath,
} from './find-evidence.ts';
import { type DigestName, hashFile } from './hash-file.ts';
import { addHeaderOptions, chooseHeaders, type HeaderOptions } from './header-options.ts';
import {
  type CliIo,
  describeError,
  EXIT,
  type ExitCode,
  showName,
  UsageError,
  worstExitCode,
  writeJsonLine,
} from './io.ts';
import { Neighbours } from './neighbours.ts';
import { parseUrl } from './option-values.ts';
import { createProgress } from './progress.ts';
import { type BundleFiles, readBundleFile, readTokenRoots, verifyBundleFiles } from './verify-bundle.ts';
import { chooseTrust, readCertificateFile, type TrustOptions, verifyDocument } from './verify-certificate.ts';

interface VerifyOptions extends HeaderOptions, TrustOptions {
  readonly file?: string;
  readonly digest?: string;
  readonly tsaRoot?: string;
  readonly json?: true;
  readonly verbose?: true;
}

/** Evidence, read when its turn comes, and the work it is to be checked against. */
interface Case {
  readonly name: string;
  /** Null where a digest was given, or only what a receipt says of it is known. */
  readonly work: string | null;
  readonly read: () => Promise<Evidence[]>;
}

const EXIT_CODES: Readonly<Record<Outcome, ExitCode>> = {
  verified: EXIT.success,
  altered: EXIT.failure,
  invalid: EXIT.failure,
  pending: EXIT.pending,
  'cannot-check': EXIT.cannotCheck,
};

const TRUST_TEXTS: Readonly<Record<HeaderTrust, string>> = {
  node: 'your own Bitcoin node',
  quorum: 'several Esplora servers that agree',
  'single-source': 'one Esplora server, believed',
  'headers-file': 'the headers file, believed',
};

export function registerVerify(program: Command, io: CliIo): void {
  addHeaderOptions(program.command('verify'))
    .description('check proofs of works against Bitcoin, and certificates; no Touchmark server is asked or believed')
    .argument('<path...>', 'works with receipts beside them, receipts, ZIPs of them, .ots files, certificates, bundles')
    .option('--file <path>', 'the work that the receipts and proofs are about')
    .option('--digest <hex>', 'the digest of the work, where the work itself is not at hand')
    .option('--headers <file>', 'take block headers from this file: `touchmark headers` writes one')
    .option('--trusted-key <key>', 'a key that certificates are believed by: base64, or a file with it', collect)
    .option('--server <url>', 'ask this server for its keys of certificates, and believe them', parseUrl)
    .option('--log-key <key>', 'the log that certificates have to be in: its name, id and key')
    .option('--tsa-root <file>', 'roots of time-stamping authorities (PEM) that tokens in bundles have to lead to')
    .option('--json', 'one line of JSON a verdict')
    .option('--verbose', 'show every step')
    .addHelpText(
      'after',
      `
Examples:
  touchmark verify photo.jpg                                finds photo.jpg.touchmark.json and photo.jpg*.ots
  touchmark verify receipt.zip --file photo.jpg --rpc http://user:password@127.0.0.1:8332
  touchmark verify certificate.json --trusted-key keys.json --file master.wav
  touchmark verify proof-bundle.zip --trusted-key keys.json --file master.wav --headers headers.txt
  touchmark verify photo.jpg.ots --digest 03ba…b340 --headers headers.txt

Exit codes: 0 verified, 1 not verified or revoked, 2 pending: not in Bitcoin yet, 3 wrong usage, 4 could not be checked:
for a certificate also that its key is its own word, because no key was given.`,
    )
    .action(async (paths: string[], options: VerifyOptions) => {
      io.exitCode = await verify(paths, options, io);
    });
}

async function verify(paths: readonly string[], options: VerifyOptions, io: CliIo): Promise<ExitCode> {
  if (options.file !== undefined && options.digest !== undefined) {
    throw new UsageError('give --file or --digest, not both');
  }
  const given = options.digest === undefined ? null : parseDigest(options.digest);
  const neighbours = new Neighbours();
  const isWorkGiven = given !== null || options.file !== undefined;
  const { documents, bundles, others } = await sortPaths(paths, isWorkGiven, neighbours);
  const codes: ExitCode[] = [];
  if (bundles.length > 0) codes.push(...(await verifyBundles(bundles, options, given, io)));
  if (documents.length > 0) codes.push(...(await verifyDocuments(documents, options, given, io)));
  if (others.length > 0) codes.push(await verifyProofs({ paths: others, neighbours }, options, given, io));
  return worstExitCode(codes);
}

/** Certificates, which need no Bitcoin, bundles, and everything else. */
async function sortPaths(paths: readonly string[], isWorkGiven: boolean, neighbours: Neighbours) {
  const documents: { path: string; bytes: Uint8Array }[] = [];
  const bundles: { path: string; files: BundleFiles }[] = [];
  const others: string[] = [];
  for (const path of paths) {
    // Certificates and bundles can be anchored too, like any work.
    if (!isWorkGiven && (await neighbours.evidenceOf(path).catch(() => [])).length > 0) {
      others.push(path);
      continue;
    }
    // What cannot be read is told of where everything else is.
    const bytes = await readCertificateFile(path).catch(() => null);
    const files = bytes === null ? await readBundleFile(path).catch(() => null) : null;
    if (bytes !== null) documents.push({ path, bytes });
    else if (files !== null) bundles.push({ path, files });
    else others.push(path);
  }
  return { documents, bundles, others };
}

async function verifyDocuments(
  documents: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  options: VerifyOptions,
  given: WorkDigests | null,
  io: CliIo,
): Promise<ExitCode[]> {
  let trust: CertificateTrust;
  try {
    trust = await chooseTrust(options, io);
  } catch (failure) {
    if (failure instanceof UsageError) throw failure;
    io.err(`touchmark: the trusted keys cannot be used: ${describeError(failure).message}\n`);
    return [EXIT.cannotCheck];
  }
  const workSha256 = await hashGivenWork(options, given, io);
  return documents.map((document) => verifyDocument({ ...document, workSha256 }, trust, options, io));
}

async function verifyBundles(
  bundles: readonly { readonly path: string; readonly files: BundleFiles }[],
  options: VerifyOptions,
  given: WorkDigests | null,
  io: CliIo,
): Promise<ExitCode[]> {
  let by: Parameters<typeof verifyBundleFiles>[1];
  try {
    const [trust, headers] = [await chooseTrust(options, io), await chooseHeaders(options, io)];
    by = { trust, headers, tokenRoots: await readTokenRoots(options.tsaRoot) };
  } catch (failure) {
    if (failure instanceof UsageError) throw failure;
    io.err(`touchmark: the trusted keys or the block headers cannot be used: ${describeError(failure).message}\n`);
    return [EXIT.cannotCheck];
  }
  const workSha256 = await hashGivenWork(options, given, io);
  const codes: ExitCode[] = [];
  for (const bundle of bundles) codes.push(await verifyBundleFiles({ ...bundle, workSha256 }, by, options, io));
  return codes;
}

async function hashGivenWork(
  { file }: VerifyOptions,
  given: WorkDigests | null,
  io: CliIo,
): Promise<Uint8Array | null> {
  const hashed = file === undefined ? given : (await hashFile(file, ['sha256'], { signal: io.signal })).digests;
  return hashed?.sha256 ?? null;
}

async function verifyProofs(
  { paths, neighbours }: { readonly paths: readonly string[]; readonly neighbours: Neighbours },
  options: VerifyOptions,
  given: WorkDigests | null,
  io: CliIo,
): Promise<ExitCode> {
  let headers: HeaderSource;
  try {
    headers = await chooseHeaders(options, io);
  } catch (failure) {
    if (failure instanceof UsageError) throw failure;
    io.err(`touchmark: the block headers cannot be used: ${describeError(failure).message}\n`);
    return EXIT.cannotCheck;
  }
  const codes: ExitCode[] = [];
  const cases = await listCases({ paths, neighbours }, options, given !== null, (path, failure) => {
    codes.push(reportFailure(path, failure, options, io));
  });
  for (const [index, { name, work, read }] of cases.entries()) {
    try {
      const evidence = await readOrRefuse(read);
      const hashed = work === null ? null : await hashWork(work, evidence, { io, options, index, count: cases.length });
      const digests = given ?? hashed;
      for (const item of selectEvidence(evidence, digests)) {
        if (digests === null && !(item instanceof BundleError) && item.claims === null) throw askForWork();
        const verdict =
          item instanceof BundleError ? refuseEvidence(item, headers) : await verifyEvidence(item, digests, headers);
        report(item instanceof BundleError ? name : item.name, work, verdict, options, io);
        codes.push(EXIT_CODES[verdict.outcome]);
      }
    } catch (failure) {
      codes.push(reportFailure(name, failure, options, io));
    }
  }
  return worstExitCode(codes);
}

/** What there is to check. Bare proofs of one work are one case: it is enough when one of them holds. */
async function listCases(
  { paths, neighbours }: { readonly paths: readonly string[]; readonly neighbours: Neighbours },
  options: VerifyOptions,
  hasDigest: boolean,
  onFailure: (path: string, failure: unknown) => void,
): Promise<Case[]> {
  const cases = new Map<string, Case>();
  const proofs = new Map<string, string[]>();
  const isWorkGiven = hasDigest || options.file !== undefined;
  for (const path of paths) {
    try {
      const recognised = await recognisePath(path, isWorkGiven, neighbours);
      if (recognised.kind === 'work') {
        cases.set(path, { name: path, work: path, read: async () => [await readEvidenceBeside(path, neighbours)] });
        continue;
      }
      const work = options.file ?? (hasDigest ? null : recognised.work);
      if (recognised.kind === 'proof') {
        if (work === null && !hasDigest) throw askForWork();
        const key = `proofs of ${work ?? ''}`;
        const together = [...(proofs.get(key) ?? []), path];
        proofs.set(key, together);
        cases.set(key, { name: together.join(', '), work, read: () => readProofs(together) });
      } else {
        const read =
          recognised.kind === 'zip' ? readArchiveEvidence : async (p: string) => [await readReceiptEvidence(p)];
        cases.set(path, { name: path, work, read: () => read(path) });
      }
    } catch (failure) {
      onFailure(path, failure);
    }
  }
  return [...cases.values()];
}

/** A receipt says which work it is about; of a bare proof somebody has to say it. */
function askForWork(): UsageError {
  return new UsageError('which work is it about? Add --file WORK, or --digest HEX where the work is not at hand');
}

async function readProofs(paths: readonly string[]): Promise<Evidence[]> {
  const proofs = await Promise.all(paths.map(readProof));
  return [{ name: paths.join(', '), claims: null, proofs }];
}

async function readOrRefuse(read: () => Promise<Evidence[]>): Promise<(Evidence | BundleError)[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BundleError) return [error];
    throw error;
  }
}

/** An export of many receipts is asked about one work, if any: the others in it are not part of the question. */
function selectEvidence(
  evidence: readonly (Evidence | BundleError)[],
  work: WorkDigests | null,
): readonly (Evidence | BundleError)[] {
  if (work === null) return evidence;
  const about = evidence.filter(
    (item) =>
      !(item instanceof BundleError) &&
      item.claims !== null &&
      equalBytes(item.claims.sha256, work.sha256 ?? new Uint8Array()),
  );
  return about.length > 0 ? about : evidence.slice(0, 1);
}

async function hashWork(
  work: string,
  evidence: readonly (Evidence | BundleError)[],
  shown: { io: CliIo; options: VerifyOptions; index: number; count: number },
): Promise<WorkDigests> {
  const { io, options, index, count } = shown;
  const progress = createProgress(io, !options.json);
  try {
    const { digests } = await hashFile(work, [...listDigests(evidence)], {
      signal: io.signal,
      onBytes: (done, size) => progress.update(work, index, count, done, size),
    });
    return digests;
  } finally {
    progress.clear();
  }
}

/** The digests that the proofs are about. A proof that cannot be read needs none. */
function listDigests(evidence: readonly (Evidence | BundleError)[]): Set<DigestName> {
  const names = new Set<DigestName>(['sha256', 'sha512']);
  for (const item of evidence) {
    for (const { bytes } of item instanceof BundleError ? [] : item.proofs) {
      try {
        names.add(decodeDetached(bytes).fileHashOp.name);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
      }
    }
  }
  return names;
}

function collect(item: string, previous: readonly string[] = []): string[] {
  return [...previous, item];
}

/** A digest does not say what it is of; its length leaves few possibilities, and the proof names one of them. */
function parseDigest(text: string): WorkDigests {
  const digest = decodeHex(text);
  if (digest?.length === 20) return { sha1: digest, ripemd160: digest };
  if (digest?.length === 32) return { sha256: digest, keccak256: digest };
  throw new UsageError('--digest has to be 64 hexadecimal characters, or 40 for a proof about SHA-1 or RIPEMD-160');
}

function reportFailure(path: string, failure: unknown, options: VerifyOptions, io: CliIo): ExitCode {
  const { error, message } = describeError(failure);
  if (options.json) writeJsonLine(io, { file: path, outcome: null, error, message });
  else io.err(`touchmark: ${showName(path)}: ${message}\n`);
  return failure instanceof UsageError ? EXIT.usage : EXIT.failure;
}

function report(name: string, work: string | null, verdict: Verdict, options: VerifyOptions, io: CliIo): void {
  if (options.json) writeJsonLine(io, presentVerdict(name, work, verdict));
  else io.out(describeVerdict(name, work, verdict, options.verbose === true));
}

function presentVerdict(name: string, work: string | null, verdict: Verdict) {
  const blocks = verdict.blocks.map((block) => ({ ...block, hash: encodeHex(reverseBytes(block.hash)) }));
  return { file: name, work, ...verdict, blocks };
}

function describeVerdict(name: string, work: string | null, verdict: Verdict, isVerbose: boolean): string {
  const title = work === null || work === name ? showName(name) : `${showName(work)} by ${showName(basename(name))}`;
  const lines = [`${title}: ${verdict.outcome}`, `  ${verdict.proves}`];
  for (const { height, hash, time, confirmations } of verdict.blocks) {
    const depth = confirmations === null ? '' : `, ${confirmations} confirmations`;
    lines.push(`  block ${height} ${encodeHex(reverseBytes(hash))}`);
    lines.push(`    ${new Date(1000 * time).toISOString().slice(0, 10)} (UTC) on ${verdict.network}${depth}`);
  }
  if (verdict.trust !== null) lines.push(`  block headers: ${TRUST_TEXTS[verdict.trust]}`);
  const steps = isVerbose ? verdict.steps : verdict.steps.filter(({ ok }) => ok !== true);
  for (const { ok, detail, proof } of steps) {
    const sign = ok === null ? '?' : ok ? '+' : '!';
    lines.push(`  ${sign} ${proof === undefined ? '' : `${showName(basename(proof))}: `}${detail}`);
  }
  if (verdict.outcome === 'pending') lines.push('  `touchmark upgrade` asks the calendars; then verify again.');
  if (verdict.doesNotProve.length > 0) {
    lines.push('  It does not prove:', ...verdict.doesNotProve.map((text) => `  - ${text}`));
  }
  return `${lines.join('\n')}\n`;
}
