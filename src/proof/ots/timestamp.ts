import { equalBytes } from '../../base/bytes.ts';
import { type Attestation, compareAttestations } from './attestation.ts';
import { OtsError } from './error.ts';
import { applyOp, compareOps, type Op } from './op.ts';

/** The message `op` leads to, and what is attested from there on. */
export interface Branch {
  readonly op: Op;
  readonly stamp: Timestamp;
}

/**
 * A tree of what is known about `message`. Immutable and canonical: attestations and branches are in the format's order
 * and without duplicates, so equal knowledge is an equal value. Made only by the functions here and by the decoder.
 */
export interface Timestamp {
  readonly message: Uint8Array;
  readonly attestations: readonly Attestation[];
  readonly branches: readonly Branch[];
}

/** Nodes from a root to its farthest leaf. Upstream's reader gives up beyond it, so no file may hold more. */
export const NODES_DEPTH_MAX = 256;

/**
 * A timestamp of `message` from parts in any order: sorted, duplicates dropped, branches of the same operation merged.
 * @throws OtsError `message-mismatch` when a branch does not start where its operation leads; those of `applyOp`
 */
export function createTimestamp(
  message: Uint8Array,
  attestations: readonly Attestation[],
  branches: readonly Branch[],
): Timestamp {
  for (const { op, stamp } of branches) requireSameMessage(applyOp(op, message), stamp.message);
  return assembleTimestamp(message, attestations, branches, 0);
}

/**
 * The timestamp of `message` that reaches `end` through `ops`, in order.
 * @throws OtsError `message-mismatch` when they do not lead to the message of `end`; those of `applyOp`
 */
export function connectTimestamp(message: Uint8Array, ops: readonly Op[], end: Timestamp): Timestamp {
  const passed: { message: Uint8Array; op: Op }[] = [];
  let reached = message;
  for (const op of ops) {
    passed.push({ message: reached, op });
    reached = applyOp(op, reached);
  }
  requireSameMessage(reached, end.message);
  return passed.reduceRight<Timestamp>(
    (stamp, step) => ({ message: step.message, attestations: [], branches: [{ op: step.op, stamp }] }),
    end,
  );
}

/**
 * Everything both timestamps say. Idempotent, commutative and associative.
 * @throws OtsError `message-mismatch`, or `too-deep` when what they share is deeper than any file
 */
export function mergeTimestamps(a: Timestamp, b: Timestamp): Timestamp {
  requireSameMessage(a.message, b.message);
  return mergeSameMessage([a, b], 0);
}

/**
 * `timestamp` with `addition` merged into every node whose message is `at`; `timestamp` itself when there is none.
 * @throws OtsError `message-mismatch` when `addition` is not about `at`, `too-deep`
 */
export function graft(timestamp: Timestamp, at: Uint8Array, addition: Timestamp): Timestamp {
  requireSameMessage(at, addition.message);
  return graftBelow(timestamp, addition, 0);
}

/** Every attestation with the message it is about, in the order of the canonical file. */
export function* walkAttestations(
  timestamp: Timestamp,
): Generator<{ message: Uint8Array; attestation: Attestation }, void, undefined> {
  const unvisited = [timestamp];
  for (let node = unvisited.pop(); node !== undefined; node = unvisited.pop()) {
    for (const attestation of node.attestations) yield { message: node.message, attestation };
    for (const { stamp } of node.branches.toReversed()) unvisited.push(stamp);
  }
}

/**
 * `createTimestamp` for a node `depth` operations below its root whose branches are known to start where their
 * operations lead: the decoder has just computed those messages and need not do so again.
 */
export function assembleTimestamp(
  message: Uint8Array,
  attestations: readonly Attestation[],
  branches: readonly Branch[],
  depth: number,
): Timestamp {
  return {
    message,
    attestations: normaliseAttestations(attestations),
    branches: normaliseBranches(branches, depth),
  };
}

/** @throws OtsError `too-deep` for a node `depth` operations below its root */
export function checkDepth(depth: number): void {
  if (depth >= NODES_DEPTH_MAX) {
    throw new OtsError('too-deep', `a path has more than ${NODES_DEPTH_MAX - 1} operations`);
  }
}

/** Nodes on the longest way from the root to a leaf, the root included. */
export function timestampDepth(timestamp: Timestamp): number {
  return 1 + timestamp.branches.reduce((deepest, { stamp }) => Math.max(deepest, timestampDepth(stamp)), 0);
}

function normaliseAttestations(attestations: readonly Attestation[]): readonly Attestation[] {
  if (attestations.length < 2) return attestations;
  const sorted = attestations.toSorted(compareAttestations);
  return sorted.filter((attestation, i) => i === 0 || compareAttestations(sorted[i - 1]!, attestation) !== 0);
}

function normaliseBranches(branches: readonly Branch[], depth: number): readonly Branch[] {
  if (branches.length < 2) return branches;
  const sorted = branches.toSorted((a, b) => compareOps(a.op, b.op));
  const normalised: Branch[] = [];
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    const branch = sorted[start]!;
    do end++;
    while (end < sorted.length && compareOps(branch.op, sorted[end]!.op) === 0);
    const stamps = sorted.slice(start, end).map(({ stamp }) => stamp);
    normalised.push(stamps.length === 1 ? branch : { op: branch.op, stamp: mergeSameMessage(stamps, depth + 1) });
  }
  return normalised;
}

/** All at once rather than pair by pair: a hostile file can repeat one operation many thousand times. */
function mergeSameMessage(stamps: readonly Timestamp[], depth: number): Timestamp {
  checkDepth(depth);
  return assembleTimestamp(
    stamps[0]!.message,
    stamps.flatMap(({ attestations }) => attestations),
    stamps.flatMap(({ branches }) => branches),
    depth,
  );
}

function graftBelow(node: Timestamp, addition: Timestamp, depth: number): Timestamp {
  checkDepth(depth);
  const branches = node.branches.map(({ op, stamp }) => ({ op, stamp: graftBelow(stamp, addition, depth + 1) }));
  const isChanged = branches.some(({ stamp }, i) => stamp !== node.branches[i]!.stamp);
  const grown = isChanged ? { ...node, branches } : node;
  return equalBytes(node.message, addition.message) ? mergeSameMessage([grown, addition], depth) : grown;
}

function requireSameMessage(a: Uint8Array, b: Uint8Array): void {
  if (!equalBytes(a, b)) throw new OtsError('message-mismatch', 'two timestamps are not about the same message');
}
