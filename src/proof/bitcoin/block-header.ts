import { BitcoinError } from './error.ts';
import { sha256d } from './sha256d.ts';

/** Size of a serialised block header. */
export const BLOCK_HEADER_BYTES = 80;

/** A block header. Hashes are 32 bytes in internal byte order, the reverse of what explorers show. */
export interface BlockHeader {
  /** SHA-256d of the 80 bytes. */
  readonly hash: Uint8Array;
  readonly version: number;
  readonly previousHash: Uint8Array;
  readonly merkleRoot: Uint8Array;
  /** Unix seconds as the miner claimed them; they can be hours off. */
  readonly time: number;
  /** Target in compact form. */
  readonly bits: number;
  readonly nonce: number;
}

/** Reads 80 bytes. It says nothing about proof of work: see `checkProofOfWork`. */
export function parseBlockHeader(bytes: Uint8Array): BlockHeader {
  if (bytes.length !== BLOCK_HEADER_BYTES) {
    throw new BitcoinError('bad-length', `A block header is ${BLOCK_HEADER_BYTES} bytes, not ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    hash: sha256d(bytes),
    version: view.getInt32(0, true),
    previousHash: bytes.slice(4, 36),
    merkleRoot: bytes.slice(36, 68),
    time: view.getUint32(68, true),
    bits: view.getUint32(72, true),
    nonce: view.getUint32(76, true),
  };
}
