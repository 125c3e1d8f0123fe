import { concatBytes } from '../../base/bytes.ts';
import { BitcoinError } from './error.ts';
import { BitcoinReader } from './reader.ts';
import { sha256d } from './sha256d.ts';

/** Serialised weight is at least four times the size without witness, and at least the size with it (BIP 141). */
export const TRANSACTION_MAX_BYTES = 4_000_000;

/** 21 million coins. */
const MAX_MONEY_SATS = 2_100_000_000_000_000n;
/** Outpoint, empty script, sequence. */
const INPUT_LEAST_BYTES = 41;
/** Value, empty script. */
const OUTPUT_LEAST_BYTES = 9;

interface TransactionInput {
  /** Internal byte order; all zero in a coinbase. */
  readonly previousTxid: Uint8Array;
  readonly previousVout: number;
  readonly sequence: number;
}

interface TransactionOutput {
  readonly valueSats: number;
  readonly scriptPubKey: Uint8Array;
}

/** Byte strings are views of the parsed input where they can be: copy what outlives it. */
export interface BitcoinTransaction {
  /** Internal byte order. */
  readonly txid: Uint8Array;
  /** The serialisation without witness data: what the txid is the SHA-256d of. */
  readonly strippedBytes: Uint8Array;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
}

/** Reads one raw transaction, with or without witness data (BIP 144), and nothing after it. */
export function parseTransaction(bytes: Uint8Array): BitcoinTransaction {
  if (bytes.length > TRANSACTION_MAX_BYTES) throw new BitcoinError('too-large', 'No transaction is that large');
  const reader = new BitcoinReader(bytes);
  const transaction = readTransaction(reader);
  reader.end();
  return transaction;
}

/** Reads the transaction that starts where the reader stands. */
export function readTransaction(reader: BitcoinReader): BitcoinTransaction {
  const start = reader.offset;
  reader.skip(4);
  const hasWitness = reader.peek(0) === 0;
  if (hasWitness) {
    if (reader.peek(1) !== 1) throw new BitcoinError('bad-witness', 'A transaction without inputs, or an unknown flag');
    reader.skip(2);
  }
  const bodyStart = reader.offset;
  const inputs = readInputs(reader);
  const outputs = readOutputs(reader);
  const bodyEnd = reader.offset;
  if (hasWitness) skipWitness(reader, inputs.length);
  reader.skip(4);
  const { bytes, offset: end } = reader;
  const strippedBytes = hasWitness
    ? concatBytes(bytes.subarray(start, start + 4), bytes.subarray(bodyStart, bodyEnd), bytes.subarray(end - 4, end))
    : bytes.subarray(start, end);
  return { txid: sha256d(strippedBytes), strippedBytes, inputs, outputs };
}

function readInputs(reader: BitcoinReader): TransactionInput[] {
  const inputs: TransactionInput[] = [];
  for (let left = reader.count(INPUT_LEAST_BYTES); left > 0; left--) {
    const previousTxid = reader.take(32);
    const previousVout = reader.uint32();
    reader.varBytes();
    inputs.push({ previousTxid, previousVout, sequence: reader.uint32() });
  }
  if (inputs.length === 0) throw new BitcoinError('bad-witness', 'A transaction without inputs');
  return inputs;
}

function readOutputs(reader: BitcoinReader): TransactionOutput[] {
  const outputs: TransactionOutput[] = [];
  for (let left = reader.count(OUTPUT_LEAST_BYTES); left > 0; left--) {
    const value = reader.uint64();
    if (value > MAX_MONEY_SATS) throw new BitcoinError('bad-value', 'An output worth more than all coins');
    outputs.push({ valueSats: Number(value), scriptPubKey: reader.varBytes() });
  }
  return outputs;
}

function skipWitness(reader: BitcoinReader, inputCount: number): void {
  let isEmpty = true;
  for (let input = 0; input < inputCount; input++) {
    for (let left = reader.count(1); left > 0; left--) {
      reader.varBytes();
      isEmpty = false;
    }
  }
  if (isEmpty) throw new BitcoinError('bad-witness', 'A witness section with nothing in it');
}
