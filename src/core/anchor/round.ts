import { encodeBase64Url } from '../../base/base64url.ts';
import type { RandomBytes } from '../../base/clock.ts';
import { formatUuidV7 } from '../../base/uuid.ts';
import { merkleTree } from '../../proof/merkle/opentimestamps.ts';
import { applyOp, type Op } from '../../proof/ots/op.ts';
import type { AnchorRequest, Receipt, Round } from './receipt.ts';

/** A round's paths grow with its size and are stored with each receipt: ten siblings are 320 bytes. */
export const MAX_ROUND_RECEIPTS = 1024;

const RECEIPT_ID_BYTES = 12;
const NONCE_BYTES = 16;

/** The operations from a work's digest to its leaf in the round. */
export function leafOps(nonce: Uint8Array): readonly Op[] {
  return [{ name: 'append', argument: nonce }, { name: 'sha256' }];
}

/** Nodes that a receipt's own path adds in front of its round's root: the leaf's, and two for each level. */
export const HEAD_NODES_MAX = 2 + 2 * Math.ceil(Math.log2(MAX_ROUND_RECEIPTS));

/** Aggregates requests into one round: a fresh nonce and id each, one tree over all. Request i becomes receipt i. */
export function buildRound(
  requests: readonly AnchorRequest[],
  now: number,
  random: RandomBytes,
): { round: Round; receipts: readonly Receipt[] } {
  // Drawn at once: asking the system for each receipt costs more than hashing it.
  const drawn = random(requests.length * (NONCE_BYTES + RECEIPT_ID_BYTES));
  const ids = drawn.subarray(requests.length * NONCE_BYTES);
  const nonces = requests.map((_, i) => drawn.subarray(i * NONCE_BYTES, (i + 1) * NONCE_BYTES));
  const tree = merkleTree(
    requests.map(({ digest }, i) => leafOps(nonces[i]!).reduce((message, op) => applyOp(op, message), digest)),
  );
  const roundId = formatUuidV7(now, random(10));
  return {
    round: { id: roundId, root: tree.root, createdAt: now, status: 'pending', pinnedAt: null },
    receipts: requests.map((request, i) => ({
      ...request,
      id: encodeBase64Url(ids.subarray(i * RECEIPT_ID_BYTES, (i + 1) * RECEIPT_ID_BYTES)),
      createdAt: now,
      roundId,
      nonce: nonces[i]!,
      path: tree.path(i),
      isPrivate: false,
    })),
  };
}
