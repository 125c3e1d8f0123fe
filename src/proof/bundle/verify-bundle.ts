import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../../base/bytes.ts';
import { encodeCanonical } from '../../base/canonical-json.ts';
import { encodeHex } from '../../base/hex.ts';
import { type Certificate, readCertificate } from '../certificate/document.ts';
import { encodeEnvelope } from '../certificate/envelope.ts';
import { CertificateError } from '../certificate/error.ts';
import { readManifestHead } from '../certificate/manifest.ts';
import type { CertificateVerdict } from '../certificate/verdict.ts';
import { type CertificateTrust, verifyCertificate } from '../certificate/verify-certificate.ts';
import { NoteError } from '../note/error.ts';
import { parseTlogProof } from '../note/tlog-proof.ts';
import type { VerifySignature } from '../note/verify-note.ts';
import type { Certificate as TsaCertificate } from '../tsp/certificate.ts';
import { TspError } from '../tsp/error.ts';
import { readPem } from '../tsp/pem.ts';
import { readResponse } from '../tsp/response.ts';
import { type CheckSignature, expectData, verifyToken } from '../tsp/verify.ts';
import { BUNDLE_FILE as FILE, formatPublicKeyPem, parseSums } from './bundle-files.ts';
import {
  BUNDLE_OUTCOMES,
  type BundleOutcome,
  type BundlePart,
  type BundleStep,
  type BundleVerdict,
  describeBundle,
} from './bundle-verdict.ts';
import type { HeaderSource } from './header-source.ts';
import type { Verdict } from './verdict.ts';
import { verifyEvidence } from './verify-evidence.ts';
import { hasVersion } from './version-chain.ts';

/** Who is believed, and what is at hand. Nothing of it comes from the bundle. */
export interface BundleChecks {
  readonly trust: CertificateTrust;
  readonly headers: HeaderSource;
  /** Roots of time-stamping authorities; none: the bundle's own is taken, and said to be unknown. */
  readonly tokenRoots: readonly TsaCertificate[];
  /** Of the work at hand; null when there is none to compare with. */
  readonly workSha256: Uint8Array | null;
  /** Epoch ms. */
  readonly now: number;
  readonly verify: VerifySignature;
  readonly checkSignature: CheckSignature;
}

type Files = ReadonlyMap<string, Uint8Array>;
type Note = (part: BundlePart, step: string, ok: boolean | null, detail: string) => void;

/** Whether the files of an archive are those of a bundle, and not those of receipts. */
export function isBundle(files: Files): boolean {
  return files.has(FILE.certificate);
}

/** Checks the files of a bundle. Never throws for what is in them. */
export async function verifyBundle(files: Files, checks: BundleChecks): Promise<BundleVerdict> {
  const steps: BundleStep[] = [];
  const note: Note = (part, step, ok, detail) => steps.push({ part, step, ok, detail });
  checkSums(files, note);
  const document = files.get(FILE.certificate)!;
  const verdict = verifyCertificate(document, checks.trust, checks.verify, checks.workSha256);
  for (const { step, ok, detail } of verdict.steps) note('certificate', step, ok, detail);
  const certificate = readOrNull(document);
  if (certificate === null || verdict.certificateId === null) {
    return conclude(['invalid'], verdict, steps, { tokenTime: null, envelope: null, work: null });
  }
  const head = readManifestHead(certificate.manifest);
  const envelope = encodeEnvelope(certificate);
  checkFiles(files, certificate, envelope, note);
  checkChain(files, verdict.certificateId, head.version, envelope, note);
  const tokenTime = await checkToken(files, envelope, checks, note);
  const prove = (part: 'envelope' | 'work' | 'checkpoint', name: string, digest: Uint8Array) =>
    checkProof(files.get(name), part, name, digest, checks.headers, note);
  const envelopeVerdict = await prove('envelope', FILE.envelopeProof, sha256(envelope));
  const workVerdict = await prove('work', FILE.workProof, head.workSha256);
  const text = files.get(FILE.checkpoint);
  const checkpoint = text && files.has(FILE.checkpointProof) ? sha256(text) : null;
  const log = checkpoint && (await prove('checkpoint', FILE.checkpointProof, checkpoint));
  const isBroken = steps.some(({ part, ok }) => ok === false && (part === 'files' || part === 'token'));
  const outcomes: BundleOutcome[] = [
    isBroken || isRefused(log) ? 'invalid' : 'verified',
    verdict.outcome,
    outcomeOf(envelopeVerdict),
    outcomeOf(workVerdict),
  ];
  return conclude(outcomes, verdict, steps, { tokenTime, envelope: envelopeVerdict, work: workVerdict });
}

function readOrNull(document: Uint8Array): Certificate | null {
  try {
    return readCertificate(document);
  } catch (error) {
    if (error instanceof CertificateError) return null;
    throw error;
  }
}

function checkSums(files: Files, note: Note): void {
  const bytes = files.get(FILE.sums);
  const sums = bytes === undefined ? null : parseSums(new TextDecoder().decode(bytes));
  if (sums === null) {
    note('files', FILE.sums, false, 'There is no list of digests that can be read.');
    return;
  }
  const names = [...files.keys()].filter((name) => name !== FILE.sums).sort();
  const isWhole = names.length === sums.size && names.every((name) => sums.has(name));
  const isRight = isWhole && names.every((name) => encodeHex(sha256(files.get(name)!)) === sums.get(name));
  const detail = isRight
    ? 'Every file has the digest in the list.'
    : isWhole
      ? 'A file has another digest than the list says.'
      : 'The list of digests is not of these files.';
  note('files', FILE.sums, isRight, detail);
}

