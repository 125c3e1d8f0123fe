import { join } from 'node:path';
import { BITCOIN_NETWORKS, type BitcoinNetwork } from '../proof/bitcoin/network.ts';
import { FileError } from './file-error.ts';
import type { CliIo } from './io.ts';
import { readRegularFile } from './regular-file.ts';

/** What the client uses of the addresses that a sandbox leaves in its data folder. */
export interface Sandbox {
  readonly server: string;
  readonly apiKey: string | null;
  readonly network: BitcoinNetwork;
  readonly esploraUrl: string;
}

interface SandboxFields {
  readonly base_url?: unknown;
  readonly bitcoin?: { readonly network?: unknown; readonly esplora_url?: unknown } | null;
  readonly keys?: { readonly orphograph?: { readonly api_key?: unknown } | null } | null;
}

const SANDBOX_FILE_MAX_BYTES = 64 * 1024;

/**
 * The sandbox whose data folder is here, `null` when there is none. Addresses elsewhere than on this machine make the
 * file worthless: it could have come with somebody's archive, and it names a network whose blocks anybody can make.
 */
export async function findSandbox(io: CliIo): Promise<Sandbox | null> {
  let fields: SandboxFields | null;
  try {
    const bytes = await readRegularFile(join(io.env.dataFolder, 'sandbox.json'), SANDBOX_FILE_MAX_BYTES);
    fields = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof FileError || error instanceof SyntaxError) return null;
    throw error;
  }
  const server = readLoopbackUrl(fields?.base_url);
  const esploraUrl = readLoopbackUrl(fields?.bitcoin?.esplora_url);
  const network = fields?.bitcoin?.network;
  if (server === null || esploraUrl === null || typeof network !== 'string' || !isNetwork(network)) return null;
  const apiKey = fields?.keys?.orphograph?.api_key;
  return { server, apiKey: typeof apiKey === 'string' ? apiKey : null, network, esploraUrl };
}

export function isNetwork(name: string): name is BitcoinNetwork {
  return Object.hasOwn(BITCOIN_NETWORKS, name);
}

function readLoopbackUrl(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const { protocol, hostname } = new URL(value);
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  return protocol === 'http:' && isLoopback ? value.replace(/\/+$/, '') : null;
}
