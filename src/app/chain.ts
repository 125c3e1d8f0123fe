import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { ChainLocation } from '../config/config.ts';
import type { ChainReader, ChainWriter, PaymentChain } from '../core/chain.ts';
import { createBitcoinCoreChain } from '../net/chain/bitcoin-core.ts';
import { createEsploraChain } from '../net/chain/esplora.ts';
import { createPaymentQuorum } from '../net/chain/payment-quorum.ts';
import { createQuorumChain } from '../net/chain/quorum.ts';
import { ChainError } from '../proof/bitcoin/chain-error.ts';
import type { BitcoinNetwork } from '../proof/bitcoin/network.ts';

/** Bitcoin as it is configured: what receipts are checked against, and what own calendars stamp through. */
export interface ConfiguredChain {
  readonly reader: ChainReader;
  readonly writer: ChainWriter;
  /** What payments are looked for in. */
  readonly payments: PaymentChain;
}

export function connectChain(location: ChainLocation, network: BitcoinNetwork, logger: Logger): ConfiguredChain {
  if ('rpcUrl' in location) {
    const { rpcUrl, cookieFile } = location;
    const readCredentials = cookieFile === null ? undefined : () => readCookie(cookieFile);
    const node = createBitcoinCoreChain({ url: rpcUrl, readCredentials, network });
    return { reader: node, writer: node, payments: node };
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
  const payments = createPaymentQuorum(
    reader,
    sources.map(({ chain }) => chain),
  );
  return { reader, writer: sources[0]!.chain, payments };
}

async function readCookie(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ChainError('chain-unreachable', `the node's cookie file ${path} cannot be read`, { cause: error });
  }
}
