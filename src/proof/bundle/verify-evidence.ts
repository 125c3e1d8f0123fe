import { equalBytes } from '../../base/bytes.ts';
import { CodedError } from '../../base/coded-error.ts';
import { encodeHex } from '../../base/hex.ts';
import { parseBlockHeader } from '../bitcoin/block-header.ts';
import { BitcoinError } from '../bitcoin/error.ts';
import { checkProofOfWork } from '../bitcoin/proof-of-work.ts';
import { type DetachedTimestamp, decodeDetached } from '../ots/codec.ts';
import { OtsError } from '../ots/error.ts';
import type { DigestOp } from '../ots/op.ts';
import { walkAttestations } from '../ots/timestamp.ts';
import type { Evidence } from './evidence.ts';
import type { HeaderSource, HeaderTrust } from './header-source.ts';
import { PROOF_MAX_BYTES, type ProofFile, type ReceiptClaims } from './receipt.ts';
import {
  describeOutcome,
  type Outcome,
  type Step,
  type StepName,
  type Verdict,
  type VerifiedBlock,
} from './verdict.ts';

/** Digests of the work under verification, as many as its holder could compute or was given. */
export type WorkDigests = Readonly<Partial<Record<DigestOp['name'] | 'sha512', Uint8Array>>>;

/** Every attestation looked at is a question to a header source; no honest set of proofs asks so many. */
const ATTESTATIONS_MAX = 64;
/** Calendars of a pending proof that are named to the reader. */
const CALENDARS_NAMED_MAX = 5;
const NOT_COMPARED = 'That a file of yours is this work: none was compared.';
/** Fewer blocks on top than this have been reorganised away before. */
const CONFIRMATIONS_SETTLED = 6;

/**
 * Checks proofs of a work against Bitcoin. Of a receipt, only its digests are compared with the work: its status, times
 * and server are claims and decide nothing, except that a receipt made for another network than `headers` follows is
 * not judged by it. One verified Bitcoin attestation is enough, whatever else is pending or broken; the steps say what
 * was found of each. Without a work (`null`) its proofs are checked against the SHA-256 that the receipt is about, and a
 * step says that no work was compared. Never throws for anything in `evidence`.
 */
export async function verifyEvidence(
  evidence: Evidence,
  work: WorkDigests | null,
  headers: HeaderSource,
): Promise<Verdict> {
  const report = new Report(headers);
  const { claims } = evidence;
  const refusal = compareWithReceipt(report, claims, work, headers);
  if (refusal !== null) return report.conclude(refusal);
  const digests = work ?? (claims === null ? {} : { sha256: claims.sha256 });
  for (const proof of evidence.proofs) await checkProof(report, proof, claims, digests);
  if (evidence.proofs.length === 0) {
    report.note('format', false, 'There is no proof with it: the .ots files are missing.');
    return report.conclude('invalid');
  }
  const verdict = report.conclude();
  if (work !== null || verdict.outcome !== 'verified') return verdict;
  return { ...verdict, doesNotProve: [NOT_COMPARED, ...verdict.doesNotProve] };
}

/** Verdict for a file that cannot even be read as evidence. */
export function refuseEvidence(reason: CodedError, headers: HeaderSource): Verdict {
  const report = new Report(headers);
  report.note('format', false, `${reason.message} (${reason.code}).`);
  return report.conclude('invalid');
}

function compareWithReceipt(
  report: Report,
  claims: ReceiptClaims | null,
  work: WorkDigests | null,
  headers: HeaderSource,
): Outcome | null {
  if (claims === null) return null;
  report.note('format', true, 'The receipt is well-formed.');
  return compareWithWork(report, claims, work) ?? compareNetworks(report, claims, headers);
}

function compareWithWork(report: Report, claims: ReceiptClaims, work: WorkDigests | null): Outcome | null {
  if (work === null) {
    const digest = encodeHex(claims.sha256);
    report.note('work-digest', null, `No work was compared: the SHA-256 of yours has to be ${digest}.`);
    return null;
  }
  if (work.sha256 === undefined) {
    report.note('work-digest', null, 'The receipt is about a SHA-256, and none of the work is at hand.');
    return 'cannot-check';
  }
  const isSame = equalBytes(work.sha256, claims.sha256);
  report.note(
    'work-digest',
    isSame,
    isSame ? 'The work has the SHA-256 of the receipt.' : differs('SHA-256', work.sha256),
  );
  if (!isSame) return 'altered';
  if (claims.sha512 !== null && work.sha512 !== undefined) {
    const isSame512 = equalBytes(work.sha512, claims.sha512);
    report.note(
      'work-sha512',
      isSame512,
      isSame512 ? 'The work has the SHA-512 of the receipt.' : differs('SHA-512', work.sha512),
    );
    if (!isSame512) return 'altered';
  }
  return null;
}

