import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { ENGINES } from '../support/databases.ts';
import { type Customer, startTrackoriginServer, type TrackoriginServer } from '../support/trackorigin-server.ts';

interface LedgerAnswer {
  purses: { purse: string; balance: number }[];
  entries: { purse: string; sequence: number; amount: number; balance: number; reason: string; created_at: string }[];
  next_before: string | null;
}

interface UsageAnswer {
  free_used: number;
  paid_calls: number;
  credits_balance: number;
}

const POLICY = { freeCallsPerMonth: 20, callsPerCredit: 5 };
const LIMITS = { 'trackorigin-address': 3, 'trackorigin-publishable-key': 6, 'trackorigin-secret-key': 60 };

for (const engine of ENGINES) {
  describe(`keys that pay (${engine})`, () => {
    let server: TrackoriginServer;
    before(async () => {
      server = await startTrackoriginServer(engine, { policy: POLICY, limits: LIMITS });
    });
    after(() => server[Symbol.asyncDispose]());

    function get(path: string, secret?: string): Promise<Response> {
      return fetch(server.url + path, secret === undefined ? {} : { headers: { authorization: `Bearer ${secret}` } });
    }

    async function statuses(path: string, secret: string | undefined, count: number): Promise<number[]> {
      const seen: number[] = [];
      for (let i = 0; i < count; i++) seen.push((await get(path, secret)).status);
      return seen;
    }

    async function usage({ session }: Customer): Promise<UsageAnswer> {
      return (await (await get('/api/v1/me/api-usage', session)).json()) as UsageAnswer;
    }

    test('each tier has its own limit, and what is refused is not billed', async () => {
      const customer = await server.createCustomer();
      assert.deepEqual(await statuses('/api/v1/probe/anyone', undefined, 4), [200, 200, 200, 429]);
      const { pk_live, sk_live } = customer.keys;
      assert.deepEqual(await statuses('/api/v1/probe/anyone', pk_live, 7), [...Array(6).fill(200), 429]);
      const refused = await get('/api/v1/probe/key', pk_live);
      assert.equal(refused.status, 429);
      assert.match(refused.headers.get('retry-after')!, /^[1-9]\d*$/);
      assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'rate_limit_exceeded');
      assert.deepEqual(await statuses('/api/v1/probe/secret-key', sk_live, 2), [200, 200]);
      assert.equal((await usage(customer)).free_used, 8);
    });

    test('quota and credits are the account’s, whichever key is used; test keys and refusals cost nothing', async () => {
      const customer = await server.createCustomer();
      const { pk_live, sk_live, sk_test, pk_test } = customer.keys;
      await server.buy(customer.accountId, 1);
      await statuses('/api/v1/probe/key', pk_live, 5);
      await statuses('/api/v1/probe/secret-key', pk_test, 3);
      await statuses('/api/v1/probe/secret-key', sk_test, 9);
      assert.deepEqual(await statuses('/api/v1/probe/secret-key', sk_live, 21), [...Array(20).fill(200), 402]);
      assert.equal((await get('/api/v1/probe/key', pk_live)).status, 402);
      assert.deepEqual(await usage(customer), {
        ...(await usage(customer)),
        free_used: 20,
        paid_calls: 5,
        credits_balance: 0,
      });
      await server.buy(customer.accountId, 1);
      assert.equal((await get('/api/v1/probe/secret-key', sk_live)).status, 200);
    });

    test('two Authorization headers, or one with control characters, are no credential', async () => {
      const { keys } = await server.createCustomer();
      const ask = (values: string[]) =>
        new Promise<number>((resolve, reject) => {
          const headers = ['host', new URL(server.url).host, ...values.flatMap((value) => ['authorization', value])];
          const sent = request(`${server.url}/api/v1/me`, { headers }, (response) => {
            response.resume();
            resolve(response.statusCode!);
          });
          sent.on('error', reject).end();
        });
      assert.equal(await ask([`Bearer ${keys.sk_live}`]), 200);
      assert.equal(await ask([`Bearer ${keys.sk_live}`, `Bearer ${keys.sk_test}`]), 401);
      assert.equal(await ask([`Bearer ${keys.sk_live}\t\t`, 'Bearer x']), 401);
      assert.equal(await ask([`Bearer \u0080${keys.sk_live}`]), 401);
    });

    test('a key of an account that was deleted answers nobody', async () => {
      const { accountId, keys } = await server.createCustomer();
      await server.store.transact(({ account }) => account.remove(accountId));
      assert.equal((await get('/api/v1/me', keys.sk_live)).status, 401);
    });

    test('an account reads its own ledger, page by page, and nobody else’s', async () => {
      const customer = await server.createCustomer();
      const other = await server.createCustomer();
      await server.buy(other.accountId, 7);
      for (let i = 1; i <= 5; i++) await server.buy(customer.accountId, i);
      await statuses('/api/v1/probe/secret-key', customer.keys.sk_live, 21);
      await usage(customer);
      const seen: LedgerAnswer['entries'] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const before = cursor === '' ? '' : `&before=${encodeURIComponent(cursor)}`;
        const response = await get(`/api/account/ledger?limit=2${before}`, customer.session);
        assert.equal(response.status, 200);
        const page = (await response.json()) as LedgerAnswer;
        assert.deepEqual(page.purses, [{ purse: `trackorigin:${customer.accountId}`, balance: 14 }]);
        seen.push(...page.entries);
        cursor = page.next_before;
      }
      assert.deepEqual(
        seen.map(({ sequence, amount, balance, reason }) => [sequence, amount, balance, reason]),
        [
          [6, -1, 14, 'api_paid_calls'],
          [5, 5, 15, 'credit_purchase'],
          [4, 4, 10, 'credit_purchase'],
          [3, 3, 6, 'credit_purchase'],
          [2, 2, 3, 'credit_purchase'],
          [1, 1, 1, 'credit_purchase'],
        ],
      );
    });

    test('the plan shows active subscriptions and this month’s calls', async () => {
      const customer = await server.createCustomer();
      const paidUntil = Date.now() + 3_600_000;
      const { accountId } = customer;
      await server.store.transact(async ({ subscription }) => {
        const common = { accountId, paidUntil, providerReference: 'sub_1' } as const;
        await subscription.save({ ...common, product: 'proofd', plan: 'proofd-pro' });
        await subscription.save({ ...common, product: 'orphograph', plan: 'orphograph-creator', paidUntil: 1 });
      });
      const response = await get('/api/account/plan', customer.session);
      const answer = (await response.json()) as { subscriptions: object[]; api_usage: { free_quota: number } };
      assert.deepEqual(answer.subscriptions, [
        { product: 'proofd', plan: 'proofd-pro', paid_until: new Date(paidUntil).toISOString() },
      ]);
      assert.equal(answer.api_usage.free_quota, 20);
    });

    test('the billing routes want a session and refuse what they do not understand', async () => {
      const { session, cookie, keys } = await server.createCustomer();
      for (const path of ['/api/account/ledger', '/api/account/plan']) {
        assert.equal((await get(path)).status, 401);
        assert.equal((await get(path, keys.sk_live)).status, 401);
        assert.equal((await fetch(server.url + path, { headers: { cookie } })).status, 200);
      }
      for (const query of [
        'limit=0',
        'limit=101',
        'limit=1e2',
        'limit=1&limit=2',
        'before=',
        'before=x',
        'before=9.9.pack',
        `before=9.9.pack:%00`,
        `before=${'9'.repeat(14)}.${'9'.repeat(16)}.pack:a`,
        "before=1.1.other:'; drop table purse",
      ]) {
        const response = await get(`/api/account/ledger?${query}`, session);
        assert.equal(response.status, 400, query);
        assert.match(((await response.json()) as { error: { code: string } }).error.code, /^invalid_(cursor|limit)$/);
      }
      const far = `${'9'.repeat(14)}.${'9'.repeat(15)}.pack:${encodeURIComponent("'; drop")}`;
      assert.equal((await get(`/api/account/ledger?before=${far}`, session)).status, 400);
      assert.equal(
        (await get(`/api/account/ledger?before=${'9'.repeat(14)}.${'9'.repeat(15)}.pack:a`, session)).status,
        200,
      );
    });
  });
}
