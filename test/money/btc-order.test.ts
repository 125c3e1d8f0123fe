import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2.js';
import fastify, { type FastifyInstance } from 'fastify';
import { encodeHex } from '../../src/base/hex.ts';
import type { PaymentChain } from '../../src/core/chain.ts';
import { judgeOrder, type OrderState } from '../../src/core/order/order.ts';
import { createBitcoinCoreChain } from '../../src/net/chain/bitcoin-core.ts';
import { createEsploraChain } from '../../src/net/chain/esplora.ts';
import { createPaymentQuorum } from '../../src/net/chain/payment-quorum.ts';
import { createQuorumChain } from '../../src/net/chain/quorum.ts';
import { esploraFacade } from '../../src/sandbox/esplora-facade.ts';
import { openRegtestChain, type RegtestChain } from '../../src/sandbox/regtest-chain.ts';
import type { Engine } from '../support/databases.ts';
import { BUYER, createMoneyWorld, HOUR_MS, type MoneyWorld, PRICE_SATS, pay } from '../support/money-world.ts';
import { WALLET_SCRIPT } from '../support/regtest-wallet.ts';

let node: RegtestChain;
let server: FastifyInstance;
let esploraUrl: string;
before(async () => {
  node = await openRegtestChain({ folder: null, rpcPort: 0, apiKey: 'test', payTo: [WALLET_SCRIPT] });
  server = fastify();
  await server.register(esploraFacade(node));
  esploraUrl = await server.listen({ host: '127.0.0.1', port: 0 });
});
after(async () => {
  await server.close();
  await node[Symbol.asyncDispose]();
});

const network = 'regtest';
const throughNode = () => createBitcoinCoreChain({ url: node.rpcUrl, network });
const throughEsplora = () => {
  const sources = ['one', 'two'].map((name) => ({ name, chain: createEsploraChain({ url: esploraUrl, network }) }));
  const quorum = createQuorumChain({ network, sources, needed: 2, onFault: () => {} });
  return createPaymentQuorum(
    quorum,
    sources.map(({ chain }) => chain),
  );
};

const setups: readonly (readonly [Engine, string, () => PaymentChain])[] = [
  ['pglite', "a node's RPC", throughNode],
  ['postgres', 'two Esplora servers', throughEsplora],
];

