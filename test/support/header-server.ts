import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { reverseBytes } from '../../src/base/bytes.ts';
import { encodeHex } from '../../src/base/hex.ts';
import { BITCOIN_NETWORKS, type BitcoinNetwork } from '../../src/proof/bitcoin/network.ts';

/** Blocks that a server is to know, whatever they are worth. */
export interface ServedHeaders {
  readonly network: BitcoinNetwork;
  readonly headers: ReadonlyMap<number, Uint8Array>;
}

export interface HeaderServer extends AsyncDisposable {
  /** The address of these headers: Esplora below it, Bitcoin Core's JSON-RPC at it. */
  urlOf(name: string): string;
}

/** Serves block headers on this machine, as Esplora and as Bitcoin Core do. */
export async function serveHeaders(chains: ReadonlyMap<string, ServedHeaders>): Promise<HeaderServer> {
  const server = createServer(async (request, response) => {
    const [name = '', ...path] = request.url!.slice(1).split('/');
    const chain = chains.get(decodeURIComponent(name))!;
    const answer = request.method === 'POST' ? await answerRpc(chain, request) : answerEsplora(chain, path);
    response.statusCode = answer === null ? 404 : 200;
    response.end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (name) => `http://127.0.0.1:${port}/${encodeURIComponent(name)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerEsplora(chain: ServedHeaders, [what, which, part]: readonly string[]): string | null {
  if (what === 'block-height') return hashAt(chain, Number(which));
  if (what === 'block' && part === 'header') return headerOf(chain, which!);
  return what === 'blocks' ? String(tipOf(chain)) : null;
}

async function answerRpc(chain: ServedHeaders, request: IncomingMessage): Promise<string> {
  const { id, method, params } = (await json(request)) as { id: unknown; method: string; params: unknown[] };
  const methods: Readonly<Record<string, () => unknown>> = {
    getblockhash: () => hashAt(chain, Number(params[0])),
    getblockheader: () => headerOf(chain, String(params[0])),
    getblockcount: () => tipOf(chain),
    getblockchaininfo: () => ({ blocks: tipOf(chain), bestblockhash: hashAt(chain, tipOf(chain)) }),
  };
  const result = methods[method]!();
  const error = result === null ? { code: -8, message: 'Block height out of range' } : null;
  return JSON.stringify({ id, result, error });
}

const tipOf = ({ headers }: ServedHeaders) => Math.max(0, ...headers.keys());

function hashAt({ network, headers }: ServedHeaders, height: number): string | null {
  if (height === 0) return encodeHex(reverseBytes(BITCOIN_NETWORKS[network].genesisHash));
  const header = headers.get(height);
  return header === undefined ? null : hashOf(header);
}

function headerOf({ headers }: ServedHeaders, wanted: string): string | null {
  const header = [...headers.values()].find((one) => hashOf(one) === wanted);
  return header === undefined ? null : encodeHex(header);
}

function hashOf(header: Uint8Array): string {
  return hash('sha256', hash('sha256', header, 'buffer'), 'buffer')
    .reverse()
    .toString('hex');
}
