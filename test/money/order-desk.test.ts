import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodeHex } from '../../src/base/hex.ts';
import { hashSecret } from '../../src/core/key/mint.ts';
import { createReceivingWallet } from '../../src/core/order/receiving-wallet.ts';
import { createBitcoinCoreChain } from '../../src/net/chain/bitcoin-core.ts';
import { openRegtestChain, type RegtestChain } from '../../src/sandbox/regtest-chain.ts';
import { ENGINES, type Engine } from '../support/databases.ts';
import {
  ACCOUNT_PUBLIC_KEY,
  BUYER,
  createMoneyWorld,
  HOUR_MS,
  type MoneyWorld,
  PRICE_SATS,
  pay,
} from '../support/money-world.ts';
import { WALLET_SCRIPT } from '../support/regtest-wallet.ts';

let node: RegtestChain;
before(async () => {
  node = await openRegtestChain({ folder: null, rpcPort: 0, apiKey: 'test', payTo: [WALLET_SCRIPT] });
});
after(() => node[Symbol.asyncDispose]());

const openWorld = async (engine: Engine): Promise<MoneyWorld> => {
  const chain = createBitcoinCoreChain({ url: node.rpcUrl, network: 'regtest' });
  const world = await createMoneyWorld(engine, chain, { confirmations: 1 });
  await world.watch();
  return world;
};

const buyer = (n: number) => ({ ...BUYER, id: `buyer-${n}`, email: `buyer-${n}@example.org` });
const addressAt = (index: number) => createReceivingWallet(ACCOUNT_PUBLIC_KEY, 'regtest').addressAt(index).address;

/** The token in a mail. */
const tokenIn = ({ text }: { text: string }) => /^pack_\w+$/m.exec(text)![0];

