import type { Command } from 'commander';
import { createTouchmarkClient, type TouchmarkClient } from '../net/touchmark-client.ts';
import type { BitcoinNetwork } from '../proof/bitcoin/network.ts';
import { type CliIo, UsageError } from './io.ts';
import { parseNetwork, parseUrl } from './option-values.ts';
import { findSandbox } from './sandbox-file.ts';

export interface ServerOptions {
  readonly server?: string;
  readonly apiKey?: string;
  readonly network?: BitcoinNetwork;
}

export interface ChosenServer {
  readonly url: string;
  readonly network: BitcoinNetwork;
  readonly client: TouchmarkClient;
}

export function addServerOptions(command: Command): Command {
  return command
    .option('--server <url>', 'the server; else TOUCHMARK_SERVER, else the sandbox of this folder', parseUrl)
    .option('--api-key <key>', 'sent as X-Orpho-Api-Key; better given as TOUCHMARK_API_KEY')
    .option('--network <name>', 'the Bitcoin network that the server anchors in (default: mainnet)', parseNetwork);
}

/** The server that was named, or the sandbox running here. A key never goes to a server it was not given for. */
export async function chooseServer(options: ServerOptions, io: CliIo): Promise<ChosenServer> {
  const sandbox = await findSandbox(io);
  const named = options.server ?? (io.env.server === null ? undefined : parseUrl(io.env.server));
  const url = named ?? sandbox?.server;
  if (url === undefined) {
    throw new UsageError('which server? Add --server URL, set TOUCHMARK_SERVER, or start a sandbox in this folder');
  }
  const isSandbox = url === sandbox?.server;
  const client = createTouchmarkClient({
    server: url,
    apiKey: options.apiKey ?? io.env.apiKey ?? (isSandbox ? sandbox.apiKey : null),
    clock: io.clock,
    signal: io.signal,
    onRetry: (waitMs, reason) => io.err(`touchmark: ${reason} Asking again in ${Math.ceil(waitMs / 1000)} s.\n`),
  });
  return { url, network: options.network ?? (isSandbox ? sandbox.network : 'mainnet'), client };
}
