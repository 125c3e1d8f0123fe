import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/app/system.ts';
import type { Store } from '../../src/core/store.ts';
import type { WebhookTransport } from '../../src/core/webhook/transport.ts';
import { ENGINES } from '../support/databases.ts';
import { eventIdsOf, FIELDS, owner, QUICK_POLICY, type Rig, startReceiver, startRig, waitUntil } from './rig.ts';

const ALL = { before: null, outcome: null, limit: 10_000 };

for (const engine of ENGINES) {
  describe(`workers (${engine})`, () => {
    test('several share what there is, and nothing is sent twice', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      for (let i = 0; i < 8; i++) await rig.trackorigin.create(owner('a'), { ...FIELDS, url: `${receiver.url}/${i}` });
      for (let i = 0; i < 3; i++) await rig.startWorker();
      const rounds = 10;
      for (let round = 0; round < rounds; round++) await rig.publish(...Array.from({ length: 10 }, () => ({})));
      await waitUntil(() => receiver.received.length >= rounds * 80);
      await systemClock.sleep(200);
      const seen = receiver.received.map(({ path, headers }) => `${path} ${headers['webhook-id']}`);
      assert.equal(new Set(seen).size, rounds * 80);
      assert.equal(seen.length, rounds * 80);
      assert.deepEqual(rig.errors, []);
    });

    test('what a worker was sending when it died is sent once more by the next, and all else once', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      // It dies with some of its requests answered and written, and others on their way for ever.
      const sent: string[] = [];
      let isDead = false;
      const dying: WebhookTransport = {
        async send({ headers }) {
          const isLast = sent.push(headers['webhook-id']!) > 12;
          if (isDead || isLast) return new Promise(() => {});
          return { status: 200, fault: null, response: '', retryAfter: null };
        },
      };
      const doomed = rig.startDoomedWorker({ transport: dying, nodeId: 'doomed' });
      const events = await rig.publish(...Array.from({ length: 40 }, () => ({})));
      doomed.nudge();
      const log = () => rig.trackorigin.deliveries(owner('a'), subscription.id, ALL);
      await waitUntil(async () => (await log()).length === 12 && sent.length > 12);
      isDead = true;
      doomed.die();
      await expireLeases(rig);
      await rig.startWorker();
      await waitUntil(async () => (await log()).length === 40);
      const received = eventIdsOf(receiver);
      const written = sent.slice(0, 12);
      assert.equal(received.length, 28);
      assert.deepEqual([...received, ...written].sort(), events.map(({ id }) => id).sort());
    });

    test('a worker that has lost a lane writes nothing of it', async () => {
      await using rig = await startRig(engine);
      const { store } = rig;
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: 'http://127.0.0.1:9/' });
      const key = { accountId: 'a', subscriptionId: subscription.id };
      await rig.publish({});
      const now = Date.now();
      await store.transact(({ webhook }) => webhook.sequence(now, 10));
      const { head: sequence } = await store.webhook.listEvents(owner('a'), 'trackorigin', 0, 10);
      await store.transact(({ webhook }) => webhook.retryNow(key, sequence, now));
      const lease = { now, leaseUntil: now - 1, limit: 10 };
      await store.transact(({ webhook }) => webhook.acquire({ ...lease, nodeId: 'slow' }));
      const late = { now: now + 1, leaseUntil: now + 60_000, limit: 10 };
      const taken = await store.transact(({ webhook }) => webhook.acquire({ ...late, nodeId: 'next' }));
      assert.equal(taken.length, 1);
      const attempt = {
        ...{ id: 'whd_1', subscriptionId: subscription.id, sequence, attempt: 1, outcome: 'failed' as const },
        ...{ status: 500, error: null, response: '', url: '', startedAt: now, durationMs: 1, nextAt: null },
      };
      const kept = await store.transact(({ webhook }) =>
        webhook.commit({
          ...late,
          nodeId: 'slow',
          lanes: [{ ...key, cursor: sequence, failures: 10, disable: 'failures' }],
          attempts: [{ ...key, ...attempt }],
          retries: [],
          settled: [{ ...key, sequence, attempts: 0 }],
        }),
      );
      assert.deepEqual(kept, []);
      assert.deepEqual(await rig.trackorigin.deliveries(owner('a'), subscription.id, ALL), []);
      const [own] = await rig.trackorigin.list(owner('a'));
      assert.deepEqual([own!.subscription.disabled, own!.failures], [null, 0]);
      const [rows] = await store.webhook.readRetries([{ ...key, isOrdered: false, limit: 10 }]);
      assert.deepEqual(
        rows!.map((row) => row.sequence),
        [sequence],
      );
    });

    for (const persists of [false, true]) {
      const how = persists ? 'fails after it was written' : 'fails';
      test(`a write that ${how} loses no event and no line of the log`, async () => {
        await using rig = await startRig(engine);
        await using receiver = await startReceiver();
        receiver.answer = ({ headers }) => (Number(headers['to-sequence']) % 4 === 0 ? 500 : 200);
        const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
        let calls = 0;
        const store: Store = {
          ...rig.store,
          async transact(work) {
            const isBad = ++calls % 3 === 2 && calls < 20;
            if (isBad && !persists) throw new Error('the database is gone');
            const result = await rig.store.transact(work);
            if (isBad) throw new Error('the answer of the database was lost');
            return result;
          },
        };
        const pause = {
          ...systemClock,
          sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 20), signal),
        };
        await rig.startWorker({ store, clock: pause, policy: { ...QUICK_POLICY, disableAfter: 100 } });
        const events = await rig.publish(...Array.from({ length: 24 }, () => ({})));
        const log = () => rig.trackorigin.deliveries(owner('a'), subscription.id, ALL);
        const ended = async () => (await log()).filter(({ outcome }) => outcome !== 'retrying');
        await waitUntil(async () => (await ended()).length === 24);
        assert.deepEqual((await ended()).map(({ event }) => event!.id).sort(), events.map(({ id }) => id).sort());
        assert.equal((await log()).length, receiver.received.length, 'each request has its line');
        assert.ok(rig.errors.length > 0);
      });
    }

    test('an event that is published while its subscription is taken and given back is not left behind', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      // Its time runs so fast that lanes are given back after each event.
      const hurried = { ...systemClock, now: () => Date.now() * 50 };
      for (let i = 0; i < 2; i++) await rig.startWorker({ clock: hurried });
      for (let i = 0; i < 60; i++) {
        await rig.publish({});
        await systemClock.sleep(i % 7);
      }
      await waitUntil(
        () => new Set(eventIdsOf(receiver)).size === 60,
        () => new Set(eventIdsOf(receiver)).size,
      );
    });
  });
}

test('an account makes a hundred subscriptions and not one more, however many it asks for at once', async () => {
  await using rig = await startRig('postgres');
  const made = await Promise.allSettled(
    Array.from({ length: 110 }, () => rig.trackorigin.create(owner('a'), { ...FIELDS, url: 'http://127.0.0.1/' })),
  );
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 100);
  const refusals = made.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
  assert.deepEqual(new Set(refusals), new Set(['too-many-webhooks']));
});

async function expireLeases({ database }: Rig): Promise<void> {
  await database.kysely
    .updateTable('webhook_lane')
    .set({ lease_until: new Date(0) })
    .execute();
}
