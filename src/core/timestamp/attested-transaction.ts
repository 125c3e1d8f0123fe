import { equalBytes } from '../../base/bytes.ts';
import { CodedError } from '../../base/coded-error.ts';
import { parseTransaction } from '../../proof/bitcoin/transaction.ts';
import type { Op } from '../../proof/ots/op.ts';
import type { Timestamp } from '../../proof/ots/timestamp.ts';

/** Two hashes: what every level of a block's Merkle tree is the SHA-256d of. No transaction that can be mined has it. */
const MERKLE_NODE_BYTES = 64;

/**
 * The transaction that a proof puts into the block at `height`: the last message on the way to the attestation, before
 * the block's Merkle path, whose SHA-256d is taken. Its txid in internal byte order; null when that message is no
 * transaction, or when there is not exactly one attestation of that height.
 */
export function findAttestedTxid(timestamp: Timestamp, height: number): Uint8Array | null {
  const paths = walkPaths(timestamp, height, []).take(2).toArray();
  const [path] = paths;
  if (path === undefined || paths.length > 1) return null;
  const hashed = path.findLast(
    ({ message, op }, i) =>
      op.name === 'sha256' && path[i + 1]?.op.name === 'sha256' && message.length !== MERKLE_NODE_BYTES,
  );
  return hashed === undefined ? null : readTxid(hashed.message);
}

interface Step {
  readonly message: Uint8Array;
  /** What is done to the message. */
  readonly op: Op;
}

/** The steps to each attestation of the height. */
function* walkPaths(node: Timestamp, height: number, passed: readonly Step[]): Generator<readonly Step[]> {
  const { message, attestations, branches } = node;
  if (attestations.some((attestation) => attestation.type === 'bitcoin' && attestation.height === height)) yield passed;
  for (const { op, stamp } of branches) yield* walkPaths(stamp, height, [...passed, { message, op }]);
}

function readTxid(message: Uint8Array): Uint8Array | null {
  try {
    const { txid, strippedBytes } = parseTransaction(message);
    // With witness data the hash on the way would be another one, which no Merkle root commits to.
    return equalBytes(strippedBytes, message) ? txid : null;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return null;
  }
}