function compareNetworks(report: Report, claims: ReceiptClaims, headers: HeaderSource): Outcome | null {
  if (claims.network !== null && claims.network !== headers.network) {
    report.note('network', null, `The receipt was made on ${claims.network}, but ${headers.network} was to be asked.`);
    return 'cannot-check';
  }
  return null;
}

async function checkProof(
  report: Report,
  { name, bytes }: ProofFile,
  claims: ReceiptClaims | null,
  work: WorkDigests,
): Promise<void> {
  const detached = readProof(report, name, bytes);
  if (detached === null) return report.find('invalid');
  const { fileHashOp, timestamp } = detached;
  const expected = work[fileHashOp.name];
  if (expected === undefined) {
    report.note(
      'proof-digest',
      null,
      `The proof is about a ${fileHashOp.name} digest, and none of the work is at hand.`,
      name,
    );
    return report.find('cannot-check');
  }
  if (!equalBytes(expected, timestamp.message)) {
    const digest = encodeHex(timestamp.message);
    report.note('proof-digest', false, `The proof is about another work, with ${fileHashOp.name} ${digest}.`, name);
    // Next to a receipt for this very work it is the proof that does not belong; alone, it is the work.
    return report.find(claims === null ? 'altered' : 'invalid');
  }
  report.note('proof-digest', true, `The proof is about the ${fileHashOp.name} of the work.`, name);

  const pending = new Set<string>();
  let isVerified = false;
  for (const { message, attestation } of walkAttestations(timestamp)) {
    if (attestation.type === 'bitcoin') {
      isVerified = (await report.checkBlock(name, attestation.height, message)) || isVerified;
    } else if (attestation.type === 'pending') pending.add(attestation.uri);
    else if (report.takeAttestation()) {
      const kind =
        attestation.type === 'unknown' ? `of unknown kind ${encodeHex(attestation.tag)}` : `in ${attestation.type}`;
      report.note('attestation', null, `An attestation ${kind} is not checked here.`, name);
      report.find('cannot-check');
    }
  }
  // A completed proof keeps its promise beside what came of it.
  if (pending.size > 0 && !isVerified) {
    const named = [...pending].slice(0, CALENDARS_NAMED_MAX).join(', ');
    const rest = pending.size > CALENDARS_NAMED_MAX ? ` and ${pending.size - CALENDARS_NAMED_MAX} more` : '';
    report.note('attestation', null, `Promised by ${named || 'a calendar without an address'}${rest}.`, name);
    report.find('pending');
  }
}

function readProof(report: Report, name: string, bytes: Uint8Array): DetachedTimestamp | null {
  try {
    if (bytes.length > PROOF_MAX_BYTES) throw new OtsError('too-large', 'the file is larger than any proof');
    const detached = decodeDetached(bytes);
    report.note('proof-format', true, 'The proof is a well-formed OpenTimestamps file.', name);
    return detached;
  } catch (error) {
    if (!(error instanceof OtsError)) throw error;
    report.note('proof-format', false, `The proof cannot be read: ${error.message} (${error.code}).`, name);
    return null;
  }
}

/** Collects steps and findings, and asks the header source for each height once. */
class Report {
  readonly #headers: HeaderSource;
  readonly #steps: Step[] = [];
  readonly #findings = new Set<Outcome>();
  readonly #blocks = new Map<number, VerifiedBlock>();
  readonly #asked = new Map<number, Promise<Uint8Array | null>>();
  #attestationsLeft = ATTESTATIONS_MAX;
  #tip: Promise<number | null> | null = null;
  #trust: HeaderTrust | null = null;

  constructor(headers: HeaderSource) {
    this.#headers = headers;
  }

  note(step: StepName, ok: boolean | null, detail: string, proof?: string): void {
    this.#steps.push(proof === undefined ? { step, ok, detail } : { step, ok, detail, proof });
  }

