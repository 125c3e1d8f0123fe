import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { App } from '../../src/http/shared/app.ts';
import { decodeDetached } from '../../src/proof/ots/codec.ts';
import { walkAttestations } from '../../src/proof/ots/timestamp.ts';
import { attestedPath, BLOCK_HEIGHT, BLOCK_TIME, confirmDue } from '../support/attested-path.ts';
import { ENGINES } from '../support/databases.ts';
import { createProofdServer, openTimestampWorld, type TimestampWorld } from '../support/proofd-server.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** From the contract's document. */
interface Resource {
  id: string;
  sha256_hash: string;
  status: string;
  blockchain_tx: string | null;
  bitcoin_block: number | null;
  confirmed_at: string | null;
  created_at: string;
  ots_url: string;
}
interface Page {
  data: Resource[];
  total_count: number;
  next_cursor: string | null;
}

for (const engine of ENGINES) {
  describe(`reading timestamps (${engine})`, () => {
    let world: TimestampWorld;
    let app: App;
    before(async () => {
      world = await openTimestampWorld(engine);
      app = createProofdServer(world);
    });
    after(async () => {
      await app.close();
      await world[Symbol.asyncDispose]();
    });

    async function ask<T>(secret: string, url: string): Promise<T> {
      const answer = await app.inject({ url, headers: { authorization: `Bearer ${secret}` } });
      assert.equal(answer.statusCode, 200, answer.body);
      return answer.json();
    }
    async function create(secret: string): Promise<Resource> {
      const answer = await app.inject({
        method: 'POST',
        url: '/api/v1/timestamps',
        headers: { authorization: `Bearer ${secret}` },
        payload: { sha256_hash: randomBytes(32).toString('hex'), filename: 'a.pdf', file_size_bytes: 1 },
      });
      assert.equal(answer.statusCode, 201, answer.body);
      return answer.json();
    }

    test('pages of any size together hold every timestamp once, also those of one millisecond', async () => {
      const { secret } = await world.createAccount();
      const made = await Promise.all(Array.from({ length: 9 }, () => create(secret)));
      for (const limit of [1, 2, 3, 9, 50]) {
        const seen: string[] = [];
        let url = `/api/v1/timestamps?limit=${limit}`;
        for (let page = await ask<Page>(secret, url); ; page = await ask<Page>(secret, url)) {
          assert.equal(page.total_count, 9);
          assert.ok(page.data.length <= limit);
          seen.push(...page.data.map(({ id }) => id));
          if (page.next_cursor === null) break;
          url = `/api/v1/timestamps?limit=${limit}&before=${encodeURIComponent(page.next_cursor)}`;
        }
        assert.deepEqual(seen.toSorted(), made.map(({ id }) => id).toSorted());
      }
      const { data } = await ask<Page>(secret, '/api/v1/timestamps');
      assert.deepEqual(
        data,
        data.toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1)),
      );
    });

    test('a page has at most 50', async () => {
      const { secret } = await world.createAccount();
      for (let i = 0; i < 51; i++) await create(secret);
      const page = await ask<Page>(secret, '/api/v1/timestamps?limit=51');
      assert.deepEqual([page.data.length, page.total_count], [50, 51]);
      assert.equal(page.next_cursor, page.data[49]!.created_at);
    });

    test('a checked attestation confirms, a replaced block takes it back, and 14 days without one are failure', async () => {
      const { accountId, secret } = await world.createAccount();
      const { id } = await create(secret);
      const read = () => ask<Resource>(secret, `/api/v1/timestamps/${id}`);
      const listed = async (status: string) =>
        (await ask<Page>(secret, `/api/v1/timestamps?status=${status}`)).data.map((one) => one.id);
      assert.equal((await read()).status, 'pending');

      await confirmDue(world.store, 'btc', world.clock.now() + DAY_MS);
      const { record } = (await world.store.timestamp.find(accountId, id))!;
      const { round } = (await world.anchors.find(record.receiptId))!;
      const confirmed = await read();
      assert.deepEqual(
        [confirmed.status, confirmed.blockchain_tx, confirmed.bitcoin_block, confirmed.confirmed_at],
        ['confirmed', attestedPath(round.root).txid, BLOCK_HEIGHT, new Date(BLOCK_TIME * 1000).toISOString()],
      );
      assert.deepEqual([await listed('confirmed'), await listed('pending'), await listed('failed')], [[id], [], []]);

      const schedule = { dueAt: world.clock.now(), resubmitAt: world.clock.now() };
      await world.store.transact(async ({ anchor }) => {
        const rounds = await anchor.unconfirmBlock(
          { height: BLOCK_HEIGHT, hash: new Uint8Array(32).fill(8) },
          schedule,
        );
        await anchor.refreshRounds(rounds, world.clock.now());
      });
      const again = await read();
      assert.deepEqual([again.status, again.blockchain_tx, again.confirmed_at], ['pending', null, null]);

      world.clock.time += 14 * DAY_MS;
      assert.equal((await read()).status, 'pending');
      world.clock.time += 1;
      assert.equal((await read()).status, 'failed');
      assert.deepEqual([await listed('confirmed'), await listed('pending'), await listed('failed')], [[], [], [id]]);
      await confirmDue(world.store, 'btc', world.clock.now() + DAY_MS);
      assert.equal((await read()).status, 'confirmed');
    });

    test('the proof is one file of this hash, with every calendar’s promise, and the block once there is one', async () => {
      const { secret } = await world.createAccount();
      const made = await create(secret);
      const download = async () => {
        const answer = await app.inject({ url: made.ots_url, headers: { authorization: `Bearer ${secret}` } });
        const { fileHashOp, timestamp } = decodeDetached(new Uint8Array(answer.rawPayload));
        assert.equal(fileHashOp.name, 'sha256');
        assert.equal(Buffer.from(timestamp.message).toString('hex'), made.sha256_hash);
        return [...walkAttestations(timestamp)].map(({ attestation }) =>
          attestation.type === 'pending' ? attestation.uri : attestation.type,
        );
      };
      const promises = ['https://alice.example.org', 'https://btc.example.org', 'https://finney.example.org'];
      assert.deepEqual((await download()).toSorted(), promises);
      await confirmDue(world.store, 'btc', world.clock.now() + DAY_MS);
      assert.deepEqual((await download()).toSorted(), ['bitcoin', ...promises].toSorted());
    });

    test('retention, which takes anonymous receipts, leaves the proof of a timestamp alone', async () => {
      const { secret } = await world.createAccount();
      const { ots_url } = await create(secret);
      const request = { digest: new Uint8Array(randomBytes(32)), sha512: null, label: null, owner: null };
      const [anonymous] = await world.anchors.submit([request]);
      const now = world.clock.now() + 1;
      while ((await world.store.transact(({ anchor }) => anchor.pruneAnonymous(now, now, 4))) === 4);
      assert.equal(await world.anchors.find(anonymous!.receipt.id), null);
      const answer = await app.inject({ url: ots_url, headers: { authorization: `Bearer ${secret}` } });
      assert.equal(answer.statusCode, 200);
    });
  });
}
