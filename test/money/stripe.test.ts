import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import Stripe from 'stripe';
import { systemRandom } from '../../src/app/system.ts';
import type { Account } from '../../src/core/account/account.ts';
import { hashSecret } from '../../src/core/key/mint.ts';
import { PackMailWorker } from '../../src/core/order/pack-mail.ts';
import { type Catalogue, createPurchases, type Purchases, type SoldProduct } from '../../src/core/order/purchases.ts';
import type { Store } from '../../src/core/store.ts';
import { createStripeSignatures } from '../../src/net/stripe.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type Engine, type TestDatabase } from '../support/databases.ts';
import { createTestMailer, type TestMailer } from '../support/orphograph-people.ts';
import { createOrphographServer, type OrphographServer } from '../support/orphograph-server.ts';

const SECRET = 'whsec_0123456789abcdefghijklmnop';
const DAY_MS = 86_400_000;
const LINKS = {
  pack: 'https://pay.example.org/pack',
  personalMonthly: null,
  personalAnnual: null,
  creatorMonthly: null,
};

const CATALOGUE = new Map<string, SoldProduct>([
  ['plink_pack', { kind: 'pack', credits: 50 }],
  ['plink_personal', { kind: 'plan', plan: 'orphograph-personal' }],
  ['price_personal', { kind: 'plan', plan: 'orphograph-personal' }],
  ['price_creator', { kind: 'plan', plan: 'orphograph-creator' }],
  ['plink_business', { kind: 'plan', plan: 'proofd-business' }],
  ['plink_credits', { kind: 'credits', credits: 20 }],
]);

interface StripeWorld {
  readonly files: TestDatabase;
  readonly database: Database;
  readonly store: Store;
  readonly purchases: Purchases;
  readonly server: OrphographServer;
  readonly mailer: TestMailer;
  /** Those that have signed up. */
  readonly accounts: Account[];
  around: <T>(transact: () => Promise<T>) => Promise<T>;
}

async function openWorld(engine: Engine): Promise<StripeWorld> {
  const files = await createTestDatabase(engine);
  const database = await openDatabase(files.location);
  const stored = createStore(database);
  const accounts: Account[] = [];
  const account: Store['account'] = {
    ...stored.account,
    find: async (id) => accounts.find((one) => one.id === id) ?? null,
    findByEmail: async (email) => accounts.find((one) => one.email === email.toLowerCase()) ?? null,
  };
  const store: Store = { ...stored, account, transact: (work) => world.around(() => stored.transact(work)) };
  const clock = { now: () => world.server.clock.time, sleep: async () => {} };
  const purchases = createPurchases({ store, catalogue: CATALOGUE satisfies Catalogue, clock, random: systemRandom });
  const open = await createStripeSignatures(SECRET, clock);
  const world: StripeWorld = {
    files,
    database,
    store,
    purchases,
    mailer: createTestMailer(),
    accounts,
    server: createOrphographServer({
      shop: { links: LINKS, desk: null, orders: store.order, stripe: { open, purchases } },
    }),
    around: (transact) => transact(),
  };
  return world;
}

async function closeWorld({ server, database, files }: StripeWorld): Promise<void> {
  await server.app.close();
  await database[Symbol.asyncDispose]();
  await files[Symbol.asyncDispose]();
}

let last = 0;
const newId = (prefix: string) => `${prefix}_${String(++last).padStart(8, '0')}`;

interface Event {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  readonly data: { readonly object: Record<string, unknown> };
}

const event = (type: string, object: Record<string, unknown>, at: number): Event => ({
  id: newId('evt'),
  type,
  created: Math.floor(at / 1000),
  data: { object },
});

