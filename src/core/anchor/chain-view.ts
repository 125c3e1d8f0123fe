import { parseBlockHeader } from '../../proof/bitcoin/block-header.ts';
import { checkProofOfWork } from '../../proof/bitcoin/proof-of-work.ts';
import type { ChainReader, ChainTip } from '../chain.ts';
import type { AttestedBlock } from './receipt.ts';

/** A block of the best chain whose header did the work it has to. */
export interface CheckedBlock {
  readonly block: AttestedBlock;
  /** Internal byte order, as attestations commit to it. */
  readonly merkleRoot: Uint8Array;
}

/** Bitcoin as it is during one pass: a header is asked for once, however many submissions name its height. */
export class ChainView {
  readonly tip: ChainTip;
  readonly #chain: ChainReader;
  readonly #blocks = new Map<number, Promise<CheckedBlock | null>>();

  constructor(chain: ChainReader, tip: ChainTip) {
    this.#chain = chain;
    this.tip = tip;
  }

  /** Null when the source does not have the block. Errors: ChainError; BitcoinError when the work is not done. */
  async block(height: number): Promise<CheckedBlock | null> {
    const known = this.#blocks.get(height) ?? this.#read(height);
    this.#blocks.set(height, known);
    try {
      return await known;
    } catch (error) {
      this.#blocks.delete(height);
      throw error;
    }
  }

  async #read(height: number): Promise<CheckedBlock | null> {
    const hash = await this.#chain.blockHash(height);
    const bytes = hash === null ? null : await this.#chain.blockHeader(hash);
    if (hash === null || bytes === null) return null;
    const header = parseBlockHeader(bytes);
    checkProofOfWork(header, height, this.#chain.network);
    return { block: { height, hash, time: header.time }, merkleRoot: header.merkleRoot };
  }
}
