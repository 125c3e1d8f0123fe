import { encodeHex } from '../../base/hex.ts';
import type { Evidence } from '../../proof/bundle/evidence.ts';
import type { WorkDigests } from '../../proof/bundle/verify-evidence.ts';
import { decodeDetached } from '../../proof/ots/codec.ts';
import { OtsError } from '../../proof/ots/error.ts';
import type { DigestName } from './hash-blob.ts';

/** A file that may be what evidence is about. */
export interface Work {
  readonly name: string;
  readonly digests: WorkDigests;
}

/** One question to the verifier. */
export interface Case {
  readonly evidence: Evidence;
  /** Null: it was not given, and only its digest, which the evidence names itself, is checked. */
  readonly work: Work | null;
  readonly digests: WorkDigests;
}

export interface Cases {
  readonly cases: readonly Case[];
  /** Works that nothing is about. */
  readonly unknown: readonly Work[];
}

/** What evidence is about: the digest of the receipt, else that of its first proof; null when neither can be read. */
function subjectOf({ claims, proofs }: Evidence): { name: DigestName; digest: Uint8Array } | null {
  if (claims !== null) return { name: 'sha256', digest: claims.sha256 };
  for (const { bytes } of proofs) {
    try {
      const { fileHashOp, timestamp } = decodeDetached(bytes);
      return { name: fileHashOp.name, digest: timestamp.message };
    } catch (error) {
      if (!(error instanceof OtsError)) throw error;
    }
  }
  return null;
}

const keyOf = (subject: { name: string; digest: Uint8Array }) => `${subject.name}:${encodeHex(subject.digest)}`;

/** The digests that works need to have to be compared with the evidence. */
export function listNeeded(evidence: readonly Evidence[]): DigestName[] {
  const names = new Set<DigestName>(['sha256', 'sha512']);
  for (const item of evidence) {
    for (const proof of item.proofs) {
      const subject = subjectOf({ ...item, claims: null, proofs: [proof] });
      if (subject !== null) names.add(subject.name);
    }
  }
  return [...names];
}

/**
 * Proofs of one digest are one piece of evidence, and join the receipt of that digest, whatever the files are called:
 * it is enough when one of them holds.
 */
export function joinEvidence(evidence: readonly Evidence[]): Evidence[] {
  const joined = new Map<string, Evidence>();
  const apart: Evidence[] = [];
  const inOrder = [
    ...evidence.filter(({ claims }) => claims !== null),
    ...evidence.filter(({ claims }) => claims === null),
  ];
  for (const item of inOrder) {
    const subject = subjectOf(item);
    if (subject === null) {
      apart.push(item);
      continue;
    }
    const key = keyOf(subject);
    const known = joined.get(key);
    if (known === undefined) joined.set(key, item);
    else if (item.claims !== null) apart.push(item);
    else joined.set(key, { ...known, proofs: [...known.proofs, ...item.proofs] });
  }
  return [...joined.values(), ...apart];
}

/**
 * Which evidence is held against which work. Where digests agree, that settles it. What is about none of the works is
 * asked about the only one, or the one its name points to; in an archive of many that another work of it matches, it is
 * not part of the question.
 */
export function pairUp(works: readonly Work[], evidence: readonly Evidence[]): Cases {
  const joined = joinEvidence(evidence);
  const cases: Case[] = [];
  const left: Evidence[] = [];
  const answered = new Set<Work>();
  for (const item of joined) {
    const subject = subjectOf(item);
    const work = works.find(({ digests }) => subject !== null && isSame(digests[subject.name], subject.digest));
    if (work === undefined) {
      left.push(item);
    } else {
      answered.add(work);
      cases.push({ evidence: item, work, digests: work.digests });
    }
  }
  const isAnyFound = cases.length > 0;
  const open = works.filter((work) => !answered.has(work));
  for (const item of left) {
    const named = open.find(({ name }) => baseName(item.name).startsWith(`${baseName(name)}.`));
    const work = named ?? (open.length === 1 && works.length === 1 ? open[0]! : null);
    if (work !== null) {
      answered.add(work);
      cases.push({ evidence: item, work, digests: work.digests });
    } else if (works.length === 0) {
      const subject = subjectOf(item);
      cases.push({ evidence: item, work: null, digests: subject === null ? {} : { [subject.name]: subject.digest } });
    } else if (!isAnyFound) {
      cases.push({ evidence: item, work: null, digests: {} });
    }
  }
  return { cases, unknown: works.filter((work) => !answered.has(work)) };
}

function isSame(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && one.length === other.length && one.every((byte, i) => byte === other[i]);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
