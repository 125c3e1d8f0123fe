import type { BitcoinNetwork } from '../proof/bitcoin/network.ts';

export { ChainError, type ChainErrorCode } from '../proof/bitcoin/chain-error.ts';

/** All hashes and txids here are 32 bytes in internal byte order, the reverse of what explorers and RPC show. */
export interface ChainTip {
  readonly height: number;
  readonly hash: Uint8Array;
}

/**
 * What anchoring needs from Bitcoin: which block stands at a height. Every method rejects with a `ChainError`, or with
 * the signal's reason when the signal aborts.
 */
export interface ChainReader {
  readonly network: BitcoinNetwork;
  tip(signal?: AbortSignal): Promise<ChainTip>;
  /** Hash of the best chain's block at a height; `null` above the tip. */
  blockHash(height: number, signal?: AbortSignal): Promise<Uint8Array | null>;
  /**
   * The 80 bytes of a header whose SHA-256d is `hash` and which meets the target it claims; `null` when the block is
   * unknown. Whether that target is hard enough for a height is for `checkProofOfWork` to say.
   */
  blockHeader(hash: Uint8Array, signal?: AbortSignal): Promise<Uint8Array | null>;
}

/** What a calendar's stamper needs besides: whole blocks, broadcasting, fees. */
export interface ChainWriter extends ChainReader {
  /** A raw block whose header hashes to `hash` and commits to its transactions. Rejects with `block-unknown`. */
  block(hash: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * Hands over a raw transaction. Handing over one that is already in the mempool or in a block succeeds, so a caller
   * that does not know whether it was heard can repeat itself. Rejects with `transaction-refused`.
   */
  broadcast(rawTransaction: Uint8Array, signal?: AbortSignal): Promise<{ readonly txid: Uint8Array }>;
  /** Fee rate in sat/vB to be mined within that many blocks; `null` when the source has no estimate. */
  feeRate(targetBlocks: number, signal?: AbortSignal): Promise<number | null>;
}

/** Where a payment is waited for. */
export interface PaymentAddress {
  readonly address: string;
  readonly scriptPubKey: Uint8Array;
}

export interface PaymentOutput {
  readonly scriptPubKey: Uint8Array;
  readonly txid: Uint8Array;
  readonly vout: number;
  readonly valueSats: number;
}

/** What taking payments needs besides: whole blocks, which prove what they hold, and a first sight of what comes. */
export interface PaymentChain extends ChainReader {
  /** A raw block whose header hashes to `hash` and commits to its transactions. Rejects with `block-unknown`. */
  block(hash: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * Outputs to these addresses in transactions that are in no block. A hint: the source is believed, and need not know
   * all of them. Asked with no address too, so that a source that has to go through them all knows which ones are older
   * than any address.
   */
  unconfirmedOutputs(addresses: readonly PaymentAddress[], signal?: AbortSignal): Promise<readonly PaymentOutput[]>;
}
