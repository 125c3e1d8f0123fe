import { decodeDetached, encodeDetached } from '../../proof/ots/codec.ts';
import { mergeTimestamps } from '../../proof/ots/timestamp.ts';
import type { ComposedProof } from '../anchor/proof.ts';

/** One `.ots` file with the branches of every calendar's; null when there is none. A broken one is left out. */
export function mergeProofs(proofs: readonly ComposedProof[]): Uint8Array | null {
  const whole = proofs.flatMap(({ bytes }) => (bytes === null ? [] : [decodeDetached(bytes)]));
  if (whole.length === 0) return null;
  const timestamp = whole.map((detached) => detached.timestamp).reduce(mergeTimestamps);
  return encodeDetached({ fileHashOp: whole[0]!.fileHashOp, timestamp });
}
