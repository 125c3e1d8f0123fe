import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { unzipSync } from 'fflate';
import { ENGINES } from '../support/databases.ts';
import { createOrphographWorld, type OrphographNode, type OrphographWorld } from '../support/orphograph-world.ts';

interface Item {
  receipt_id: string;
  found: boolean;
  hash_hex: string;
  client_label: string | null;
  status: string;
  checks: { file: string; ok: boolean }[];
  private: boolean;
}

interface Page {
  anchors: Item[];
  next_before: string | null;
}

const cookieOf = (account: string) => ({ cookie: `session=${account}` });
const randomHash = () => randomBytes(32).toString('hex');

for (const engine of ENGINES) {
  describe(`vault and privacy (${engine})`, () => {
    let world: OrphographWorld;
    let node: OrphographNode;
    let other: OrphographNode;
    before(async () => {
      world = await createOrphographWorld(engine);
      node = world.startNode();
      other = world.startNode();
      for (const account of ['alice', 'eve']) await world.subscribe(account);
    });
    after(() => world[Symbol.asyncDispose]());

    /** Anchors one after the other, each a second later, and gives the ids, oldest first. */
    async function anchorAs(account: string, items: readonly { hash_hex?: string; client_label?: string }[]) {
      const { secret } = await world.mintKey(account);
      const ids: string[] = [];
      for (const item of items) {
        world.clock.time += 1000;
        const answer = await node.app.inject({
          method: 'POST',
          url: '/api/anchor',
          headers: { 'x-orpho-api-key': secret },
          payload: { hash_hex: randomHash(), ...item },
        });
        assert.equal(answer.json().subscription_active, true, answer.body);
        ids.push(answer.json().receipt_id);
      }
      return ids;
    }

    async function list(account: string, query = '') {
      const answer = await node.app.inject({ url: `/api/me/anchors${query}`, headers: cookieOf(account) });
      return { status: answer.statusCode, body: answer.json() as Page & { error?: string } };
    }

    const idsOf = ({ body }: { body: Page }) => body.anchors.map(({ receipt_id }) => receipt_id);

    async function setPrivacy(account: string, id: string, isPrivate: unknown) {
      const answer = await node.app.inject({
        method: 'POST',
        url: `/api/me/receipt/${id}/privacy`,
        headers: { ...cookieOf(account), origin: 'https://touchmark.example.org' },
        payload: { private: isPrivate },
      });
      return { status: answer.statusCode, body: answer.json() };
    }

    const PUBLIC_ROUTES = (id: string) => [
      `/api/receipt/${id}`,
      `/api/verify/${id}`,
      `/api/receipt/${id}/summary`,
      `/api/receipt/${id}.zip`,
      `/api/badge/${id}.svg`,
    ];

    async function statuses({ app }: OrphographNode, id: string, headers: Record<string, string> = {}) {
      const answers = await Promise.all(PUBLIC_ROUTES(id).map((url) => app.inject({ url, headers })));
      return answers.map(({ statusCode }) => statusCode);
    }

    test('a private receipt is 404 on every public route for everyone but its owner, and public again when told', async () => {
      const [id] = await anchorAs('alice', [{}]);
      const etag = (await node.app.inject(`/api/receipt/${id}`)).headers.etag as string;
      const shown = await statuses(other, id!);
      assert.deepEqual(shown, [200, 200, 200, 200, 200]);

      assert.deepEqual(await setPrivacy('alice', id!, true), {
        status: 200,
        body: { ok: true, receipt_id: id, private: true },
      });
      const gone = [404, 404, 404, 404, 404];
      assert.deepEqual(await statuses(node, id!), gone);
      assert.deepEqual(await statuses(node, id!, { 'if-none-match': etag }), gone);
      assert.deepEqual(await statuses(node, id!, cookieOf('eve')), gone);
      assert.deepEqual(await statuses(node, id!, cookieOf('alice')), [200, 200, 200, 200, 200]);
      // The other node may show what it looked at less than a second ago, and no longer.
      world.clock.time += 1000;
      assert.deepEqual(await statuses(other, id!), gone);
      assert.deepEqual(await statuses(other, id!, cookieOf('alice')), [200, 200, 200, 200, 200]);

      await setPrivacy('alice', id!, false);
      assert.deepEqual(await statuses(node, id!), [200, 200, 200, 200, 200]);
      world.clock.time += 1000;
      assert.deepEqual(await statuses(other, id!), [200, 200, 200, 200, 200]);
    });

    test('a private receipt cannot be told from one that does not exist, and no cache may keep either', async () => {
      const [id] = await anchorAs('alice', [{}]);
      await setPrivacy('alice', id!, true);
      const missing = id!.slice(0, -4) + (id!.endsWith('AAAA') ? 'BBBB' : 'AAAA');
      for (const [i, url] of PUBLIC_ROUTES(id!).entries()) {
        const [hidden, unknown] = await Promise.all(
          [url, PUBLIC_ROUTES(missing)[i]!].map((asked) => node.app.inject({ url: asked, headers: cookieOf('eve') })),
        );
        const { 'x-request-id': _, date: _date, ...headers } = hidden!.headers;
        const { 'x-request-id': __, date: __date, ...expected } = unknown!.headers;
        assert.deepEqual([hidden!.statusCode, hidden!.body, headers], [unknown!.statusCode, unknown!.body, expected]);
        assert.equal(headers['cache-control'], 'no-store');
        const own = await node.app.inject({ url, headers: cookieOf('alice') });
        assert.equal(own.headers['cache-control'], 'private, no-store');
      }
      await setPrivacy('alice', id!, false);
      const badge = await node.app.inject(`/api/badge/${id}.svg`);
      assert.equal(badge.headers['cache-control'], 'no-cache');
    });

    test('only the owner, signed in and subscribed, sets the privacy of a receipt', async () => {
      const [id] = await anchorAs('alice', [{}]);
      const anonymous = (
        await node.app.inject({ method: 'POST', url: '/api/anchor', payload: { hash_hex: randomHash() } })
      ).json().receipt_id;
      assert.equal((await setPrivacy('eve', id!, true)).status, 404);
      assert.equal((await setPrivacy('alice', 'AAAAAAAAAAAAAAAA', true)).status, 404);
      assert.equal((await setPrivacy('alice', anonymous, true)).status, 404);
      assert.equal((await setPrivacy('nobody-subscribed', id!, true)).status, 402);
      const url = `/api/me/receipt/${id}/privacy`;
      assert.equal((await node.app.inject({ method: 'POST', url, payload: { private: true } })).statusCode, 401);
      for (const wrong of ['true', 1, null]) {
        assert.deepEqual(await setPrivacy('alice', id!, wrong), {
          status: 400,
          body: { error: 'invalid_private', message: 'private must be true or false.' },
        });
      }
      const form = await node.app.inject({
        method: 'POST',
        url,
        headers: {
          ...cookieOf('alice'),
          origin: 'https://touchmark.example.org',
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: 'private=true',
      });
      assert.equal(form.statusCode, 415);
      for (const headers of [cookieOf('alice'), { ...cookieOf('alice'), origin: 'https://evil.example.org' }]) {
        const forged = await node.app.inject({ method: 'POST', url, headers, payload: { private: true } });
        assert.deepEqual([forged.statusCode, forged.json().error], [403, 'cross_site']);
      }
      const across = await node.app.inject({ method: 'OPTIONS', url, headers: { origin: 'https://evil.example.org' } });
      assert.equal(across.headers['access-control-allow-origin'], undefined);
      assert.deepEqual(await statuses(node, id!), [200, 200, 200, 200, 200]);
    });

    test('the vault lists the receipts of the account and of no other, newest first, page by page', async () => {
      await world.subscribe('paged');
      const ids = await anchorAs(
        'paged',
        Array.from({ length: 7 }, () => ({})),
      );
      const newest = ids.toReversed();
      assert.deepEqual(idsOf(await list('paged')), newest);
      const seen: string[] = [];
      for (let query = '?limit=3', pages = 0; ; pages++) {
        const page = await list('paged', query);
        seen.push(...idsOf(page));
        // What is made meanwhile does not move the pages.
        await anchorAs('paged', [{}]);
        if (page.body.next_before === null) {
          assert.equal(pages, 2);
          break;
        }
        query = `?limit=3&before=${encodeURIComponent(page.body.next_before)}`;
      }
      assert.deepEqual(seen, newest);
      assert.deepEqual(idsOf(await list('eve')), []);
      const [item] = (await list('paged', '?limit=1')).body.anchors;
      assert.deepEqual([item!.found, item!.status, item!.private, item!.checks.length], [true, 'pending', false, 5]);
    });

    test('receipts of one batch, made at the same moment, are each on one page', async () => {
      await world.subscribe('batch');
      const { secret } = await world.mintKey('batch');
      const answer = await node.app.inject({
        method: 'POST',
        url: '/api/anchor/batch',
        headers: { 'x-orpho-api-key': secret },
        payload: { hashes: Array.from({ length: 9 }, () => ({ hash_hex: randomHash() })) },
      });
      const made = answer.json().results.map(({ receipt_id }: { receipt_id: string }) => receipt_id);
      const seen: string[] = [];
      for (let query = '?limit=2'; ; ) {
        const page = await list('batch', query);
        seen.push(...idsOf(page));
        if (page.body.next_before === null) break;
        query = `?limit=2&before=${page.body.next_before}`;
      }
      assert.deepEqual(seen.toSorted(), made.toSorted());
    });

    test('filters find what they say: digest prefix in either case, label text without wildcards, privacy', async () => {
      await world.subscribe('filters');
      const [a, b, c, d] = await anchorAs('filters', [
        { hash_hex: `a3f0${'1'.repeat(60)}`, client_label: '100% Photo_1.JPG' },
        { hash_hex: `a3ff${'2'.repeat(60)}`, client_label: '1000 photos 1' },
        { hash_hex: `a3ff${'f'.repeat(60)}`, client_label: "x' or 1=1 --\\" },
        { hash_hex: `b000${'3'.repeat(60)}` },
      ]);
      await setPrivacy('filters', b!, true);
      const found = async (query: string) => idsOf(await list('filters', query)).toReversed();
      assert.deepEqual(await found('?q=A3f'), [a, b, c]);
      assert.deepEqual(await found('?q=a3ff'), [b, c]);
      assert.deepEqual(await found(`?q=a3ff${'f'.repeat(60)}`), [c]);
      assert.deepEqual(await found('?q='), [a, b, c, d]);
      assert.deepEqual(await found('?label=PHOTO'), [a, b]);
      assert.deepEqual(await found('?label=100%25'), [a]);
      assert.deepEqual(await found('?label=o_1'), [a]);
      assert.deepEqual(await found(`?label=${encodeURIComponent("' or 1=1 --\\")}`), [c]);
      assert.deepEqual(await found('?private=true'), [b]);
      assert.deepEqual(await found('?private=false&q=a3'), [a, c]);
      assert.equal((await list('filters', '?private=true')).body.anchors[0]!.private, true);
    });

    test('what is not a filter is refused by its name', async () => {
      for (const [query, error] of [
        ['limit=0', 'invalid_limit'],
        ['limit=201', 'invalid_limit'],
        ['limit=1e2', 'invalid_limit'],
        ['limit=-1', 'invalid_limit'],
        ['limit=1&limit=2', 'invalid_limit'],
        ['before=x', 'invalid_before'],
        ['before=999999999999999.AAAAAAAAAAAAAAAA', 'invalid_before'],
        ['q=xyz', 'invalid_q'],
        [`q=${'a'.repeat(65)}`, 'invalid_q'],
        ['q=%25', 'invalid_q'],
        [`label=${'a'.repeat(201)}`, 'invalid_label'],
        ['label=%00', 'invalid_label'],
        ['private=yes', 'invalid_private'],
      ]) {
        const { status, body } = await list('alice', `?${query}`);
        assert.deepEqual([status, body.error], [400, error], query);
      }
      assert.equal((await list('alice', '?limit=200')).status, 200);
      assert.equal((await list('alice', '?before=99999999999999.AAAAAAAAAAAAAAAA')).status, 200);
      assert.equal((await node.app.inject('/api/me/anchors')).statusCode, 401);
      assert.equal((await node.app.inject('/api/me/anchors.zip')).statusCode, 401);
      assert.equal((await list('unsubscribed')).status, 402);
      const zip = await node.app.inject({ url: '/api/me/anchors.zip', headers: cookieOf('unsubscribed') });
      assert.equal(zip.statusCode, 402);
    });

    test('the archive of the vault has a folder for every receipt, private ones too', async () => {
      await world.subscribe('archive');
      const { secret } = await world.mintKey('archive');
      const ids: string[] = [];
      for (let batch = 0; batch < 3; batch++) {
        const answer = await node.app.inject({
          method: 'POST',
          url: '/api/anchor/batch',
          headers: { 'x-orpho-api-key': secret },
          payload: { hashes: Array.from({ length: 50 }, () => ({ hash_hex: randomHash() })) },
        });
        for (const { receipt_id } of answer.json().results) ids.push(receipt_id);
      }
      await setPrivacy('archive', ids[7]!, true);
      const answer = await node.app.inject({ url: '/api/me/anchors.zip', headers: cookieOf('archive') });
      assert.deepEqual(
        [answer.headers['content-type'], answer.headers['cache-control']],
        ['application/zip', 'private, no-store'],
      );
      const files = unzipSync(new Uint8Array(answer.rawPayload));
      const expected = ids.flatMap((id) =>
        ['receipt.json', 'alice.ots', 'bob.ots', 'carol.ots', 'dave.ots', 'erin.ots'].map((name) => `${id}/${name}`),
      );
      assert.deepEqual(Object.keys(files).toSorted(), expected.toSorted());
      const single = unzipSync(
        new Uint8Array(
          (await node.app.inject({ url: `/api/receipt/${ids[7]}.zip`, headers: cookieOf('archive') })).rawPayload,
        ),
      );
      for (const name of ['receipt.json', 'alice.ots']) assert.deepEqual(files[`${ids[7]}/${name}`], single[name]);
      const empty = await node.app.inject({ url: '/api/me/anchors.zip', headers: cookieOf('eve') });
      assert.deepEqual(unzipSync(new Uint8Array(empty.rawPayload)), {});
    });
  });
}

test('a download is read as fast as the client takes it, stops when the client goes, and does not hold up a stop', async () => {
  const world = await createOrphographWorld('pglite');
  const node = world.startNode();
  await world.subscribe('slow');
  let pages = 0;
  const listOwned = node.anchors.listOwned;
  const { secret } = await world.mintKey('slow');
  await node.app.inject({
    method: 'POST',
    url: '/api/anchor/batch',
    headers: { 'x-orpho-api-key': secret },
    payload: { hashes: Array.from({ length: 50 }, () => ({ hash_hex: randomHash() })) },
  });
  // The same page again and again: an endless vault.
  const page = await listOwned({
    accountId: 'slow',
    before: null,
    digestPrefix: null,
    label: null,
    isPrivate: null,
    limit: 50,
  });
  node.anchors.listOwned = async () => {
    pages++;
    return page;
  };
  const url = `${await node.app.listen({ host: '127.0.0.1', port: 0 })}/api/me/anchors.zip`;
  const open = async () => {
    const [response] = (await once(httpGet(url, { headers: cookieOf('slow') }), 'response')) as [IncomingMessage];
    return response;
  };
  const quiet = async () => {
    for (let seen = -1; seen !== pages; ) {
      seen = pages;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return pages;
  };
  const first = await open();
  await once(first, 'readable');
  const stalled = await quiet();
  assert.ok(stalled < 2000, `${stalled} pages were read for a client that reads nothing`);
  first.destroy();
  first.on('error', () => {});
  assert.ok((await quiet()) <= stalled + 1);
  const second = await open();
  second.on('error', () => {});
  const broken = new Promise((resolve) => second.once('close', resolve));
  second.resume();
  await node.app.close();
  await broken;
  assert.equal(second.complete, false);
  await world[Symbol.asyncDispose]();
});
