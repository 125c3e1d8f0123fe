import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { ChainLocation } from '../config/config.ts';
import type { ChainReader, ChainWriter } from '../core/chain.ts';
import { createBitcoinCoreChain } from '../net/chain/bitcoin-core.ts';
import { createEsploraChain } from '../net/chain/esplora.ts';
import { createQuorumChain } from '../net/chain/quorum.ts';
import type { BitcoinNetwork } from '../proof/bitcoin/network.ts';

/** Bitcoin as it is configured: what receipts are checked against, and what own calendars stamp through. */
export interface ConfiguredChain {
  readonly reader: ChainReader;
  readonly writer: ChainWriter;
}

export async function connectChain(
  location: ChainLocation,
  network: BitcoinNetwork,
  logger: Logger,
): Promise<ConfiguredChain> {
  if ('rpcUrl' in location) {
    const credentials = location.cookieFile === null ? undefined : await readFile(location.cookieFile, 'utf8');
    const node = createBitcoinCoreChain({ url: location.rpcUrl, credentials, network });
    return { reader: node, writer: node };
  }
  const sources = location.esploraUrls.map((url) => ({
    name: new URL(url).host,
    chain: createEsploraChain({ url, network }),
  }));
  const reader = createQuorumChain({
    network,
    sources,
    needed: location.quorum,
    onFault: (fault) => logger.warn({ fault: fault.kind, source: fault.source }, 'a Bitcoin source failed'),
  });
  return { reader, writer: sources[0]!.chain };
}