for (const [engine, source, connect] of setups) {
  describe(`${engine}, through ${source}`, () => {
    let world: MoneyWorld;
    before(async () => {
      world = await createMoneyWorld(engine, connect());
      await world.watch();
    });
    after(() => world[Symbol.asyncDispose]());

    /** In its own database a test's buyer has no other orders. */
    let buyers = 0;
    const placeOrder = async () => {
      world.clock.time = Date.now();
      await world.watch();
      return world.desk.place({ ...BUYER, id: `buyer-${++buyers}` }, 'pack');
    };
    const stateOf = async (id: string): Promise<OrderState> =>
      judgeOrder((await world.store.order.find(id))!, world.clock.now());
    const statusAfterWatch = async (id: string) => {
      await world.watch();
      return (await stateOf(id)).status;
    };
    const packsOf = async (id: string) => {
      const { accountId } = (await world.store.order.find(id))!.order;
      const entries = await world.store.ledger.listAccountEntries(accountId, null, 100);
      return entries.map(({ delta, reference, reason }) => ({ delta, reference, reason }));
    };
    const ONE_PACK = (id: string) => [{ delta: 50, reference: id, reason: 'pack_purchase' }];

    test('a payment is seen in the mempool, followed through its confirmations, and makes one pack', async () => {
      const order = await placeOrder();
      assert.equal((await stateOf(order.id)).status, 'awaiting_payment');
      assert.equal(await statusAfterWatch(order.id), 'awaiting_payment');
      const { txid } = await pay(node, order.address, PRICE_SATS);
      assert.equal(await statusAfterWatch(order.id), 'seen');
      assert.equal(encodeHex((await stateOf(order.id)).txid!), encodeHex(txid));
      assert.deepEqual(await packsOf(order.id), []);
      await node.mine(1);
      assert.equal(await statusAfterWatch(order.id), 'confirming');
      assert.deepEqual(await packsOf(order.id), []);
      await node.mine(1);
      assert.equal(await statusAfterWatch(order.id), 'paid');
      const { txid: shown, ...state } = await stateOf(order.id);
      assert.deepEqual(state, { status: 'paid', receivedSats: PRICE_SATS, excessSats: 0 });
      assert.equal(encodeHex(shown!), encodeHex(txid));
      assert.deepEqual(await packsOf(order.id), ONE_PACK(order.id));
      await node.mine(3);
      await world.watch();
      assert.deepEqual(await packsOf(order.id), ONE_PACK(order.id));
    });

    test('a payment that nobody saw before it was deep in the chain counts all the same', async () => {
      const order = await placeOrder();
      await pay(node, order.address, PRICE_SATS);
      await node.mine(5);
      assert.equal(await statusAfterWatch(order.id), 'paid');
      assert.deepEqual(await packsOf(order.id), ONE_PACK(order.id));
    });

    test('too little makes no pack until the rest has come', async () => {
      const order = await placeOrder();
      await pay(node, order.address, PRICE_SATS - 1_000);
      assert.equal(await statusAfterWatch(order.id), 'underpaid');
      await node.mine(3);
      assert.equal(await statusAfterWatch(order.id), 'underpaid');
      assert.deepEqual(await packsOf(order.id), []);
      await pay(node, order.address, 1_000);
      assert.equal(await statusAfterWatch(order.id), 'seen');
      await node.mine(1);
      assert.equal(await statusAfterWatch(order.id), 'confirming');
      await node.mine(1);
      assert.equal(await statusAfterWatch(order.id), 'paid');
      assert.deepEqual(await packsOf(order.id), ONE_PACK(order.id));
    });

    test('too much, or paying twice, makes one pack and says what came beyond the price', async () => {
      const order = await placeOrder();
      await pay(node, order.address, PRICE_SATS + 700);
      await node.mine(2);
      await world.watch();
      assert.equal((await stateOf(order.id)).excessSats, 700);
      await pay(node, order.address, PRICE_SATS);
      await node.mine(2);
      assert.equal(await statusAfterWatch(order.id), 'paid');
      assert.deepEqual(await packsOf(order.id), ONE_PACK(order.id));
      const again = await placeOrder();
      await pay(node, order.address, PRICE_SATS);
      await node.mine(2);
      assert.equal(await statusAfterWatch(again.id), 'awaiting_payment');
      assert.equal((await stateOf(order.id)).excessSats, 2 * PRICE_SATS + 700);
      assert.deepEqual(await packsOf(order.id), ONE_PACK(order.id));
    });

    test('an order that is not paid in time expires; paid after that, it is honoured and said to be late', async () => {
      world.clock.time = Date.now() - 3 * HOUR_MS;
      await world.watch();
      const order = await world.desk.place({ ...BUYER, id: `buyer-${++buyers}` }, 'pack');
      world.clock.time = Date.now();
      assert.equal(await statusAfterWatch(order.id), 'expired');
      await pay(node, order.address, PRICE_SATS);
      await node.mine(1);
      assert.equal(await statusAfterWatch(order.id), 'confirming');
      await node.mine(1);
      assert.equal(await statusAfterWatch(order.id), 'late');
      assert.deepEqual(await packsOf(order.id), ONE_PACK(order.id));
    });

    test('a payment that a reorganisation takes back is waited for again; one that it moves, counts once', async () => {
      const order = await placeOrder();
      await pay(node, order.address, PRICE_SATS);
      await node.mine(1);
      assert.equal(await statusAfterWatch(order.id), 'confirming');
      await node.reorganise(1, { droppedTransactions: 'mempool' });
      assert.equal(await statusAfterWatch(order.id), 'seen');
      await node.mine(1);
      assert.equal(await statusAfterWatch(order.id), 'confirming');
      await node.reorganise(1, { extra: 2, droppedTransactions: 'forgotten' });
      assert.equal(await statusAfterWatch(order.id), 'awaiting_payment');
      assert.deepEqual(await packsOf(order.id), []);
      await pay(node, order.address, PRICE_SATS, { feeSats: 2_000 });
      await node.mine(2);
      assert.equal(await statusAfterWatch(order.id), 'paid');
      assert.deepEqual(await packsOf(order.id), ONE_PACK(order.id));
    });

    test('a payment that is replaced by another before it is in a block is not shown any more', async () => {
      const order = await placeOrder();
      const other = await placeOrder();
      const { coin } = await pay(node, order.address, PRICE_SATS);
      assert.equal(await statusAfterWatch(order.id), 'seen');
      await pay(node, other.address, PRICE_SATS, { coin, feeSats: 5_000 });
      assert.equal(await statusAfterWatch(order.id), 'awaiting_payment');
      assert.equal((await stateOf(other.id)).status, 'seen');
      await node.mine(2);
      assert.equal(await statusAfterWatch(other.id), 'paid');
      assert.deepEqual(await packsOf(order.id), []);
    });

    test('two nodes that look at the same blocks make one pack', async () => {
      const order = await placeOrder();
      await pay(node, order.address, PRICE_SATS);
      await node.mine(3);
      const settled = await Promise.all([world.watch(), world.watch(), world.watch()]);
      const rest = await world.watch();
      assert.equal(
        settled.reduce((sum, count) => sum + count, rest),
        1,
      );
      assert.deepEqual(await packsOf(order.id), ONE_PACK(order.id));
    });

    test('while there is no order, blocks are passed over; an order after that is paid as ever', async () => {
      const empty = await createMoneyWorld(engine, connect());
      try {
        await empty.watch();
        await node.mine(3);
        await empty.watch();
        const scanned = await empty.store.order.listScanned();
        assert.deepEqual(
          scanned.map(({ hash }) => encodeHex(hash)),
          [encodeHex(node.tip().hash)],
        );
        const order = await empty.desk.place(BUYER, 'pack');
        await node.reorganise(2, { extra: 1 });
        await pay(node, order.address, PRICE_SATS);
        await node.mine(2);
        assert.equal(await empty.watch(), 1);
      } finally {
        await empty[Symbol.asyncDispose]();
      }
    });

    test('nobody is asked for a payment while nobody looks for payments', async () => {
      const blind = await createMoneyWorld(engine, connect());
      try {
        await assert.rejects(blind.desk.place(BUYER, 'pack'), { code: 'payments-unwatched' });
        await blind.watch();
        await blind.desk.place(BUYER, 'pack');
        blind.clock.time += HOUR_MS;
        await assert.rejects(blind.desk.place(BUYER, 'pack'), { code: 'payments-unwatched' });
      } finally {
        await blind[Symbol.asyncDispose]();
      }
    });
  });
}

