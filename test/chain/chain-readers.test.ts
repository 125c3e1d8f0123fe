import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fastify, { type FastifyInstance } from 'fastify';
import type { ChainWriter } from '../../src/core/chain.ts';
import { createBitcoinCoreChain } from '../../src/net/chain/bitcoin-core.ts';
import { createEsploraChain } from '../../src/net/chain/esplora.ts';
import { parseBlock } from '../../src/proof/bitcoin/block.ts';
import { parseBlockHeader } from '../../src/proof/bitcoin/block-header.ts';
import { BITCOIN_NETWORKS } from '../../src/proof/bitcoin/network.ts';
import { parseTransaction } from '../../src/proof/bitcoin/transaction.ts';
import { esploraFacade } from '../../src/sandbox/esplora-facade.ts';
import { openRegtestChain, type RegtestChain } from '../../src/sandbox/regtest-chain.ts';
import { listCoins, signSpend, WALLET_ADDRESS, WALLET_SCRIPT } from '../support/regtest-wallet.ts';

let node: RegtestChain;
let server: FastifyInstance;
let esploraUrl: string;
before(async () => {
  node = await openRegtestChain({ folder: null, rpcPort: 0, apiKey: 'se:cr et', payTo: [WALLET_SCRIPT] });
  server = fastify();
  await server.register(esploraFacade(node), { prefix: '/api' });
  esploraUrl = `${await server.listen({ host: '127.0.0.1', port: 0 })}/api`;
});
after(async () => {
  await server.close();
  await node[Symbol.asyncDispose]();
});

const adapters: readonly (readonly [string, () => ChainWriter])[] = [
  ['Esplora', () => createEsploraChain({ url: esploraUrl, network: 'regtest' })],
  ['Bitcoin Core RPC', () => createBitcoinCoreChain({ url: node.rpcUrl, network: 'regtest' })],
];

for (const [name, createChain] of adapters) {
  describe(name, () => {
    test('the tip is the tip of the node, before and after a new block', async () => {
      const chain = createChain();
      assert.deepEqual(await chain.tip(), node.tip());
      await node.mine(1);
      assert.deepEqual(await chain.tip(), node.tip());
    });

    test('every height has a hash, its header, and above the tip there is nothing', async () => {
      const chain = createChain();
      const { height } = node.tip();
      assert.deepEqual(await chain.blockHash(0), BITCOIN_NETWORKS.regtest.genesisHash);
      for (const at of [0, 1, 431, 432, height]) {
        const hash = await chain.blockHash(at);
        const header = await chain.blockHeader(hash!);
        assert.deepEqual(header, await node.blockHeader(hash!));
        assert.deepEqual(parseBlockHeader(header!).hash, hash);
      }
      assert.equal(await chain.blockHash(height + 1), null);
      assert.equal(await chain.blockHeader(new Uint8Array(32).fill(1)), null);
    });

    test('blocks come whole and hold the transactions the node says they hold', async () => {
      const chain = createChain();
      const [coin] = await listCoins(node);
      const txid = await node.submit(signSpend([coin!], 1_000));
      await node.mine(1);
      const { transactions } = parseBlock(await chain.block(node.tip().hash));
      assert.deepEqual(transactions[1]?.txid, txid);
      for (const transaction of transactions) assert.ok(await node.transaction(transaction.txid));
      await assert.rejects(chain.block(new Uint8Array(32).fill(1)), { code: 'block-unknown' });
    });

    test('a broadcast transaction is mined, and broadcasting it again does no harm at any time', async () => {
      const chain = createChain();
      const [coin] = await listCoins(node);
      const spend = signSpend([coin!], 1_000);
      const { txid } = await chain.broadcast(spend);
      assert.deepEqual(txid, parseTransaction(spend).txid);
      assert.deepEqual(await chain.broadcast(spend), { txid });
      await node.mine(1);
      assert.deepEqual((await node.transaction(txid))?.block, node.tip());
      assert.deepEqual(await chain.broadcast(spend), { txid });
    });

    test('a double spend is refused, with the reason', async () => {
      const chain = createChain();
      const [coin] = await listCoins(node);
      await chain.broadcast(signSpend([coin!], 1_000, 0xfffffffe));
      const doubleSpend = signSpend([coin!], 9_000);
      await assert.rejects(chain.broadcast(doubleSpend), {
        code: 'transaction-refused',
        message: /txn-mempool-conflict/,
      });
      await node.mine(1);
      await assert.rejects(chain.broadcast(doubleSpend), { code: 'transaction-refused', message: /missingorspent/ });
      await assert.rejects(chain.broadcast(Uint8Array.of(1, 2, 3)), { code: 'transaction-refused' });
    });

    test('the fee rate is in sat/vB', async () => {
      assert.equal(await createChain().feeRate(6), node.feeRate);
    });

    for (const depth of [1, 7]) {
      test(`a reorganisation by ${depth} is seen`, async () => {
        const chain = createChain();
        await node.mine(depth);
        const stale = await chain.tip();
        await node.reorganise(depth);
        assert.deepEqual(await chain.tip(), node.tip());
        assert.notDeepEqual(await chain.blockHash(stale.height), stale.hash);
        assert.deepEqual(await chain.blockHash(stale.height), await node.blockHash(stale.height));
      });
    }

    test('an aborted question rejects with the reason of the abort', async () => {
      const reason = new Error('shutting down');
      await assert.rejects(createChain().tip(AbortSignal.abort(reason)), reason);
    });
  });
}

