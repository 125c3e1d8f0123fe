import type { ChainReader, PaymentChain } from '../../core/chain.ts';
import { ChainError } from '../../proof/bitcoin/chain-error.ts';

/**
 * A quorum that payments can be taken by: it says which block stands at a height; the block itself, which proves what
 * it holds, and what is in no block yet, come from the first source that answers.
 */
export function createPaymentQuorum(quorum: ChainReader, sources: readonly PaymentChain[]): PaymentChain {
  async function askInTurn<Answer>(question: (chain: PaymentChain) => Promise<Answer>, signal?: AbortSignal) {
    let last: unknown;
    for (const source of sources) {
      try {
        return await question(source);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof ChainError)) throw error;
        last = error;
      }
    }
    throw last;
  }

  return {
    network: quorum.network,
    tip: (signal) => quorum.tip(signal),
    blockHash: (height, signal) => quorum.blockHash(height, signal),
    blockHeader: (hash, signal) => quorum.blockHeader(hash, signal),
    block: (hash, signal) => askInTurn((chain) => chain.block(hash, signal), signal),
    unconfirmedOutputs: (addresses, signal) =>
      askInTurn((chain) => chain.unconfirmedOutputs(addresses, signal), signal),
  };
}