test('a payment in a block that nobody worked for makes no pack, whoever names the block', async () => {
  const honest = throughNode();
  let isLying = true;
  const forged = new Map<number, { hash: Uint8Array; block: Uint8Array }>();
  /** Every block above the start, with a nonce that does not meet the target. */
  async function forge(height: number) {
    const known = forged.get(height);
    if (known !== undefined) return known;
    const block = Uint8Array.from((await node.block((await node.blockHash(height))!))!);
    const below = forged.get(height - 1);
    if (below !== undefined) block.set(below.hash, 4);
    let hash: Uint8Array;
    do {
      block[76]!++;
      hash = sha256(sha256(block.subarray(0, 80)));
    } while (hash[31]! < 0x80);
    forged.set(height, { hash, block });
    return { hash, block };
  }
  let start = 0;
  const chain: PaymentChain = {
    network,
    blockHeader: (hash) => honest.blockHeader(hash),
    unconfirmedOutputs: async () => [],
    async tip() {
      const { height, hash } = node.tip();
      return isLying && height > start ? { height, hash: (await forge(height)).hash } : { height, hash };
    },
    blockHash: async (height) =>
      isLying && height > start && height <= node.tip().height ? (await forge(height)).hash : honest.blockHash(height),
    block: async (hash) =>
      forged.values().find((candidate) => Buffer.compare(candidate.hash, hash) === 0)?.block ?? honest.block(hash),
  };
  start = node.tip().height;
  await using world = await createMoneyWorld('pglite', chain);
  await world.watch();
  const order = await world.desk.place(BUYER, 'pack');
  await pay(node, order.address, order.amountSats);
  await node.mine(3);
  await assert.rejects(world.watch(), { code: 'chain-lied' });
  assert.deepEqual(await world.store.ledger.listAccountEntries(BUYER.id, null, 10), []);
  isLying = false;
  assert.equal(await world.watch(), 1);
});
