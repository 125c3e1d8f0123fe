import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import QRCode from 'qrcode';
import { createBitcoinCoreChain } from '../../src/net/chain/bitcoin-core.ts';
import { openRegtestChain, type RegtestChain } from '../../src/sandbox/regtest-chain.ts';
import { replayTranscript } from '../contract/transcript.ts';
import { ENGINES, type Engine } from '../support/databases.ts';
import { createMoneyWorld, HOUR_MS, type MoneyWorld, PRICE_SATS, pay } from '../support/money-world.ts';
import { createOrphographServer, type OrphographServer } from '../support/orphograph-server.ts';
import { WALLET_SCRIPT } from '../support/regtest-wallet.ts';

let node: RegtestChain;
before(async () => {
  node = await openRegtestChain({ folder: null, rpcPort: 0, apiKey: 'test', payTo: [WALLET_SCRIPT] });
});
after(() => node[Symbol.asyncDispose]());

const NO_LINKS = { pack: null, personalMonthly: null, personalAnnual: null, creatorMonthly: null };
const ORIGIN = 'https://touchmark.example.org';
const SIGNED_IN = { cookie: 'session=carol', origin: ORIGIN };

interface OrderAnswer {
  order_id: string;
  status: string;
  address: string;
  amount_sats: number;
  expires_at: string;
  tx_hash: string | null;
  received_sats: number;
  note: string | null;
}

interface Open extends AsyncDisposable {
  readonly world: MoneyWorld;
  readonly server: OrphographServer;
}

async function open(engine: Engine, hasDesk = true): Promise<Open> {
  const chain = createBitcoinCoreChain({ url: node.rpcUrl, network: 'regtest' });
  const world = await createMoneyWorld(engine, chain, { confirmations: 1 });
  await world.watch();
  const desk = hasDesk ? world.desk : null;
  const server = createOrphographServer({ shop: { links: NO_LINKS, desk, orders: world.store.order, stripe: null } });
  server.clock.time = world.clock.time;
  return {
    world,
    server,
    async [Symbol.asyncDispose]() {
      await server.app.close();
      await world[Symbol.asyncDispose]();
    },
  };
}

const createOrder = async ({ app }: OrphographServer): Promise<OrderAnswer> => {
  const answer = await app.inject({ method: 'POST', url: '/api/btc-order', headers: SIGNED_IN });
  assert.equal(answer.statusCode, 201, answer.body);
  assert.equal(answer.headers.location, `/api/btc-order/${answer.json<OrderAnswer>().order_id}`);
  return answer.json();
};

const readOrder = async ({ app }: OrphographServer, id: string): Promise<OrderAnswer> =>
  (await app.inject(`/api/btc-order/${id}`)).json();

for (const engine of ENGINES) {
  describe(engine, () => {
    test('the server answers as in the transcript btc-order', async (t) => {
      await using opened = await open(engine);
      const text = await readFile(new URL('../../vectors/wire/orphograph/btc-order.txt', import.meta.url), 'utf8');
      const baseUrl = await opened.server.app.listen({ host: '127.0.0.1', port: 0 });
      const known = { session: 'session=carol', origin: ORIGIN };
      t.diagnostic(`${await replayTranscript(text, baseUrl, known)} requests`);
    });

    test('an order is followed from its creation to the token, and its answers never hold token, e-mail or account', async () => {
      await using opened = await open(engine);
      const { world, server } = opened;
      const order = await createOrder(server);
      assert.match(order.order_id, /^btc_[A-Za-z0-9_-]{22}$/);
      const { txid } = await pay(node, order.address, PRICE_SATS - 1);
      await world.watch();
      const underpaid = await readOrder(server, order.order_id);
      assert.equal(underpaid.status, 'underpaid');
      assert.equal(underpaid.tx_hash, Buffer.from(txid).reverse().toString('hex'));
      assert.match(underpaid.note!, /^1 satoshi are missing/);
      await pay(node, order.address, 11);
      await node.mine(1);
      await world.watch();
      const paid = await readOrder(server, order.order_id);
      assert.equal(paid.status, 'paid');
      assert.equal(paid.received_sats, PRICE_SATS + 10);
      assert.match(paid.note!, /^10 satoshi more/);
      await world.sendMail();
      assert.match(world.mails[0]!.text, /^pack_/m);
      const said = JSON.stringify(server.log) + JSON.stringify(paid) + JSON.stringify(underpaid);
      assert.doesNotMatch(said, /pack_[A-Za-z0-9]{20}|carol/);
    });

    test('the picture is square and holds exactly the payment address and amount', async () => {
      await using opened = await open(engine);
      const order = await createOrder(opened.server);
      const { body } = await opened.server.app.inject(`/api/btc-order/${order.order_id}/qr.svg`);
      const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(body)!;
      assert.equal(width, height);
      const expected = await QRCode.toString(`bitcoin:${order.address}?amount=0.0005`, {
        type: 'svg',
        errorCorrectionLevel: 'M',
        margin: 4,
      });
      assert.equal(body, expected);
    });

    test('after the hour an unpaid order has no picture to pay by, and says that it is expired', async () => {
      await using opened = await open(engine);
      const { server } = opened;
      const { order_id: id } = await createOrder(server);
      server.clock.time += HOUR_MS - 1;
      assert.equal((await server.app.inject(`/api/btc-order/${id}/qr.svg`)).statusCode, 200);
      server.clock.time += 1;
      assert.equal((await readOrder(server, id)).status, 'expired');
      assert.equal((await server.app.inject(`/api/btc-order/${id}/qr.svg`)).statusCode, 404);
    });

    test('without a rate there are no new orders, and the configuration says so; those there are can be read', async () => {
      await using opened = await open(engine, false);
      const { app } = opened.server;
      const refused = await app.inject({ method: 'POST', url: '/api/btc-order', headers: SIGNED_IN });
      assert.deepEqual([refused.statusCode, refused.json().error], [503, 'btc_payments_unavailable']);
      assert.ok(Number(refused.headers['retry-after']) >= 1);
      assert.equal((await app.inject('/api/config')).json().features.btc_payments, false);
      assert.equal((await app.inject('/api/health')).json().payout.configured, false);
      const { id } = await opened.world.desk.place(
        { id: 'carol', email: 'carol@example.org', isEmailVerified: true, role: 'member', createdAt: 0 },
        'pack',
      );
      assert.equal((await readOrder(opened.server, id)).status, 'awaiting_payment');
    });

    test('with one, configuration, health and stats say so', async () => {
      await using opened = await open(engine);
      const { app } = opened.server;
      assert.equal((await app.inject('/api/config')).json().features.btc_payments, true);
      assert.equal((await app.inject('/api/config')).json().toggles.checkout_disabled, false);
      const oracle = { available: true, usd_per_btc: 58_000, source: 'configuration' };
      assert.deepEqual((await app.inject('/api/health')).json().btc_oracle, oracle);
      assert.deepEqual((await app.inject('/api/stats')).json().btc_oracle, oracle);
    });
  });
}
