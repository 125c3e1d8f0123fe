import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { ENGINES } from '../support/databases.ts';
import { createOrphographWorld, type OrphographNode, type OrphographWorld } from '../support/orphograph-world.ts';

interface AnchorAnswer {
  receipt_id: string;
  pack_consumed: boolean;
  pack_remaining: number;
  subscription_active: boolean;
}

interface BatchAnswer {
  ok: boolean;
  succeeded: number;
  failed: number;
  results: { index: number; ok: boolean; receipt_id?: string; error?: string }[];
}

const randomHash = () => randomBytes(32).toString('hex');

async function post({ app }: OrphographNode, headers: Record<string, string>, body: object = {}) {
  const payload = { hash_hex: randomHash(), ...body };
  const answer = await app.inject({ method: 'POST', url: '/api/anchor', headers, payload });
  return { status: answer.statusCode, body: answer.json() as AnchorAnswer & { error?: string } };
}

async function postBatch({ app }: OrphographNode, headers: Record<string, string>, items: number) {
  const payload = { hashes: Array.from({ length: items }, () => ({ hash_hex: randomHash() })) };
  const answer = await app.inject({ method: 'POST', url: '/api/anchor/batch', headers, payload });
  return { status: answer.statusCode, body: answer.json() as BatchAnswer };
}

