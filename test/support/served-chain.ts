import fastify from 'fastify';
import { esploraFacade } from '../../src/sandbox/esplora-facade.ts';
import { openRegtestChain, type RegtestChain } from '../../src/sandbox/regtest-chain.ts';

/** A regtest chain in this process that other processes can ask. */
export interface ServedChain extends AsyncDisposable {
  readonly chain: RegtestChain;
  readonly esploraUrl: string;
}

/** `folder`: where a chain was kept; `null` makes a new one in memory. */
export async function serveChain(folder: string | null, rpcPassword = 'test'): Promise<ServedChain> {
  await using cleanup = new AsyncDisposableStack();
  const chain = cleanup.use(await openRegtestChain({ folder, rpcPort: 0, apiKey: rpcPassword, payTo: [] }));
  const server = fastify();
  await server.register(esploraFacade(chain));
  const esploraUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanup.defer(() => server.close());
  const served = cleanup.move();
  return { chain, esploraUrl, [Symbol.asyncDispose]: () => served.disposeAsync() };
}