  find(outcome: Outcome): void {
    this.#findings.add(outcome);
  }

  /** Whether one more attestation may be looked at; the first one too many is noted. */
  takeAttestation(): boolean {
    this.#attestationsLeft--;
    if (this.#attestationsLeft === -1) {
      this.note('attestation', null, `More than ${ATTESTATIONS_MAX} attestations; the rest is not checked.`);
      this.find('cannot-check');
    }
    return this.#attestationsLeft >= 0;
  }

  /** Whether a Bitcoin attestation holds: the message has to be the Merkle root of the block at that height. */
  async checkBlock(proof: string, height: number, message: Uint8Array): Promise<boolean> {
    if (!this.takeAttestation()) return false;
    const bytes = await this.#readHeader(proof, height);
    if (bytes === null) {
      this.find('cannot-check');
      return false;
    }
    try {
      const header = parseBlockHeader(bytes);
      checkProofOfWork(header, height, this.#headers.network);
      this.note(
        'proof-of-work',
        true,
        `Header ${height} carries the work that ${this.#headers.network} asks for.`,
        proof,
      );
      const isRoot = equalBytes(header.merkleRoot, message);
      const leads = isRoot ? 'The proof leads' : 'The proof does not lead';
      this.note('merkle-root', isRoot, `${leads} to the Merkle root of block ${height}.`, proof);
      this.find(isRoot ? 'verified' : 'invalid');
      if (!isRoot) return false;
      const confirmations = await this.#countConfirmations(proof, height);
      this.#blocks.set(height, { height, hash: header.hash, time: header.time, confirmations });
      return true;
    } catch (error) {
      if (!(error instanceof BitcoinError)) throw error;
      // It is the source that is wrong here, not the proof.
      this.note('proof-of-work', false, `Header ${height} is not to be believed: ${error.message}.`, proof);
      this.find('cannot-check');
      return false;
    }
  }

  conclude(outcome = this.#weigh()): Verdict {
    const blocks = [...this.#blocks.values()].sort((a, b) => a.height - b.height);
    const { network } = this.#headers;
    return {
      outcome,
      network,
      trust: this.#trust,
      steps: this.#steps,
      attestedTime: blocks[0]?.time ?? null,
      blocks,
      ...describeOutcome(outcome, network, this.#trust, blocks[0]),
    };
  }

  /**
   * One verified attestation outweighs everything. Then bad news: a proof of this work that is wrong says more than one
   * of another work, and a check that could not be made leaves more open than a promise.
   */
  #weigh(): Outcome {
    const order: readonly Outcome[] = ['verified', 'invalid', 'altered', 'cannot-check', 'pending'];
    return order.find((outcome) => this.#findings.has(outcome)) ?? 'cannot-check';
  }

  async #readHeader(proof: string, height: number): Promise<Uint8Array | null> {
    let asked = this.#asked.get(height);
    if (asked === undefined) {
      asked = this.#headers.headerAt(height);
      this.#asked.set(height, asked);
    }
    try {
      const header = await asked;
      if (header === null) {
        this.note('block-header', null, `No header is known for block ${height} of ${this.#headers.network}.`, proof);
        return null;
      }
      this.#trust = this.#headers.trust;
      this.note('block-header', true, `The header of block ${height} was found.`, proof);
      return header;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.note('block-header', null, `The header of block ${height} is not to be had: ${error.message}.`, proof);
      return null;
    }
  }

  async #countConfirmations(proof: string, height: number): Promise<number | null> {
    this.#tip ??= this.#headers.tipHeight().catch((error) => {
      if (error instanceof CodedError) return null;
      throw error;
    });
    const tip = await this.#tip;
    if (tip === null) return null;
    const confirmations = Math.max(1, tip - height + 1);
    const isSettled = confirmations >= CONFIRMATIONS_SETTLED;
    const advice = isSettled ? '' : `; with fewer than ${CONFIRMATIONS_SETTLED}, check again later`;
    this.note(
      'confirmations',
      isSettled ? true : null,
      `Block ${height} has ${confirmations} confirmations${advice}.`,
      proof,
    );
    return confirmations;
  }
}

function differs(kind: string, actual: Uint8Array): string {
  return `The work is not the one that was anchored: its ${kind} is ${encodeHex(actual)}.`;
}
