import { createHash } from 'node:crypto';
import { concatBytes } from '../../src/base/bytes.ts';
import { parseBlockHeader } from '../../src/proof/bitcoin/block-header.ts';
import { checkProofOfWork } from '../../src/proof/bitcoin/proof-of-work.ts';
import type { Attestation } from '../../src/proof/ots/attestation.ts';
import { encodeDetached } from '../../src/proof/ots/codec.ts';
import { applyOp, type DigestOp, type Op } from '../../src/proof/ots/op.ts';
import { createTimestamp, type Timestamp } from '../../src/proof/ots/timestamp.ts';

export const SHA256: DigestOp = { name: 'sha256' };

export function hash(algorithm: 'sha1' | 'sha256' | 'sha512', bytes: Uint8Array | string): Uint8Array {
  return new Uint8Array(createHash(algorithm).update(bytes).digest());
}

/** The timestamp of `message` that leads through `ops` to `attestation`. */
export function pathTo(message: Uint8Array, ops: readonly Op[], attestation: Attestation): Timestamp {
  const [op, ...rest] = ops;
  if (op === undefined) return createTimestamp(message, [attestation], []);
  return createTimestamp(message, [], [{ op, stamp: pathTo(applyOp(op, message), rest, attestation) }]);
}

export function endOf(message: Uint8Array, ops: readonly Op[]): Uint8Array {
  return ops.reduce((reached, op) => applyOp(op, reached), message);
}

export function otsFile(timestamp: Timestamp, fileHashOp: DigestOp = SHA256): Uint8Array {
  return encodeDetached({ fileHashOp, timestamp });
}

const REGTEST_BITS = 0x207fffff;

/** A regtest header with its proof of work, which takes two tries on average. */
export function mineHeader(merkleRoot: Uint8Array, time: number, previousHash = new Uint8Array(32)): Uint8Array {
  const tail = new Uint8Array(12);
  const view = new DataView(tail.buffer);
  view.setUint32(0, time, true);
  view.setUint32(4, REGTEST_BITS, true);
  for (let nonce = 0; ; nonce++) {
    view.setUint32(8, nonce, true);
    const header = concatBytes(Uint8Array.of(4, 0, 0, 0), previousHash, merkleRoot, tail);
    if (isMined(header)) return header;
  }
}

/** The same header without proof of work. */
export function spoilHeader(header: Uint8Array): Uint8Array {
  const spoilt = Uint8Array.from(header);
  const view = new DataView(spoilt.buffer);
  do view.setUint32(76, view.getUint32(76, true) + 1, true);
  while (isMined(spoilt));
  return spoilt;
}

function isMined(header: Uint8Array): boolean {
  try {
    checkProofOfWork(parseBlockHeader(header), 1, 'regtest');
    return true;
  } catch {
    return false;
  }
}