/** Files that repeat a part of the document have to repeat it exactly: whoever looks at them sees what was checked. */
function checkFiles(files: Files, certificate: Certificate, envelope: Uint8Array, note: Note): void {
  const encoder = new TextEncoder();
  const { log } = certificate;
  const expected: readonly (readonly [string, Uint8Array | null])[] = [
    [FILE.manifest, encoder.encode(certificate.manifestJson)],
    [FILE.signature, certificate.signature],
    [FILE.publicKey, encoder.encode(formatPublicKeyPem(certificate.publicKey))],
    [FILE.envelope, envelope],
    [FILE.logEntry, log && encodeCanonical(log.leaf)],
    [FILE.logProof, log && encoder.encode(log.proof)],
    [FILE.checkpoint, log && readCheckpointText(log.proof)],
  ];
  for (const [name, bytes] of expected) {
    const actual = files.get(name) ?? null;
    if (actual === null && bytes === null) continue;
    const isSame = actual !== null && bytes !== null && equalBytes(actual, bytes);
    note('files', name, isSame, isSame ? `${name} is that of the document.` : `${name} is not that of the document.`);
  }
}

function readCheckpointText(proof: string): Uint8Array | null {
  const encoder = new TextEncoder();
  try {
    return encoder.encode(parseTlogProof(encoder.encode(proof)).checkpoint.text);
  } catch (error) {
    if (error instanceof NoteError) return null;
    throw error;
  }
}

function checkChain(files: Files, id: string, version: number, envelope: Uint8Array, note: Note): void {
  const bytes = files.get(FILE.chain);
  const isIn = bytes !== undefined && hasVersion(bytes, id, version, encodeHex(sha256(envelope)));
  note(
    'files',
    FILE.chain,
    isIn,
    isIn ? 'The chain has this version.' : 'The chain of versions is not of this version.',
  );
}

async function checkToken(
  files: Files,
  envelope: Uint8Array,
  { tokenRoots, now, checkSignature }: BundleChecks,
  note: Note,
): Promise<number | null> {
  const response = files.get(FILE.token);
  if (response === undefined) {
    note('token', 'missing', null, 'There is no time-stamp token.');
    return null;
  }
  try {
    const own = readPemFile(files.get(FILE.tokenRoot));
    const roots = tokenRoots.length > 0 ? tokenRoots : own;
    const certificates = readPemFile(files.get(FILE.tokenChain));
    const expected = { digestOf: expectData(envelope), roots, certificates, now };
    const { info } = await verifyToken(readResponse(response), expected, checkSignature);
    if (tokenRoots.length === 0)
      note('token', 'root', null, 'The root of the time-stamping authority is the bundle’s own.');
    note(
      'token',
      'verified',
      true,
      `The authority saw the signed certificate at ${new Date(info.time).toISOString()}.`,
    );
    return info.time;
  } catch (error) {
    if (!(error instanceof TspError)) throw error;
    note('token', error.code, false, `The time-stamp token does not hold: ${error.message}.`);
    return null;
  }
}

function readPemFile(bytes: Uint8Array | undefined): readonly TsaCertificate[] {
  return bytes === undefined ? [] : readPem(new TextDecoder().decode(bytes));
}

async function checkProof(
  bytes: Uint8Array | undefined,
  part: 'envelope' | 'work' | 'checkpoint',
  name: string,
  digest: Uint8Array,
  headers: HeaderSource,
  note: Note,
): Promise<Verdict | null> {
  if (bytes === undefined) {
    note(part, 'missing', null, `There is no ${name}: nothing was given to calendars when the bundle was made.`);
    return null;
  }
  const verdict = await verifyEvidence({ name, claims: null, proofs: [{ name, bytes }] }, { sha256: digest }, headers);
  for (const { step, ok, detail } of verdict.steps) note(part, step, ok, detail);
  return verdict;
}

function isRefused(verdict: Verdict | null): boolean {
  return verdict?.outcome === 'invalid' || verdict?.outcome === 'altered';
}

/** A proof of something else does not belong into the bundle; the work itself is compared with the certificate. */
function outcomeOf(verdict: Verdict | null): BundleOutcome {
  if (verdict === null) return 'pending';
  return verdict.outcome === 'altered' ? 'invalid' : verdict.outcome;
}

function conclude(
  outcomes: readonly BundleOutcome[],
  { certificateId, registry, isSandbox, status, issuedAt, log }: CertificateVerdict,
  steps: readonly BundleStep[],
  { tokenTime, envelope, work }: { tokenTime: number | null; envelope: Verdict | null; work: Verdict | null },
): BundleVerdict {
  const outcome = BUNDLE_OUTCOMES.find((candidate) => outcomes.includes(candidate))!;
  const envelopeTime = envelope?.attestedTime ?? null;
  return {
    ...{ outcome, certificateId, registry, isSandbox, status, issuedAt, log, tokenTime, envelopeTime },
    workTime: work?.attestedTime ?? null,
    trust: envelope?.trust ?? work?.trust ?? null,
    steps,
    ...describeBundle(outcome, certificateId, envelopeTime),
  };
}
