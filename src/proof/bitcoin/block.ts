import { equalBytes } from '../../base/bytes.ts';
import { BLOCK_HEADER_BYTES, type BlockHeader, parseBlockHeader } from './block-header.ts';
import { BitcoinError } from './error.ts';
import { bitcoinMerkleRoot } from './merkle.ts';
import { BitcoinReader } from './reader.ts';
import { type BitcoinTransaction, readTransaction } from './transaction.ts';

/** Consensus cap on weight (BIP 141); no serialised block is larger. */
export const BLOCK_MAX_BYTES = 4_000_000;
/** Version, one input, no output, lock time. */
const TRANSACTION_LEAST_BYTES = 52;

/** Byte strings in `transactions` are views of the block: copy what outlives it. */
export interface BitcoinBlock {
  readonly header: BlockHeader;
  readonly transactions: readonly BitcoinTransaction[];
}

/**
 * Reads a raw block with or without witness data. Its transactions are known to be the ones the header commits to;
 * proof of work, scripts and witness commitments are not looked at.
 */
export function parseBlock(bytes: Uint8Array): BitcoinBlock {
  if (bytes.length > BLOCK_MAX_BYTES) throw new BitcoinError('too-large', 'No block is that large');
  if (bytes.length < BLOCK_HEADER_BYTES) throw new BitcoinError('truncated', 'The block ends in its header');
  const header = parseBlockHeader(bytes.subarray(0, BLOCK_HEADER_BYTES));
  const reader = new BitcoinReader(bytes, BLOCK_HEADER_BYTES);
  const transactions: BitcoinTransaction[] = [];
  for (let left = reader.count(TRANSACTION_LEAST_BYTES); left > 0; left--) transactions.push(readTransaction(reader));
  reader.end();
  if (!equalBytes(bitcoinMerkleRoot(transactions.map(({ txid }) => txid)), header.merkleRoot)) {
    throw new BitcoinError('wrong-merkle-root', 'The header commits to other transactions');
  }
  return { header, transactions };
}