for (const engine of ENGINES) {
  describe(`packs and keys (${engine})`, () => {
    let world: OrphographWorld;
    before(async () => {
      world = await createOrphographWorld(engine);
    });
    after(() => world[Symbol.asyncDispose]());

    async function countReceipts(credentialId: string): Promise<number> {
      const { rows } = await sql<{ receipts: number }>`
        select count(*)::integer as receipts from receipt where credential_id = ${credentialId}`.execute(
        world.database.kysely,
      );
      return rows[0]!.receipts;
    }

    /** What was taken from a pack is what was made with it, and what the ledger says. */
    async function assertBooked(pack: Awaited<ReturnType<OrphographWorld['mintPack']>>, credits: number) {
      const balance = await world.store.ledger.balance(pack.purse);
      const receipts = await countReceipts(pack.credential.id);
      const entries = await world.store.ledger.listEntries(pack.purse, null, 1000);
      assert.equal(balance, credits - receipts);
      assert.equal(
        entries.reduce((sum, { delta }) => sum + delta, 0),
        balance,
      );
      return { balance, receipts };
    }

    test('a receipt of a pack costs one credit, and says what is left', async () => {
      const node = world.startNode({ freeAnchors: 1 });
      const pack = await world.mintPack(2);
      const first = await post(node, { 'x-pack-token': pack.token });
      assert.equal(first.status, 200);
      assert.deepEqual(
        [first.body.pack_consumed, first.body.pack_remaining, first.body.subscription_active],
        [true, 1, false],
      );
      const second = await post(node, { 'x-pack-token': pack.token });
      assert.equal(second.body.pack_remaining, 0);
      assert.deepEqual(await assertBooked(pack, 2), { balance: 0, receipts: 2 });
      const [entry] = await world.store.ledger.listEntries(pack.purse, null, 1);
      assert.deepEqual([entry!.reason, entry!.delta], ['anchor', -1]);
    });

    test('an empty, unknown, mistyped or foreign credential is the free tier, and never a 401', async () => {
      const empty = await world.mintPack(0);
      const full = await world.mintPack(5);
      const lapsed = await world.mintKey('lapsed');
      for (const headers of [
        { 'x-pack-token': empty.token },
        { 'x-pack-token': 'pack_nothing' },
        { 'x-pack-token': `${full.token}x` },
        { 'x-pack-token': '' },
        { 'x-pack-token': lapsed.secret },
        { 'x-orpho-api-key': lapsed.secret },
        { 'x-orpho-api-key': full.token },
        { 'x-orpho-api-key': 'x'.repeat(5000) },
      ]) {
        const node = world.startNode({ freeAnchors: 1 });
        const first = await post(node, headers);
        assert.deepEqual(
          [first.status, first.body.pack_consumed, first.body.pack_remaining, first.body.subscription_active],
          [200, false, 0, false],
        );
        assert.equal((await post(node, headers)).status, 429);
        assert.equal((await postBatch(node, headers, 2)).status, 429);
      }
      await assertBooked(full, 5);
    });

    test('what a pack cannot pay of a batch fails alone', async () => {
      const node = world.startNode({ freeAnchors: 1 });
      const pack = await world.mintPack(3);
      const { status, body } = await postBatch(node, { 'x-pack-token': pack.token }, 5);
      assert.equal(status, 200);
      assert.deepEqual([body.ok, body.succeeded, body.failed], [true, 3, 2]);
      assert.deepEqual(
        body.results.map(({ ok, error }) => [ok, error]),
        [...Array(3).fill([true, undefined]), ...Array(2).fill([false, 'insufficient_credits'])],
      );
      assert.deepEqual(await assertBooked(pack, 3), { balance: 0, receipts: 3 });
      for (const { receipt_id } of body.results.slice(0, 3)) {
        assert.equal((await node.app.inject(`/api/verify/${receipt_id}`)).statusCode, 200);
      }
    });

    test('an item that is not valid costs no credit', async () => {
      const node = world.startNode();
      const pack = await world.mintPack(3);
      const payload = { hashes: [{ hash_hex: 'no' }, { hash_hex: randomHash() }] };
      const headers = { 'x-pack-token': pack.token };
      const answer = await node.app.inject({ method: 'POST', url: '/api/anchor/batch', headers, payload });
      assert.equal(answer.json().succeeded, 1);
      assert.equal((await assertBooked(pack, 3)).balance, 2);
      assert.equal((await post(node, headers, { hash_hex: 'no' })).status, 400);
      assert.equal((await assertBooked(pack, 3)).balance, 2);
    });

    test('requests that meet on several nodes never spend a credit twice, nor lose one', async () => {
      const nodes = [world.startNode({ freeAnchors: 1 }), world.startNode({ freeAnchors: 1 })];
      const packs = [await world.mintPack(17), await world.mintPack(30), await world.mintPack(400)];
      let paid = 0;
      await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const headers = { 'x-pack-token': packs[i % 3]!.token };
          const node = nodes[i % 2]!;
          if (i % 4 === 0) {
            const { status, body } = await postBatch(node, headers, 7);
            assert.ok(status === 200 || status === 429, String(status));
            if (status === 200 && headers['x-pack-token'] !== packs[2]!.token) paid += body.succeeded;
          } else {
            const { status, body } = await post(node, headers);
            assert.ok(status === 200 || status === 429, String(status));
            if (status === 200 && body.pack_consumed && headers['x-pack-token'] !== packs[2]!.token) paid++;
          }
        }),
      );
      assert.deepEqual(await assertBooked(packs[0]!, 17), { balance: 0, receipts: 17 });
      assert.deepEqual(await assertBooked(packs[1]!, 30), { balance: 0, receipts: 30 });
      assert.deepEqual(await assertBooked(packs[2]!, 400), { balance: 400 - 50, receipts: 50 });
      // A batch may have come through on the free tier as a whole: those are not in the packs.
      assert.ok(paid >= 47, String(paid));
    });

    test('nothing is charged for what was not kept, and once for what was, whatever the commit says', async () => {
      const node = world.startNode({ freeAnchors: 1 });
      const pack = await world.mintPack(10);
      const headers = { 'x-pack-token': pack.token };

      node.areCalendarsDown = true;
      assert.equal((await post(node, headers)).status, 503);
      assert.equal((await postBatch(node, headers, 3)).status, 503);
      assert.deepEqual(await assertBooked(pack, 10), { balance: 10, receipts: 0 });
      node.areCalendarsDown = false;

      node.around = async () => {
        throw new Error('the connection broke before the commit');
      };
      assert.equal((await post(node, headers)).status, 500);
      assert.deepEqual(await assertBooked(pack, 10), { balance: 10, receipts: 0 });

      node.around = async (transact) => {
        await transact();
        throw new Error('the connection broke after the commit');
      };
      assert.equal((await postBatch(node, headers, 3)).status, 500);
      assert.deepEqual(await assertBooked(pack, 10), { balance: 7, receipts: 3 });

      node.around = (transact) => transact();
      const { body } = await post(node, headers);
      assert.equal(body.pack_remaining, 6);
      assert.deepEqual(await assertBooked(pack, 10), { balance: 6, receipts: 4 });
    });

    test('a transaction that the engine has run again charges once', async () => {
      const node = world.startNode({ freeAnchors: 1 });
      const pack = await world.mintPack(5);
      let isFirst = true;
      const real = world.store.transact;
      world.store.transact = (work) =>
        real(async (writers) => {
          const result = await work(writers);
          if (isFirst) {
            isFirst = false;
            throw Object.assign(new Error('could not serialize'), { code: '40001' });
          }
          return result;
        });
      try {
        assert.equal((await post(node, { 'x-pack-token': pack.token })).status, 200);
      } finally {
        world.store.transact = real;
      }
      assert.equal(isFirst, false);
      assert.deepEqual(await assertBooked(pack, 5), { balance: 4, receipts: 1 });
    });

    test('the key of a subscriber has no limit by address, and makes receipts of the account', async () => {
      const node = world.startNode({ freeAnchors: 1 });
      await world.subscribe('carol');
      const { secret, credential } = await world.mintKey('carol');
      for (let i = 0; i < 4; i++) {
        const { status, body } = await post(node, { 'x-orpho-api-key': secret });
        assert.deepEqual([status, body.subscription_active, body.pack_consumed], [200, true, false]);
        const stored = await world.store.anchor.findReceipt(body.receipt_id);
        assert.deepEqual(stored!.receipt.owner, { accountId: 'carol', credentialId: credential.id });
      }
      world.clock.time += 31 * 24 * 60 * 60 * 1000;
      assert.equal((await post(node, { 'x-orpho-api-key': secret })).body.subscription_active, false);
    });

    test('two credentials at once, and one in the address, are refused, and nothing is charged', async () => {
      const node = world.startNode();
      const pack = await world.mintPack(1);
      const { status, body } = await post(node, { 'x-pack-token': pack.token, 'x-orpho-api-key': 'orpho_x' });
      assert.deepEqual([status, body.error], [400, 'credentials_conflict']);
      const inUrl = await node.app.inject({
        method: 'POST',
        url: `/api/anchor?token=${pack.token}`,
        payload: { hash_hex: randomHash() },
      });
      assert.deepEqual([inUrl.statusCode, inUrl.json().error], [400, 'credential_in_url']);
      await assertBooked(pack, 1);
    });
  });
}
