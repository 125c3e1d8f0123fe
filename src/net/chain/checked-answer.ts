import { equalBytes, reverseBytes } from '../../base/bytes.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { parseBlock } from '../../proof/bitcoin/block.ts';
import { BLOCK_HEADER_BYTES, parseBlockHeader } from '../../proof/bitcoin/block-header.ts';
import { ChainError } from '../../proof/bitcoin/chain-error.ts';
import { BitcoinError } from '../../proof/bitcoin/error.ts';
import { BITCOIN_NETWORKS, type BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import { checkProofOfWork } from '../../proof/bitcoin/proof-of-work.ts';
import { parseTransaction } from '../../proof/bitcoin/transaction.ts';

const SATS_PER_COIN = 100_000_000;

/** Bitcoin Core's code for a transaction that is already in a block. */
export const ALREADY_IN_CHAIN_RPC_CODE = -27;

/** A hash as the APIs show it, reversed. */
export function encodeDisplayHash(hash: Uint8Array): string {
  return encodeHex(reverseBytes(hash));
}

export function parseDisplayHash(text: unknown): Uint8Array {
  const hash = typeof text === 'string' ? decodeHex(text.trim()) : null;
  if (hash?.length !== 32) throw new ChainError('chain-garbled', 'The source did not answer with a hash');
  return reverseBytes(hash);
}

export function parseHeight(value: unknown): number {
  const height = typeof value === 'string' && /^\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  if (typeof height !== 'number' || !Number.isSafeInteger(height) || height < 0) {
    throw new ChainError('chain-garbled', 'The source did not answer with a height');
  }
  return height;
}

/** The 80 bytes of a hex header, which must be the header asked for and carry the work it claims. */
export function checkHeader(text: unknown, hash: Uint8Array, network: BitcoinNetwork): Uint8Array {
  const bytes = typeof text === 'string' ? decodeHex(text.trim()) : null;
  if (bytes?.length !== BLOCK_HEADER_BYTES) {
    throw new ChainError('chain-garbled', 'The source did not answer with a header');
  }
  const header = parseBlockHeader(bytes);
  if (!equalBytes(header.hash, hash)) throw new ChainError('chain-lied', 'The source sent the header of another block');
  try {
    // The height is not known here. Height 0 asks for the network's least work only.
    checkProofOfWork(header, 0, network);
  } catch (cause) {
    throw cause instanceof BitcoinError
      ? new ChainError('chain-lied', 'The source sent a header without its proof of work', { cause })
      : cause;
  }
  return bytes;
}

/** The block itself, which must be the one asked for and hold the transactions its header commits to. */
export function checkBlock(bytes: Uint8Array, hash: Uint8Array): Uint8Array {
  let actualHash: Uint8Array;
  try {
    actualHash = parseBlock(bytes).header.hash;
  } catch (cause) {
    if (!(cause instanceof BitcoinError)) throw cause;
    const isLie = cause.code === 'wrong-merkle-root' || cause.code === 'duplicate-transaction';
    throw isLie
      ? new ChainError('chain-lied', 'The source sent a block with other transactions', { cause })
      : new ChainError('chain-garbled', 'The source did not answer with a block', { cause });
  }
  if (!equalBytes(actualHash, hash)) throw new ChainError('chain-lied', 'The source sent another block');
  return bytes;
}

/** Txid of our own transaction, computed here so that no source has to be believed. */
export function computeTxid(rawTransaction: Uint8Array): Uint8Array {
  try {
    return parseTransaction(rawTransaction).txid;
  } catch (cause) {
    throw cause instanceof BitcoinError ? new ChainError('transaction-refused', 'Not a transaction', { cause }) : cause;
  }
}

export function checkTxid(text: unknown, txid: Uint8Array): void {
  if (!equalBytes(parseDisplayHash(text), txid)) {
    throw new ChainError('chain-lied', 'The source took the transaction under another id');
  }
}

export function checkGenesis(hash: Uint8Array, network: BitcoinNetwork): void {
  if (!equalBytes(hash, BITCOIN_NETWORKS[network].genesisHash)) {
    throw new ChainError('chain-wrong-network', `The source does not follow ${network}`);
  }
}

/** A fee rate in sat/vB as a positive number, or `null` for the ways of saying that there is none. */
export function parseFeeRate(value: unknown, unit: 'sat/vB' | 'coin/kvB'): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return null;
  return unit === 'sat/vB' ? value : Math.round(value * SATS_PER_COIN) / 1000;
}

/** Strict UTF-8 JSON of an object. */
export function parseJsonObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  const value = parseJson(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ChainError('chain-garbled', 'The source did not answer with a JSON object');
}

/** Strict UTF-8 JSON of an array. */
export function parseJsonArray(body: Uint8Array): readonly unknown[] {
  const value = parseJson(body);
  if (Array.isArray(value)) return value;
  throw new ChainError('chain-garbled', 'The source did not answer with a JSON array');
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new ChainError('chain-garbled', 'The source did not answer with JSON', { cause });
  }
}

/** 21 million coins. */
const MAX_MONEY_SATS = 2_100_000_000_000_000;

export function parseSats(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > MAX_MONEY_SATS) {
    throw new ChainError('chain-garbled', 'The source did not answer with an amount');
  }
  return value;
}

/** A stranger's text on its way to logs and status pages. */
export function printableReason(reason: string): string {
  return reason.replace(/[^\x20-\x7e]/g, ' ').slice(0, 300);
}
