import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { checkAnchors } from '../../src/core/anchor/fsck.ts';
import { RetentionWorker } from '../../src/core/anchor/retention.ts';
import type { ChainReader } from '../../src/core/chain.ts';
import { ENGINES } from '../support/databases.ts';
import { createOrphographWorld, type OrphographNode, type OrphographWorld } from '../support/orphograph-world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RETENTION_MS = 30 * DAY_MS;

const randomHash = () => randomBytes(32).toString('hex');

/** Nothing is confirmed here, so no block is ever asked for. */
const NO_CHAIN = { network: 'regtest' } as ChainReader;

for (const engine of ENGINES) {
  describe(`retention (${engine})`, () => {
    let world: OrphographWorld;
    let node: OrphographNode;
    before(async () => {
      world = await createOrphographWorld(engine);
      node = world.startNode({ freeAnchors: 100_000 });
    });
    after(() => world[Symbol.asyncDispose]());

    async function anchor(headers: Record<string, string> = {}): Promise<string> {
      const answer = await node.app.inject({
        method: 'POST',
        url: '/api/anchor',
        headers,
        payload: { hash_hex: randomHash() },
      });
      assert.equal(answer.statusCode, 200, answer.body);
      return answer.json().receipt_id;
    }

    const prune = () =>
      new RetentionWorker({ store: world.store, clock: world.clock, retentionMs: RETENTION_MS }).run(
        new AbortController().signal,
      );

    const status = async (id: string) => (await node.app.inject(`/api/receipt/${id}`)).statusCode;

    async function countRows(): Promise<{ receipts: number; counted: number; rounds: number; orphans: number }> {
      const { rows } = await sql<{ receipts: number; counted: number; rounds: number; orphans: number }>`
        select (select count(*) from receipt)::integer as receipts,
          (select coalesce(sum(receipt_count), 0) from round)::integer as counted,
          (select count(*) from round)::integer as rounds,
          (select count(*) from submission where round_id not in (select id from round))::integer as orphans`.execute(
        world.database.kysely,
      );
      return rows[0]!;
    }

    test('old anonymous receipts go, and neither new ones nor what somebody paid for or owns', async () => {
      await world.subscribe('alice', world.clock.now() + 365 * DAY_MS);
      const key = await world.mintKey('alice');
      const pack = await world.mintPack(20);
      // Sent together, they share rounds.
      const [firsts, anonymous, owned, paid] = await Promise.all([
        anchor(),
        Promise.all(Array.from({ length: 40 }, () => anchor())),
        Promise.all(Array.from({ length: 10 }, () => anchor({ 'x-orpho-api-key': key.secret }))),
        Promise.all(Array.from({ length: 10 }, () => anchor({ 'x-pack-token': pack.token }))),
      ]);
      const old = [firsts, ...anonymous];
      world.clock.time += RETENTION_MS;
      const young = [await anchor(), await anchor()];
      await prune();
      assert.equal((await countRows()).receipts, 63, 'not a moment earlier');

      world.clock.time += 1;
      const isWarm = await status(old[0]!);
      assert.equal(isWarm, 200);
      await prune();
      world.clock.time += 1000;
      for (const id of old) assert.equal(await status(id), 404);
      for (const id of [...owned, ...paid, ...young]) assert.equal(await status(id), 200);
      const { receipts, counted, orphans } = await countRows();
      assert.deepEqual([receipts, counted, orphans], [22, 22, 0]);
      assert.equal((await node.anchors.counts()).receipts, 22);
      const log = await sql<{ receipts: number }>`
        select coalesce(sum(receipts), 0)::integer as receipts from receipt_expiry`.execute(world.database.kysely);
      assert.equal(log.rows[0]!.receipts, 41);
      const findings = await Array.fromAsync(checkAnchors(world.store.anchor, NO_CHAIN, () => {}));
      assert.deepEqual(findings, []);
    });

    test('a second pass, and a second node at the same time, change nothing', async () => {
      for (let i = 0; i < 12; i++) await anchor();
      world.clock.time += RETENTION_MS + 1;
      await Promise.all([prune(), prune()]);
      const { receipts, counted, orphans } = await countRows();
      assert.deepEqual([receipts, counted, orphans], [20, 20, 0]);
      await prune();
      assert.deepEqual((await countRows()).receipts, 20);
    });

    test('a calendar that answers for a pruned round leaves nothing behind', async () => {
      const id = await anchor();
      const { submissions, round } = (await world.store.anchor.findReceipt(id))!;
      world.clock.time += RETENTION_MS + 1;
      await prune();
      const late = { ...submissions[0]!, attempt: 2, polls: 0, dueAt: world.clock.now(), resubmitAt: null };
      await world.store.transact(({ anchor: writer }) => writer.saveSubmission(late));
      await world.store.transact(({ anchor: writer }) => writer.refreshRounds([round.id], world.clock.now()));
      assert.equal((await countRows()).orphans, 0);
    });

    test('what somebody owns stays, even where a round lists it among what may go', async () => {
      const { secret } = await world.mintKey('alice');
      const id = await anchor({ 'x-orpho-api-key': secret });
      const { round } = (await world.store.anchor.findReceipt(id))!;
      await sql`update round set anonymous_ids = array[${id}] where id = ${round.id}`.execute(world.database.kysely);
      world.clock.time += RETENTION_MS + 1;
      await prune();
      assert.equal(await status(id), 200);
      const { receipts, counted } = await countRows();
      assert.equal(receipts, counted);
    });
  });
}