for (const engine of ENGINES) {
  describe(engine, () => {
    let world: StripeWorld;
    before(async () => {
      world = await openWorld(engine);
    });
    after(() => closeWorld(world));

    const now = () => world.server.clock.time;
    const seconds = (ms: number) => Math.floor(ms / 1000);

    const send = (payload: string, header: string | undefined) =>
      world.server.app.inject({
        method: 'POST',
        url: '/api/stripe/webhook',
        headers: {
          'content-type': 'application/json',
          ...(header === undefined ? {} : { 'stripe-signature': header }),
        },
        payload,
      });
    const sign = (payload: string, at = now(), secret = SECRET) =>
      Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds(at) });
    const deliver = async (...events: readonly Event[]) => {
      for (const sent of events) {
        const payload = JSON.stringify(sent);
        const answer = await send(payload, sign(payload));
        assert.equal(answer.statusCode, 200, answer.body);
        assert.deepEqual(answer.json(), { received: true });
      }
    };

    const addAccount = async (id: string, isEmailVerified = true): Promise<string> => {
      world.accounts.push({ id, email: `${id}@example.org`, isEmailVerified, role: 'member', createdAt: 0 });
      return id;
    };
    const checkout = (link: string, fields: Record<string, unknown> = {}) =>
      event(
        'checkout.session.completed',
        {
          id: newId('cs'),
          object: 'checkout.session',
          mode: 'payment',
          payment_status: 'paid',
          payment_link: link,
          ...fields,
        },
        now(),
      );
    const entriesOf = async (accountId: string) =>
      (await world.store.ledger.listAccountEntries(accountId, null, 100)).map(({ purse, delta, reason }) => ({
        kind: purse.slice(0, purse.indexOf(':')),
        delta,
        reason,
      }));
    const PACK = { kind: 'pack', delta: 50, reason: 'pack_purchase' };
    const CREDITS = { kind: 'trackorigin', delta: 20, reason: 'credit_purchase' };
    const planOf = async (accountId: string, product: 'orphograph' | 'proofd', at = now()) => {
      const found = await world.store.subscription.findActive(accountId, product, at);
      return found?.plan ?? null;
    };

    test('only what Stripe has signed lately is acted on', async () => {
      const account = await addAccount(newId('account'));
      const payload = JSON.stringify(checkout('plink_pack', { client_reference_id: account }));
      for (const header of [
        undefined,
        '',
        't=1,v1=00',
        sign(payload, now(), 'whsec_another_secret_altogether'),
        sign(payload, now() - 301_000),
        sign(payload.replace('paid', 'past')),
        'x'.repeat(4_000),
      ]) {
        const answer = await send(payload, header);
        assert.equal(answer.statusCode, 400, header);
        assert.equal(answer.json().error, 'invalid_signature');
      }
      assert.deepEqual(await entriesOf(account), []);
      assert.equal((await send(payload, sign(payload, now() - 299_000))).statusCode, 200);
    });

    test('a signed body that is no event is refused; an event of another kind is taken and ignored', async () => {
      for (const payload of ['{}', '[]', '{"id":1}', '{"id":"evt_1","type":"customer.subscription.updated"}', '{']) {
        const answer = await send(payload, sign(payload));
        assert.equal(answer.statusCode, 400, payload);
      }
      await deliver(event('payment_intent.created', { id: 'pi_1' }, now()));
      await deliver(checkout('plink_of_somebody_else', { customer_details: { email: 'who@example.org' } }));
    });

    test('a pack is issued once, however often and at the same time its event comes', async () => {
      const account = await addAccount(newId('account'));
      const bought = checkout('plink_pack', { client_reference_id: account, customer_details: { email: 'x@y.org' } });
      await Promise.all(Array.from({ length: 5 }, () => deliver(bought)));
      await deliver(bought, { ...bought, id: newId('evt') });
      assert.deepEqual(await entriesOf(account), [PACK]);
    });

    test('a payment for what was not configured yet is made good when its event is sent again', async () => {
      const account = await addAccount(newId('account'));
      const link = newId('plink');
      const bought = checkout(link, { client_reference_id: account, customer_details: { email: 'x@y.org' } });
      await deliver(bought);
      assert.deepEqual(await entriesOf(account), []);
      CATALOGUE.set(link, { kind: 'pack', credits: 50 });
      await deliver(bought, bought);
      assert.deepEqual(await entriesOf(account), [PACK]);
    });

    test('a payment that is on its way makes a pack when it has arrived', async () => {
      const account = await addAccount(newId('account'));
      const fields = { client_reference_id: account, customer_details: { email: 'x@y.org' } };
      const pending = checkout('plink_pack', { ...fields, payment_status: 'unpaid' });
      await deliver(pending);
      assert.deepEqual(await entriesOf(account), []);
      const arrived = { ...pending.data.object, payment_status: 'paid' };
      await deliver(event('checkout.session.async_payment_succeeded', arrived, now()));
      assert.deepEqual(await entriesOf(account), [PACK]);
    });

    test('the buyer is known by the reference, else by a verified e-mail in any case; never by an unverified one', async () => {
      const [named, mailed, unverified] = [newId('named'), newId('mailed'), newId('unverified')];
      await addAccount(named);
      await addAccount(mailed);
      await addAccount(unverified, false);
      await deliver(
        checkout('plink_pack', { client_reference_id: named, customer_details: { email: `${mailed}@example.org` } }),
        checkout('plink_pack', { customer_details: { email: `${mailed}@EXAMPLE.org` } }),
        checkout('plink_pack', { client_reference_id: 'nobody', customer_details: { email: `${mailed}@example.org` } }),
        checkout('plink_pack', { customer_details: { email: `${unverified}@example.org` } }),
      );
      assert.deepEqual(await entriesOf(named), [PACK]);
      assert.deepEqual(await entriesOf(mailed), [PACK, PACK]);
      assert.deepEqual(await entriesOf(unverified), []);
    });

    test('a pack of somebody without an account is minted without one and mailed', async () => {
      const email = `${newId('stranger')}@example.org`;
      await deliver(checkout('plink_pack', { customer_details: { email } }));
      const clock = { now, sleep: async () => {} };
      await new PackMailWorker({ store: world.store, mailer: world.mailer, clock }).run(new AbortController().signal);
      const [mail] = world.mailer.sent.filter(({ to }) => to === email);
      const token = /^pack_\w+$/m.exec(mail!.text)![0];
      const [found] = await world.store.key.findByDigests([hashSecret(token)]);
      assert.equal(found!.credential.accountId, null);
      assert.equal(await world.store.ledger.balance(`pack:${found!.credential.id}`), 50);
    });

    test('an event whose transaction failed, or failed and persisted, is made good by the next delivery, once', async () => {
      for (const persists of [false, true]) {
        const account = await addAccount(newId('account'));
        const bought = checkout('plink_pack', { client_reference_id: account, customer_details: { email: 'x@y.org' } });
        const payload = JSON.stringify(bought);
        world.around = async (transact) => {
          if (persists) await transact();
          throw new Error('lost');
        };
        assert.equal((await send(payload, sign(payload))).statusCode, 500);
        world.around = (transact) => transact();
        await deliver(bought);
        assert.deepEqual(await entriesOf(account), [PACK]);
      }
    });

    test('credits go to the account; bought before there is one, they wait for it', async () => {
      const account = await addAccount(newId('account'));
      await deliver(checkout('plink_credits', { client_reference_id: account }));
      assert.deepEqual(await entriesOf(account), [CREDITS]);
      const later = newId('later');
      const bought = checkout('plink_credits', { customer_details: { email: `${later}@example.org` } });
      await deliver(bought, bought);
      const signal = new AbortController().signal;
      assert.equal(await world.purchases.claim(signal), 0);
      await addAccount(later);
      assert.equal(await world.purchases.claim(signal), 1);
      assert.equal(await world.purchases.claim(signal), 0);
      assert.deepEqual(await entriesOf(later), [CREDITS]);
    });

    /** The life of a subscription: bought, renewed, raised to the higher plan, renewed, ended. */
    const lifeOf = (account: string) => {
      const start = now();
      const sub = newId('sub');
      const item = (price: string) => ({ items: { data: [{ price: { id: price } }] } });
      const subscription = (type: string, price: string, at: number, fields: Record<string, unknown> = {}) =>
        event(`customer.subscription.${type}`, { id: sub, status: 'active', ...item(price), ...fields }, at);
      const invoice = (until: number, at: number, isOldApi: boolean) =>
        event(
          'invoice.paid',
          {
            id: newId('in'),
            ...(isOldApi ? { subscription: sub } : { parent: { subscription_details: { subscription: sub } } }),
            lines: { data: [{ period: { start: seconds(at), end: seconds(until) } }] },
          },
          at,
        );
      return {
        start,
        bought: checkout('plink_personal', {
          mode: 'subscription',
          subscription: sub,
          client_reference_id: account,
          customer_details: { email: 'x@y.org' },
        }),
        created: subscription('created', 'price_personal', start),
        paid: invoice(start + 30 * DAY_MS, start, false),
        renewed: invoice(start + 60 * DAY_MS, start + 30 * DAY_MS, true),
        raised: subscription('updated', 'price_creator', start + 40 * DAY_MS),
        ended: subscription('deleted', 'price_creator', start + 45 * DAY_MS, {
          status: 'canceled',
          ended_at: seconds(start + 45 * DAY_MS),
        }),
      };
    };

    test('a subscription counts while it is paid, with some days for a renewal that is late', async () => {
      const account = await addAccount(newId('account'));
      const { start, created, bought, paid, renewed, raised, ended } = lifeOf(account);
      await deliver(created, bought);
      assert.equal(await planOf(account, 'orphograph'), null);
      await deliver(paid);
      assert.equal(await planOf(account, 'orphograph', start + 32 * DAY_MS), 'orphograph-personal');
      assert.equal(await planOf(account, 'orphograph', start + 34 * DAY_MS), null);
      await deliver(renewed);
      assert.equal(await planOf(account, 'orphograph', start + 50 * DAY_MS), 'orphograph-personal');
      await deliver(raised);
      assert.equal(await planOf(account, 'orphograph', start + 50 * DAY_MS), 'orphograph-creator');
      await deliver(ended);
      assert.equal(await planOf(account, 'orphograph', start + 44 * DAY_MS), 'orphograph-creator');
      assert.equal(await planOf(account, 'orphograph', start + 45 * DAY_MS), null);
      assert.equal(await planOf(account, 'proofd'), null);
    });

    test('whatever the order and number of its events, a subscription comes out the same', async () => {
      const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 0, 2, 4, 5], { minLength: 10, maxLength: 10 });
      await fc.assert(
        fc.asyncProperty(order, async (indexes) => {
          const account = await addAccount(newId('account'));
          const { start, created, bought, paid, renewed, raised, ended } = lifeOf(account);
          const events = [created, bought, paid, renewed, raised, ended];
          await deliver(...indexes.map((index) => events[index]!));
          assert.equal(await planOf(account, 'orphograph', start + 44 * DAY_MS), 'orphograph-creator');
          assert.equal(await planOf(account, 'orphograph', start + 45 * DAY_MS), null);
        }),
        { numRuns: 12 },
      );
    });

    test('a subscription that was bought before there was an account waits for it', async () => {
      const account = newId('late');
      const { bought, created, paid } = lifeOf('nobody');
      const object = {
        ...bought.data.object,
        client_reference_id: null,
        customer_details: { email: `${account}@example.org` },
      };
      await deliver(created, paid, { ...bought, data: { object } });
      await addAccount(account);
      assert.equal(await world.purchases.claim(new AbortController().signal), 1);
      assert.equal(await planOf(account, 'orphograph'), 'orphograph-personal');
    });

    test('text that is made to break a database or a page is only text', async () => {
      for (const text of [
        "'; drop table account; --",
        '<script>alert(1)</script>',
        '\u0000',
        '\ud800',
        'x'.repeat(10_000),
      ]) {
        await deliver(
          checkout('plink_pack', { client_reference_id: text, customer_details: { email: `${text}@example.org` } }),
        );
        await deliver(checkout(text, { client_reference_id: text }));
      }
    });

    test('the configuration shows the payment links, and nothing of them without a webhook', async () => {
      const { stripe, toggles } = (await world.server.app.inject('/api/config')).json();
      assert.equal(stripe.pack_url, LINKS.pack);
      assert.equal(toggles.checkout_disabled, false);
      const off = createOrphographServer({
        shop: { links: LINKS, desk: null, orders: world.store.order, stripe: null },
      });
      const answer = await off.app.inject({ method: 'POST', url: '/api/stripe/webhook', payload: {} });
      assert.equal(answer.statusCode, 404);
      assert.equal(answer.json().error, 'not_found');
      const config = (await off.app.inject('/api/config')).json();
      assert.equal(config.stripe.pack_url, null);
      assert.equal(config.toggles.checkout_disabled, true);
      await off.app.close();
    });
  });
}
