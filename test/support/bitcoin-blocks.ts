import { concatBytes, reverseBytes } from '../../src/base/bytes.ts';
import { decodeHex } from '../../src/base/hex.ts';
import { bitcoinMerkleRoot } from '../../src/proof/bitcoin/merkle.ts';
import { parseTransaction } from '../../src/proof/bitcoin/transaction.ts';

/** Public facts of mainnet: the first block, and block 100000 with its four transactions. */
export const GENESIS_HEADER = decodeHex(
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
)!;
export const GENESIS_COINBASE = decodeHex(
  '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000',
)!;
export const GENESIS_BLOCK = concatBytes(GENESIS_HEADER, Uint8Array.of(1), GENESIS_COINBASE);
export const HEADER_100000 = decodeHex(
  '0100000050120119172a610421a6c3011dd330d9df07b63616c2cc1f1cd00200000000006657a9252aacd5c0b2940996ecff952228c3067cc38d4885efb5a4ac4247e9f337221b4d4c86041b0f2b5710',
)!;
export const TXIDS_100000 = [
  '8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87',
  'fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4',
  '6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4',
  'e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d',
].map((txid) => reverseBytes(decodeHex(txid)!));

/** A block of the given transactions under a header without proof of work. */
export function buildBlock(rawTransactions: readonly Uint8Array[]): Uint8Array {
  const header = Uint8Array.from(GENESIS_HEADER);
  header.set(bitcoinMerkleRoot(rawTransactions.map((raw) => parseTransaction(raw).txid)), 36);
  return concatBytes(header, encodeCompactSize(rawTransactions.length), ...rawTransactions);
}

function encodeCompactSize(value: number): Uint8Array {
  return value < 0xfd ? Uint8Array.of(value) : Uint8Array.of(0xfd, value & 0xff, value >> 8);
}