for (const engine of ENGINES) {
  describe(engine, () => {
    test('orders at the same time never share an address, whatever becomes of their transactions', async () => {
      await using world = await openWorld(engine);
      const addresses = new Set<string>();
      const issued: string[] = [];
      let attempt = 0;
      world.around = async (transact) => {
        const fate = attempt++ % 4;
        if (fate === 1) throw new Error('failed');
        const result = await transact();
        if (fate === 2) throw new Error('failed, but persisted');
        return result;
      };
      const count = engine === 'postgres' ? 100 : 40;
      const orders = await Promise.allSettled(
        Array.from({ length: count }, (_, n) => world.desk.place(buyer(n), 'pack')),
      );
      for (const order of orders) if (order.status === 'fulfilled') issued.push(order.value.address);
      world.around = (transact) => transact();
      for (let n = 0; n < 5; n++) issued.push((await world.desk.place(buyer(1000 + n), 'pack')).address);
      for (const address of issued) addresses.add(address);
      assert.equal(issued.length, count / 2 + 5);
      assert.equal(addresses.size, issued.length);
      const kept = await world.database.kysely.selectFrom('btc_order').select('address').execute();
      assert.equal(new Set(kept.map(({ address }) => address)).size, (count * 3) / 4 + 5);
      for (const address of issued) assert.ok(kept.some((row) => row.address === address));
    });

    test('addresses are those of the external chain of the account, from the first on', async () => {
      await using world = await openWorld(engine);
      for (let n = 0; n < 3; n++) {
        const { address } = await world.desk.place(buyer(n), 'pack');
        assert.equal(address, addressAt(n));
      }
    });

    test('an account has three open orders at most, also when it asks for many at once', async () => {
      await using world = await openWorld(engine);
      const orders = await Promise.allSettled(Array.from({ length: 12 }, () => world.desk.place(BUYER, 'pack')));
      assert.equal(orders.filter(({ status }) => status === 'fulfilled').length, 3);
      for (const order of orders) {
        if (order.status === 'rejected') assert.equal(order.reason.code, 'too-many-orders');
      }
      world.clock.time += HOUR_MS;
      await world.watch();
      await world.desk.place(BUYER, 'pack');
    });

    test('the token of a paid pack is mailed, works, and is then kept by its hash only', async () => {
      await using world = await openWorld(engine);
      const { address, id } = await world.desk.place(BUYER, 'pack');
      await pay(node, address, PRICE_SATS);
      await node.mine(1);
      assert.equal(await world.watch(), 1);
      await world.sendMail();
      assert.equal(world.mails.length, 1);
      assert.equal(world.mails[0]!.to, BUYER.email);
      const token = tokenIn(world.mails[0]!);
      const [found] = await world.store.key.findByDigests([hashSecret(token)]);
      assert.equal(found!.credential.kind, 'orphograph-pack');
      assert.equal(found!.credential.accountId, BUYER.id);
      assert.equal(await world.store.ledger.balance(`pack:${found!.credential.id}`), 50);
      const order = await world.database.kysely
        .selectFrom('btc_order')
        .select('credential_id')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      assert.equal(order.credential_id, found!.credential.id);
      assert.deepEqual(await world.database.kysely.selectFrom('pack_mail').selectAll().execute(), []);
      await world.sendMail();
      assert.equal(world.mails.length, 1);
    });

    test('a mail that could not be sent, or whose sending was not written down, brings the same token again', async () => {
      await using world = await openWorld(engine);
      const { address } = await world.desk.place(BUYER, 'pack');
      await pay(node, address, PRICE_SATS);
      await node.mine(1);
      await world.watch();
      world.isMailDown = true;
      await assert.rejects(world.sendMail(), /mail server down/);
      world.isMailDown = false;
      await world.sendMail();
      assert.equal(world.mails.length, 0, 'not before its pause is over');
      world.clock.time += HOUR_MS;
      // The process dies between the mail and what is written about it.
      let transactions = 0;
      world.around = async (transact) => {
        if (transactions++ === 1) throw new Error('killed');
        return transact();
      };
      await assert.rejects(world.sendMail(), /killed/);
      world.around = (transact) => transact();
      world.clock.time += HOUR_MS;
      await world.sendMail();
      assert.equal(world.mails.length, 2);
      assert.equal(tokenIn(world.mails[0]!), tokenIn(world.mails[1]!));
      world.clock.time += 24 * HOUR_MS;
      await world.sendMail();
      assert.equal(world.mails.length, 2);
    });

    test('a mail goes out once when several nodes send', async () => {
      await using world = await openWorld(engine);
      const { address } = await world.desk.place(BUYER, 'pack');
      await pay(node, address, PRICE_SATS);
      await node.mine(1);
      await world.watch();
      await Promise.all([world.sendMail(), world.sendMail(), world.sendMail()]);
      assert.equal(world.mails.length, 1);
    });

    test('a pack is issued once, though its transaction failed, or failed and persisted', async () => {
      // A block is added; the pack is issued.
      const faults = ['failed', 'persisted'].flatMap((fault) => [0, 1].map((at) => ({ fault, at })));
      for (const { fault, at } of faults) {
        await using world = await openWorld(engine);
        const { address } = await world.desk.place(BUYER, 'pack');
        await pay(node, address, PRICE_SATS);
        await node.mine(1);
        let transactions = 0;
        world.around = async (transact) => {
          const isHit = transactions++ === at;
          if (isHit && fault === 'failed') throw new Error('failed');
          const result = await transact();
          if (isHit) throw new Error('failed, but persisted');
          return result;
        };
        for (let pass = 0; pass < 4; pass++) await world.watch().catch(() => {});
        assert.ok(transactions > at, 'the fault was met');
        const entries = await world.store.ledger.listAccountEntries(BUYER.id, null, 100);
        assert.deepEqual(
          entries.map(({ delta }) => delta),
          [50],
        );
        const tokens = await world.database.kysely.selectFrom('credential').select('digest').execute();
        assert.equal(tokens.length, 1);
        await world.sendMail();
        assert.equal(world.mails.length, 1);
        assert.equal(encodeHex(hashSecret(tokenIn(world.mails[0]!))), encodeHex(tokens[0]!.digest));
      }
    });
  });
}
