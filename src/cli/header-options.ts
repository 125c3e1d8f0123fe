import type { Command } from 'commander';
import { bitcoinCoreHeaders, esploraHeaders } from '../net/headers/chain-headers.ts';
import type { BitcoinNetwork } from '../proof/bitcoin/network.ts';
import type { HeaderSource } from '../proof/bundle/header-source.ts';
import { HEADERS_FILE_MAX_BYTES, headersFile } from '../proof/bundle/headers-file.ts';
import { type CliIo, UsageError } from './io.ts';
import { parseCount, parseNetwork, parseUrl, parseUrls } from './option-values.ts';
import { readRegularFile } from './regular-file.ts';
import { findSandbox } from './sandbox-file.ts';

export interface HeaderOptions {
  readonly esplora?: readonly string[];
  readonly quorum?: number;
  readonly rpc?: string;
  readonly headers?: string;
  readonly network?: BitcoinNetwork;
}

/** Asked when nothing was named: two operators that have nothing to do with each other, and both have to agree. */
const PUBLIC_ESPLORA_URLS: Readonly<Partial<Record<BitcoinNetwork, readonly string[]>>> = {
  mainnet: ['https://blockstream.info/api', 'https://mempool.space/api'],
  testnet4: ['https://mempool.space/testnet4/api'],
  signet: ['https://mempool.space/signet/api'],
};

export function addHeaderOptions(command: Command): Command {
  return command
    .option('--esplora <url>', 'ask this Esplora server for block headers; repeat it to have several agree', parseUrls)
    .option('--quorum <k>', 'how many of them have to agree (default: all; more than half)', parseCount)
    .option('--rpc <url>', 'ask your own Bitcoin Core node: http://user:password@127.0.0.1:8332', parseUrl)
    .option('--network <name>', 'mainnet, testnet4, signet or regtest (default: mainnet)', parseNetwork);
}

/** Where headers come from: what was named, else the sandbox of this folder, else public servers. */
export async function chooseHeaders(options: HeaderOptions, io: CliIo): Promise<HeaderSource> {
  const { esplora, rpc, headers, quorum } = options;
  if ([esplora, rpc, headers].filter((source) => source !== undefined).length > 1) {
    throw new UsageError('give only one of --esplora, --rpc and --headers');
  }
  const sandbox = await findSandbox(io);
  const network = options.network ?? sandbox?.network ?? 'mainnet';
  if (headers !== undefined) return headersFile(await readRegularFile(headers, HEADERS_FILE_MAX_BYTES), network);
  if (rpc !== undefined) return bitcoinCoreHeaders(rpc, network);
  const urls = esplora ?? (network === sandbox?.network ? [sandbox.esploraUrl] : PUBLIC_ESPLORA_URLS[network]);
  if (urls === undefined) throw new UsageError(`nobody serves ${network} in public: add --esplora, --rpc or --headers`);
  // One operator that answers twice is still one opinion.
  const hosts = new Set(urls.map((url) => new URL(url).host));
  if (hosts.size !== urls.length) throw new UsageError('--esplora names the same server twice');
  const needed = quorum ?? urls.length;
  if (needed > urls.length || 2 * needed <= urls.length) {
    throw new UsageError(`--quorum has to be more than half of the ${urls.length} servers, and no more than all`);
  }
  return esploraHeaders(urls, network, {
    quorum: needed,
    onDissent: (server, reason) => io.err(`touchmark: ${server}: ${reason}\n`),
  });
}