test('a source of another network is recognised', async () => {
  const esplora = createEsploraChain({ url: esploraUrl, network: 'mainnet' });
  const core = createBitcoinCoreChain({ url: node.rpcUrl, network: 'signet' });
  await assert.rejects(esplora.tip(), { code: 'chain-wrong-network' });
  await assert.rejects(esplora.blockHash(5), { code: 'chain-wrong-network' });
  await assert.rejects(core.tip(), { code: 'chain-wrong-network' });
});

test('wrong RPC credentials are named as such; a cookie file is read again once its contents are refused', async () => {
  const url = new URL(node.rpcUrl);
  url.password = 'wrong';
  const wrong = createBitcoinCoreChain({ url: url.href, network: 'regtest' });
  await assert.rejects(wrong.tip(), { code: 'chain-unauthorised' });
  let contents = '__cookie__:of an earlier start';
  const cookie = createBitcoinCoreChain({ url: url.href, readCredentials: async () => contents, network: 'regtest' });
  await assert.rejects(cookie.tip(), { code: 'chain-unauthorised' });
  contents = '__cookie__:se:cr et\n';
  assert.deepEqual(await cookie.tip(), node.tip());
});

test('a node that is down is unreachable', async () => {
  const closed = await openRegtestChain({ folder: null, rpcPort: 0, apiKey: 'secret', payTo: [] });
  const { rpcUrl } = closed;
  await closed[Symbol.asyncDispose]();
  await assert.rejects(createBitcoinCoreChain({ url: rpcUrl, network: 'regtest' }).tip(), {
    code: 'chain-unreachable',
  });
  const esplora = createEsploraChain({ url: new URL(rpcUrl).origin, network: 'regtest' });
  await assert.rejects(esplora.tip(), { code: 'chain-unreachable' });
});

test('the façade answers wallets and explorers: block, status, transaction, coins of an address', async () => {
  const get = async (path: string) => {
    const response = await fetch(`${esploraUrl}${path}`);
    return { status: response.status, body: await response.text() };
  };
  const tipHash = (await get('/blocks/tip/hash')).body;
  const block = JSON.parse((await get(`/block/${tipHash}`)).body);
  const header = parseBlockHeader((await node.blockHeader(node.tip().hash))!);
  assert.equal(block.id, tipHash);
  assert.equal(block.height, node.tip().height);
  assert.equal(block.timestamp, header.time);
  assert.deepEqual(JSON.parse((await get(`/block/${block.previousblockhash}/status`)).body), {
    in_best_chain: true,
    height: block.height - 1,
    next_best: tipHash,
  });
  const coins = JSON.parse((await get(`/address/${WALLET_ADDRESS}/utxo`)).body);
  assert.equal(coins.length, (await node.unspentOutputs(WALLET_SCRIPT)).length);
  const status = JSON.parse((await get(`/tx/${coins[0].txid}/status`)).body);
  assert.equal(status.block_height, coins[0].status.block_height);
  const transaction = JSON.parse((await get(`/tx/${coins[0].txid}`)).body);
  assert.equal(transaction.vout[coins[0].vout].value, coins[0].value);
  assert.deepEqual(transaction.status, status);

  assert.deepEqual(await get('/block-height/9999999'), { status: 404, body: 'Block not found' });
  assert.deepEqual(await get(`/tx/${'00'.repeat(32)}`), { status: 404, body: 'Transaction not found' });
  assert.deepEqual(await get('/block/zz/header'), { status: 400, body: 'Invalid hex string' });
  assert.deepEqual(await get('/block-height/-1'), { status: 400, body: 'Invalid height' });
  assert.deepEqual(await get('/address/bc1qxyz/utxo'), { status: 400, body: 'Invalid Bitcoin address' });
});
