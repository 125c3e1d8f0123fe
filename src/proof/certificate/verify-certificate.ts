import { equalBytes } from '../../base/bytes.ts';
import { encodeCanonical } from '../../base/canonical-json.ts';
import { decodeLogEvent, type LogEvent, LogEventError } from '../log-event.ts';
import { hashLeaf } from '../merkle/rfc6962.ts';
import type { LogTrust } from '../note/checkpoint.ts';
import { NoteError } from '../note/error.ts';
import { parseTlogProof, verifyTlogProof } from '../note/tlog-proof.ts';
import { parseVerifierKey } from '../note/verifier-key.ts';
import type { VerifySignature } from '../note/verify-note.ts';
import { opensField } from './disclosure.ts';
import { type Certificate, type CertificateDocument, readCertificate } from './document.ts';
import { commitToEnvelope, digestEnvelope } from './envelope.ts';
import { CertificateError } from './error.ts';
import { certificateKeyId } from './key-id.ts';
import { type ManifestHead, readManifestHead } from './manifest.ts';
import {
  type CertificateOutcome,
  type CertificateStep,
  type CertificateStepName,
  type CertificateVerdict,
  describeCertificate,
  type StatedStatus,
} from './verdict.ts';

/** A key that somebody believes certificates by. */
export interface TrustedKey {
  /** The 32 bytes of RFC 8032. */
  readonly publicKey: Uint8Array;
  /** Epoch ms; null where no bound is known. */
  readonly validFrom: number | null;
  readonly validUntil: number | null;
}

/** Who is believed. It never comes from the document. */
export interface CertificateTrust {
  /** None: the outcome is `self-asserted` at best. */
  readonly keys: readonly TrustedKey[];
  /** Null: any log whose proof holds is taken, and said to be unknown. */
  readonly log: LogTrust | null;
}

/**
 * Checks a certificate document without a network. The same function runs in the server, the command line and browsers.
 * Never throws for what is in `bytes`.
 *
 * @param workSha256 Of the work at hand; null when there is none to compare with.
 */
export function verifyCertificate(
  bytes: Uint8Array,
  trust: CertificateTrust,
  verify: VerifySignature,
  workSha256: Uint8Array | null = null,
): CertificateVerdict {
  const steps: CertificateStep[] = [];
  const note = (step: CertificateStepName, ok: boolean | null, detail: string) => steps.push({ step, ok, detail });
  let certificate: Certificate;
  let head: ManifestHead;
  try {
    certificate = readCertificate(bytes);
    note('format', true, 'It is a certificate document.');
    head = readManifestHead(certificate.manifest);
    note('manifest', true, `It is version ${head.version} of ${head.certificateId} in the registry ${head.registry}.`);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    note(error.code === 'bad-manifest' ? 'manifest' : 'format', false, `${capitalise(error.message)}.`);
    return conclude('invalid', null, { status: null, log: null }, steps);
  }
  checkKey(certificate, head, trust.keys, note);
  const message = new TextEncoder().encode(certificate.manifestJson);
  const isSigned = verify(certificate.publicKey, message, certificate.signature);
  note('signature', isSigned, isSigned ? 'The key signed this manifest.' : 'The signature is not of this manifest.');
  checkOpenings(certificate, note);
  const log = checkLog(certificate, head, trust.log, verify, note);
  checkWork(head, workSha256, note);
  checkStatus(certificate.status, note);
  const status = readStated(certificate.status);
  return conclude(decide(steps, trust, certificate), head, { status, log }, steps);
}

type Note = (step: CertificateStepName, ok: boolean | null, detail: string) => void;

function checkKey(
  { keyId, publicKey }: Certificate,
  head: ManifestHead,
  keys: readonly TrustedKey[],
  note: Note,
): void {
  if (certificateKeyId(publicKey) !== keyId) {
    note('key', false, 'The key in the document has another name than the one that it gives.');
    return;
  }
  if (keys.length === 0) {
    note('key', null, 'No trusted key is given: the one in the document vouches for itself.');
    return;
  }
  const known = keys.filter((key) => equalBytes(key.publicKey, publicKey));
  note(
    'key',
    known.length > 0,
    known.length > 0 ? `${keyId} is a trusted key.` : `${keyId} is not among the trusted keys.`,
  );
  const signedAt = head.updatedAt ?? head.issuedAt;
  const isValid = known.some(
    ({ validFrom, validUntil }) => signedAt >= (validFrom ?? signedAt) && signedAt <= (validUntil ?? signedAt),
  );
  if (known.length > 0) {
    const time = new Date(signedAt).toISOString();
    note('key-validity', isValid, isValid ? `The key was valid at ${time}.` : `The key was not valid at ${time}.`);
  }
}

/** Who shows a title shows it as what was signed: one that is not is as bad as another manifest. */
function checkOpenings({ manifest, openings }: Certificate, note: Note): void {
  const names = Object.keys(openings);
  if (names.length === 0) return;
  const isRight = names.every((name) => opensField(manifest, name, openings[name]!));
  const word = isRight ? 'is' : 'is not';
  note('openings', isRight, `What the document shows beside the manifest ${word} what the manifest commits to.`);
}

