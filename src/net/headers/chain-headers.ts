import type { ChainReader } from '../../core/chain.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { HeaderSource, HeaderTrust } from '../../proof/bundle/header-source.ts';
import { createBitcoinCoreChain } from '../chain/bitcoin-core.ts';
import { createEsploraChain } from '../chain/esplora.ts';
import { createQuorumChain } from '../chain/quorum.ts';

/** Headers from a Bitcoin Core node that the verifier runs. The address may carry `user:password@`. */
export function bitcoinCoreHeaders(rpcUrl: string, network: BitcoinNetwork): HeaderSource {
  return readHeaders(createBitcoinCoreChain({ url: rpcUrl, network }), 'node');
}

/**
 * Headers from Esplora servers, `quorum` of which have to name the same block; more than half of them, so that two
 * answers can never both win. `onDissent` hears which servers failed or named another block.
 */
export function esploraHeaders(
  urls: readonly string[],
  network: BitcoinNetwork,
  options: { readonly quorum: number; readonly onDissent: (server: string, reason: string) => void },
): HeaderSource {
  const sources = urls.map((url) => ({ name: new URL(url).host, chain: createEsploraChain({ url, network }) }));
  const chain = createQuorumChain({
    network,
    sources,
    needed: options.quorum,
    onFault: (fault) => {
      const reason =
        fault.kind === 'dissent' ? `names another block at height ${fault.height}` : messageOf(fault.error);
      options.onDissent(fault.source, reason);
    },
  });
  return readHeaders(chain, options.quorum > 1 ? 'quorum' : 'single-source');
}

function readHeaders(chain: ChainReader, trust: HeaderTrust): HeaderSource {
  return {
    trust,
    network: chain.network,
    async headerAt(height) {
      const hash = await chain.blockHash(height);
      return hash && (await chain.blockHeader(hash));
    },
    tipHeight: async () => (await chain.tip()).height,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