function checkLog(
  certificate: Certificate,
  head: ManifestHead,
  trusted: LogTrust | null,
  verify: VerifySignature,
  note: Note,
): CertificateVerdict['log'] {
  const { log } = certificate;
  if (log === null) {
    note('log-proof', null, 'The document has no proof of a public log.');
    return null;
  }
  const leaf = encodeCanonical(log.leaf);
  const event = readLeaf(leaf);
  const isLeafOfThis = isAbout(event, head);
  note(
    'log-leaf',
    isLeafOfThis,
    isLeafOfThis ? 'The entry of the log is about this certificate.' : 'The entry of the log is about something else.',
  );
  const commitment = commitToEnvelope(certificate.salt, digestEnvelope(certificate));
  const isCommitted = event !== null && equalBytes(event.commitment, commitment);
  note(
    'log-commitment',
    isCommitted,
    isCommitted ? 'The entry commits to this signed manifest.' : 'The entry commits to another signed manifest.',
  );
  note('log-key', trusted === null ? null : true, describeLogKey(log, trusted));
  try {
    const by = trusted ?? { origin: log.origin, logKeys: [parseVerifierKey(log.verifier_key)], witnessKeys: [] };
    const proof = parseTlogProof(new TextEncoder().encode(log.proof));
    const { checkpoint } = verifyTlogProof(proof, hashLeaf(leaf), by, verify);
    note('log-proof', true, `It is entry ${proof.index + 1} of ${checkpoint.size} in the log ${checkpoint.origin}.`);
    return { origin: checkpoint.origin, size: checkpoint.size, isTrusted: trusted !== null };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    note('log-proof', false, `The proof of the log does not hold: ${error.message}.`);
    return null;
  }
}

function describeLogKey({ origin }: NonNullable<CertificateDocument['log']>, trusted: LogTrust | null): string {
  return trusted === null
    ? `No trusted log is given: the document itself names ${origin} and its key.`
    : `The log has to be ${trusted.origin}, by a trusted key.`;
}

/**
 * Issuing and updating are what commits to a manifest; other events only repeat it. An entry without an id, of a private
 * certificate, is told to be of this one by its commitment alone.
 */
function isAbout(event: LogEvent | null, { registry, certificateId, version, isSandbox }: ManifestHead): boolean {
  return (
    event !== null &&
    event.type === (version === 1 ? 'certificate.issued' : 'certificate.updated') &&
    event.registry === registry &&
    (event.certificateId === null || event.certificateId === certificateId) &&
    event.version === version &&
    event.isSandbox === isSandbox
  );
}

function readLeaf(leaf: Uint8Array): LogEvent | null {
  try {
    return decodeLogEvent(leaf);
  } catch (error) {
    if (error instanceof LogEventError) return null;
    throw error;
  }
}

function checkWork(head: ManifestHead, workSha256: Uint8Array | null, note: Note): void {
  if (workSha256 === null) return;
  const isSame = equalBytes(head.workSha256, workSha256);
  note('work-digest', isSame, isSame ? 'It is about this work.' : 'It is about a work with another digest.');
}

function checkStatus(status: CertificateDocument['status'], note: Note): void {
  if (status === null) {
    note('status', null, 'The document does not say whether it was revoked.');
  } else if (status.status === 'active') {
    const { checked_at, superseded_by: by } = status;
    const newer = by === undefined ? '' : `; a newer version of the work has the certificate ${by}`;
    note('status', null, `It was active at ${checked_at}${newer}, as its server said; nobody has signed that.`);
  } else {
    note('status', false, `It was revoked${status.revoked_at === null ? '' : ` at ${status.revoked_at}`}.`);
  }
}

function readStated(stated: CertificateDocument['status']): StatedStatus | null {
  if (stated === null) return null;
  const { status, reason, superseded_by: by } = stated;
  if (status === 'revoked') return { state: 'revoked', reason };
  return by === undefined ? { state: 'active' } : { state: 'superseded', by };
}

function decide(steps: readonly CertificateStep[], trust: CertificateTrust, { log }: Certificate): CertificateOutcome {
  const failed = new Set(steps.filter(({ ok }) => ok === false).map(({ step }) => step));
  const wasWithdrawn = failed.delete('status');
  const isOther = failed.delete('work-digest');
  if (failed.size > 0) return 'invalid';
  if (isOther) return 'altered';
  if (wasWithdrawn) return 'revoked';
  if (trust.keys.length === 0) return 'self-asserted';
  return trust.log !== null && log === null ? 'cannot-check' : 'verified';
}

function conclude(
  outcome: CertificateOutcome,
  head: ManifestHead | null,
  { status, log }: Pick<CertificateVerdict, 'status' | 'log'>,
  steps: readonly CertificateStep[],
): CertificateVerdict {
  const about = { outcome, certificateId: head?.certificateId ?? null, isSandbox: head?.isSandbox ?? false, log };
  return {
    ...about,
    registry: head?.registry ?? null,
    status,
    issuedAt: head?.issuedAt ?? null,
    steps,
    ...describeCertificate(about),
  };
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
