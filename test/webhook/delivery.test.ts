import assert from 'node:assert/strict';
import { createServer as createTlsServer } from 'node:https';
import { describe, test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { systemClock } from '../../src/app/system.ts';
import type { Mail } from '../../src/core/account/account.ts';
import type { WebhookEventType } from '../../src/core/webhook/event.ts';
import { WebhookNoticeWorker } from '../../src/core/webhook/notices.ts';
import { WebhookRetentionWorker } from '../../src/core/webhook/retention.ts';
import { createWebhookTransport } from '../../src/net/webhook-transport.ts';
import { ENGINES } from '../support/databases.ts';
import { listen } from '../support/listen.ts';
import { makeTlsIdentity } from '../support/tls-certificates.ts';
import { startTunnel } from '../support/tunnel.ts';
import {
  eventIdsOf,
  FIELDS,
  LOG_LINES,
  owner,
  QUICK_POLICY,
  type Rig,
  signersOf,
  startReceiver,
  startRig,
  waitUntil,
} from './rig.ts';

const ALL = { before: null, outcome: null, limit: 1_000 };

for (const engine of ENGINES) {
  describe(`deliveries (${engine})`, () => {
    test('every event reaches every subscription that asked for it, once, with the same bytes', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      for (const account of ['a', 'b']) {
        await rig.trackorigin.create(owner(account), { ...FIELDS, url: `${receiver.url}/${account}` });
      }
      await rig.trackorigin.create(owner('a'), { ...FIELDS, types: ['cert.revoked'], url: `${receiver.url}/revoked` });
      await using worker = await rig.startWorker();
      const events = await rig.publish(...Array.from({ length: 50 }, () => ({})));
      worker.deliverer.nudge();
      await waitUntil(
        () => receiver.received.length >= 100,
        () => receiver.received.length,
      );
      const ids = events.map(({ id }) => id).sort();
      for (const path of ['/a', '/b']) {
        const own = receiver.received.filter((one) => one.path === path);
        assert.deepEqual(eventIdsOf({ received: own }).sort(), ids);
      }
      assert.deepEqual(new Set(receiver.received.map(({ body }) => body)).size, 50);
      assert.equal(receiver.received.filter(({ path }) => path === '/revoked').length, 0);
      assert.deepEqual(rig.errors, []);
    });

    test('events of an account reach nobody else, and what was published before the subscription nobody', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      const event = { contract: 'origimark', type: 'cert.created' } as const;
      await using _worker = await rig.startWorker();
      await rig.publish({ ...event, accountId: 'a' });
      await waitUntil(async () => (await rig.origimark.events(owner('a'), 0, 10)).head === 1);
      for (const account of ['a', 'b']) {
        const fields = { ...FIELDS, types: ['cert.created'] as WebhookEventType[] };
        await rig.origimark.create(owner(account), { ...fields, url: `${receiver.url}/${account}` });
        await rig.trackorigin.create(owner(account), { ...FIELDS, url: `${receiver.url}/other-contract` });
      }
      const [own] = await rig.publish({ ...event, accountId: 'a' });
      await waitUntil(() => receiver.received.length > 0);
      const [last] = await rig.publish({ ...event, accountId: 'b' });
      await waitUntil(() => receiver.received.length > 1);
      assert.deepEqual(
        receiver.received.map(({ path, body }) => [path, (JSON.parse(body) as { id: string }).id]),
        [
          ['/a', own!.id],
          ['/b', last!.id],
        ],
      );
    });

    test('a failed delivery is tried again by the schedule, then it has failed; the log says so', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      receiver.answer = () => ({ status: 503, body: 'not today' });
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      await using _worker = await rig.startWorker();
      await rig.publish({});
      const log = () => rig.trackorigin.deliveries(owner('a'), subscription.id, ALL);
      await waitUntil(async () => (await log()).length === 3);
      const lines = await log();
      assert.deepEqual(
        lines.map(({ attempt, outcome, status, response }) => [attempt, outcome, status, response]),
        [
          [3, 'failed', 503, 'not today'],
          [2, 'retrying', 503, 'not today'],
          [1, 'retrying', 503, 'not today'],
        ],
      );
      for (const [i, { nextAt, startedAt, durationMs }] of lines.toReversed().entries()) {
        const pauseMs = QUICK_POLICY.scheduleMs[i];
        if (pauseMs === undefined) assert.equal(nextAt, null);
        else {
          const after = nextAt! - startedAt - durationMs;
          assert.ok(after >= pauseMs && after <= pauseMs * 1.1 + 1, `${after} ms`);
          assert.ok(lines.toReversed()[i + 1]!.startedAt >= nextAt!);
        }
      }
      const ids = receiver.received.map(({ headers }) => headers['to-delivery-id']);
      assert.deepEqual(lines.map(({ id }) => id).toReversed(), ids);
      assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1);
    });

    test('a receiver whose certificate does not hold fails, and the log says why', async () => {
      await using rig = await startRig(engine);
      const reasons = {
        'other.example': 'certificate-for-another-name',
        'expired.example': 'certificate-expired',
        'unknown.example': 'certificate-untrusted',
      };
      const another = makeTlsIdentity('hook.example');
      const expired = makeTlsIdentity('expired.example', Date.now() - 60_000);
      const identities = [another, expired, makeTlsIdentity('unknown.example')].map(createSecureContext);
      const names = Object.keys(reasons);
      await using receiver = await listen(
        createTlsServer({ ...another, SNICallback: (name, done) => done(null, identities[names.indexOf(name)]) }),
      );
      await using proxy = await startTunnel(receiver.port);
      const route = { addresses: { ports: [], allowsLoopback: false }, proxyUrl: proxy.url };
      await using transport = createWebhookTransport({ ...route, ca: another.cert + expired.cert });
      await rig.startWorker({ transport, policy: { ...QUICK_POLICY, scheduleMs: [] } });
      for (const [name, reason] of Object.entries(reasons)) {
        const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: `https://${name}/` });
        await rig.publish({});
        const log = () => rig.trackorigin.deliveries(owner('a'), subscription.id, ALL);
        await waitUntil(async () => (await log()).length === 1);
        const [line] = await log();
        assert.deepEqual([line!.outcome, line!.status, line!.error], ['failed', null, reason]);
      }
    });

    test('Retry-After lengthens a pause up to twice the documented one', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      receiver.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } });
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      await using _worker = await rig.startWorker({ policy: { ...QUICK_POLICY, scheduleMs: [500] } });
      await rig.publish({});
      await waitUntil(() => receiver.received.length === 2);
      const [first] = (await rig.trackorigin.deliveries(owner('a'), subscription.id, ALL)).toReversed();
      const pauseMs = first!.nextAt! - first!.startedAt - first!.durationMs;
      assert.ok(pauseMs >= 1_000 && pauseMs <= 1_101, `${pauseMs} ms`);
    });

    test('deliveries that fail one after another disable a subscription, and its owner is told once', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      receiver.answer = () => 500;
      const url = `${receiver.url}/secret-path`;
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url });
      await using _worker = await rig.startWorker();
      await rig.publish({}, {}, {});
      const find = () => rig.trackorigin.find(owner('a'), subscription.id);
      await waitUntil(async () => (await find()).subscription.disabled !== null);
      assert.deepEqual((await find()).subscription.disabled?.reason, 'failures');
      const known = receiver.received.length;
      await rig.publish({});
      await waitUntil(async () => (await rig.trackorigin.events(owner('a'), 0, 10)).head === 4);

      await insertAccount(rig, 'a');
      const mails: Mail[] = [];
      let isDown = true;
      const mailer = {
        async send(mail: Mail) {
          if (isDown) throw new Error('down');
          mails.push(mail);
        },
      };
      const clock = { now: () => now, sleep: async () => {} };
      let now = Date.now() + 1_000;
      const notices = new WebhookNoticeWorker({ ...rig, mailer, clock, publicUrl: 'https://touchmark.example' });
      await assert.rejects(notices.run(new AbortController().signal));
      isDown = false;
      for (const _pass of [1, 2, 3]) {
        now += 3_600_000;
        await notices.run(new AbortController().signal);
      }
      assert.deepEqual(
        mails.map(({ to }) => to),
        ['a@example.org'],
      );
      assert.match(mails[0]!.text, /127\.0\.0\.1/);
      assert.doesNotMatch(mails[0]!.text, /secret-path|whk_/);

      // Enabled again, it gets what comes, and what it missed when that is asked for.
      receiver.answer = () => 200;
      await rig.trackorigin.update(owner('a'), subscription.id, { isEnabled: true });
      const [next] = await rig.publish({});
      await waitUntil(() => receiver.received.length > known);
      assert.deepEqual(eventIdsOf({ received: receiver.received.slice(known) }), [next!.id]);
      assert.equal((await find()).failures, 0);
      assert.equal(await rig.trackorigin.replayRange(owner('a'), subscription.id, { failedSince: 0 }), 4);
      const log = () => rig.trackorigin.deliveries(owner('a'), subscription.id, { ...ALL, outcome: 'succeeded' });
      await waitUntil(async () => (await log()).length === 5);
      assert.equal(await rig.trackorigin.replayRange(owner('a'), subscription.id, { failedSince: 0 }), 0);
    });

    test('410 disables at once', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      receiver.answer = () => 410;
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      await using _worker = await rig.startWorker();
      await rig.publish({});
      const find = () => rig.trackorigin.find(owner('a'), subscription.id);
      await waitUntil(async () => (await find()).subscription.disabled?.reason === 'gone');
      assert.equal(receiver.received.length, 1);
      await assert.rejects(rig.trackorigin.test(owner('a'), subscription.id), { code: 'webhook-disabled' });
    });

    test('an ordered subscription gets one event at a time, in order, also when one fails', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      const { subscription } = await rig.trackorigin.create(owner('a'), {
        ...FIELDS,
        isOrdered: true,
        url: receiver.url,
      });
      let open = 0;
      let most = 0;
      let requests = 0;
      receiver.answer = async () => {
        most = Math.max(most, ++open);
        await systemClock.sleep(5);
        open--;
        return requests++ % 5 === 1 ? 500 : 200;
      };
      await using _worker = await rig.startWorker();
      await rig.publish(...Array.from({ length: 20 }, (_, i) => ({ createdAt: Date.now() + i })));
      const succeeded = () => rig.trackorigin.deliveries(owner('a'), subscription.id, { ...ALL, outcome: 'succeeded' });
      await waitUntil(async () => (await succeeded()).length === 20);
      const order = receiver.received.map(({ headers }) => Number(headers['to-sequence']));
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
      assert.deepEqual(
        [...new Set(order)],
        Array.from({ length: 20 }, (_, i) => i + 1),
      );
      assert.equal(most, 1);
    });

    test('a receiver that never answers keeps nothing from the others', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      receiver.answer = ({ path }) => (path === '/dead' ? 'hang' : 200);
      await rig.trackorigin.create(owner('a'), { ...FIELDS, url: `${receiver.url}/dead` });
      await rig.trackorigin.create(owner('b'), { ...FIELDS, url: `${receiver.url}/well` });
      const worker = await rig.startWorker({ policy: { ...QUICK_POLICY, timeoutMs: 10_000 } });
      await rig.publish(...Array.from({ length: 300 }, () => ({})));
      const count = (wanted: string) => receiver.received.filter(({ path }) => path === wanted).length;
      await waitUntil(() => count('/well') === 300);
      assert.ok(count('/dead') <= 4, `${count('/dead')} requests at once to a receiver that nothing is known of`);
      // It is broken off, so that stopping does not wait for it.
      await receiver[Symbol.asyncDispose]();
      await worker[Symbol.asyncDispose]();
    });

    test('what happens while a subscription is disabled is not sent, however soon it is enabled', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      const head = async () => (await rig.trackorigin.events(owner('a'), 0, 1)).head;
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      // For this worker all happens at once, so it keeps what it has.
      const at = Date.now();
      await rig.startWorker({ clock: { ...systemClock, now: () => at } });
      const [first] = await rig.publish({});
      await waitUntil(() => receiver.received.length === 1);
      await rig.trackorigin.update(owner('a'), subscription.id, { isEnabled: false });
      await rig.publish({});
      await waitUntil(async () => (await head()) === 2);
      await rig.trackorigin.update(owner('a'), subscription.id, { isEnabled: true });
      const [last] = await rig.publish({});
      await waitUntil(() => eventIdsOf(receiver).includes(last!.id));
      assert.deepEqual(eventIdsOf(receiver), [first!.id, last!.id]);
    });

    test('failed_since sends what failed and what was missed, not what succeeded and whose line is pruned', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      await using _worker = await rig.startWorker();
      const head = async () => (await rig.trackorigin.events(owner('a'), 0, 1)).head;
      await rig.publish({ createdAt: Date.now() - 60_000 });
      await waitUntil(async () => (await head()) === 1);
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      const { id } = subscription;
      const log = () => rig.trackorigin.deliveries(owner('a'), id, ALL);
      await rig.publish(...Array.from({ length: LOG_LINES + 2 }, () => ({})));
      await waitUntil(async () => (await log()).length === LOG_LINES + 2);
      receiver.answer = () => 500;
      const [failed] = await rig.publish({});
      await waitUntil(async () => (await log())[0]!.outcome === 'failed');
      await rig.trackorigin.update(owner('a'), id, { isEnabled: false });
      const [missed] = await rig.publish({});
      await waitUntil(async () => (await head()) === LOG_LINES + 5);
      await rig.trackorigin.update(owner('a'), id, { isEnabled: true });
      const retention = { ageMs: 3_600_000, attemptsPerSubscription: LOG_LINES };
      const pruner = new WebhookRetentionWorker({ store: rig.store, clock: systemClock, retention });
      await pruner.run(new AbortController().signal);
      assert.equal((await log()).length, LOG_LINES);

      receiver.answer = () => 200;
      const count = receiver.received.length;
      const again = () => rig.trackorigin.replayRange(owner('a'), id, { failedSince: Date.now() - 3_600_000 });
      assert.equal(await again(), 2);
      await waitUntil(async () => (await log()).slice(0, 2).every(({ outcome }) => outcome === 'succeeded'));
      assert.deepEqual(eventIdsOf(receiver).slice(count).sort(), [failed!.id, missed!.id].sort());
      assert.equal(await again(), 0, 'what has succeeded meanwhile');
      const all = { fromSequence: 1, toSequence: 1_000 };
      assert.equal(await rig.trackorigin.replayRange(owner('a'), id, all), LOG_LINES + 4, 'none from before it');
    });

    test('failed_since finds what was missed before the first delivery', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      await using _worker = await rig.startWorker();
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      await rig.trackorigin.update(owner('a'), subscription.id, { isEnabled: false });
      const [missed] = await rig.publish({});
      await waitUntil(async () => (await rig.trackorigin.events(owner('a'), 0, 1)).head === 1);
      await rig.trackorigin.update(owner('a'), subscription.id, { isEnabled: true });
      const [sent] = await rig.publish({});
      await waitUntil(() => receiver.received.length === 1);
      const range = { failedSince: subscription.createdAt };
      await waitUntil(async () => (await rig.trackorigin.deliveries(owner('a'), subscription.id, ALL)).length === 1);
      assert.equal(await rig.trackorigin.replayRange(owner('a'), subscription.id, range), 1);
      await waitUntil(() => receiver.received.length === 2);
      assert.deepEqual(eventIdsOf(receiver), [sent!.id, missed!.id]);
    });

    test('a replay that is asked for while the last attempt is under way is sent', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      const log = () => rig.trackorigin.deliveries(owner('a'), subscription.id, ALL);
      receiver.answer = async () => {
        if (receiver.received.length === 4) return 200;
        if (receiver.received.length === 3) await rig.trackorigin.replay(owner('a'), (await log())[0]!.id);
        return 500;
      };
      await using _worker = await rig.startWorker();
      await rig.publish({});
      await waitUntil(async () => (await log())[0]?.outcome === 'succeeded');
      assert.deepEqual(
        (await log()).map(({ attempt, outcome }) => [attempt, outcome]),
        [
          [1, 'succeeded'],
          [3, 'failed'],
          [2, 'retrying'],
          [1, 'retrying'],
        ],
      );
    });

    test('receivers of one account that hang take only so many connections, and all get their events in the end', async () => {
      await using rig = await startRig(engine);
      for (let i = 0; i < 20; i++)
        await rig.trackorigin.create(owner('a'), { ...FIELDS, url: `http://localhost/${i}` });
      await rig.trackorigin.create(owner('b'), { ...FIELDS, url: 'http://localhost/b' });
      let isHanging = true;
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const sent = { hanging: 0, other: 0 };
      const success = { status: 200, fault: null, response: '', retryAfter: null };
      const send = async ({ url }: { readonly url: string }) => {
        sent[url.endsWith('/b') ? 'other' : 'hanging']++;
        if (isHanging && !url.endsWith('/b')) await released;
        return success;
      };
      await using _worker = await rig.startWorker({ transport: { send } });
      await rig.publish(...Array.from({ length: 5 }, () => ({})));
      try {
        await waitUntil(
          () => sent.other === 5 && sent.hanging >= 64,
          () => sent,
        );
        assert.equal(sent.hanging, 64);
      } finally {
        isHanging = false;
        release();
      }
      await waitUntil(
        () => sent.hanging === 100,
        () => sent,
      );
    });

    test('a lane that was woken while it was disabled is put to rest, and nobody takes it', async () => {
      await using rig = await startRig(engine);
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: 'http://localhost/' });
      await rig.trackorigin.update(owner('a'), subscription.id, { isEnabled: false });
      const now = Date.now();
      await rig.database.kysely
        .updateTable('webhook_lane')
        .set({ ready_at: new Date(now) })
        .execute();
      const lease = { nodeId: 'one', now, leaseUntil: now + 1_000, limit: 10 };
      assert.equal((await rig.store.webhook.peek('one', now)).isReady, true);
      assert.deepEqual(await rig.store.transact(({ webhook }) => webhook.acquire(lease)), []);
      assert.equal((await rig.store.webhook.peek('one', now)).isReady, false);
      assert.equal((await rig.store.webhook.peek('one', now + 2_000)).isReady, false, 'nor is it leased');
    });

    test('a test is tried once, counts as no failure, and is in no list of events', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      receiver.answer = () => 500;
      const { subscription } = await rig.trackorigin.create(owner('a'), {
        ...FIELDS,
        types: ['cert.revoked'],
        url: receiver.url,
      });
      await rig.trackorigin.create(owner('a'), { ...FIELDS, url: `${receiver.url}/other` });
      await using _worker = await rig.startWorker();
      const id = await rig.trackorigin.test(owner('a'), subscription.id);
      const log = () => rig.trackorigin.deliveries(owner('a'), subscription.id, ALL);
      await waitUntil(async () => (await log()).length === 1);
      assert.deepEqual([(await log())[0]!.outcome, (await log())[0]!.event!.id], ['failed', id]);
      // What it names is there, and as it says.
      const { data } = JSON.parse(receiver.received[0]!.body) as { data: Record<string, unknown> };
      const named = JSON.parse((await rig.store.certificate.find(String(data.cert_id)))!.manifestJson);
      const { cert_id, verdict, issued_at, standard, master, artist, track } = named;
      assert.deepEqual(data, {
        ...{ cert_id, verdict, issued_at, standard, master: { sha256: master.sha256 }, artist, track },
        public_url: `/cert/${cert_id}`,
      });
      assert.equal((await rig.trackorigin.find(owner('a'), subscription.id)).failures, 0);
      assert.deepEqual((await rig.trackorigin.events(owner('a'), 0, 10)).events, []);
      assert.deepEqual(
        receiver.received.map(({ path }) => path),
        ['/'],
      );
    });

    test('a changed address is used without a restart', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: `${receiver.url}/old` });
      await using _worker = await rig.startWorker();
      await rig.publish({});
      await waitUntil(() => receiver.received.length === 1);
      await rig.trackorigin.update(owner('a'), subscription.id, { url: `${receiver.url}/new` });
      await rig.publish({});
      await waitUntil(() => receiver.received.length === 2);
      assert.equal(receiver.received[1]!.path, '/new');
    });

    test('what is published after a rotation is signed with the secrets of then, whichever node delivers', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      const { subscription, secret: first } = await rig.trackorigin.create(owner('a'), {
        ...FIELDS,
        url: receiver.url,
      });
      await using _worker = await rig.startWorker();
      const signersOfNext = async () => {
        const known = receiver.received.length;
        await rig.publish({});
        await waitUntil(() => receiver.received.length > known);
        return signersOf(receiver.received[known]!, secrets);
      };
      const secrets: Record<string, string> = { first };
      assert.deepEqual(await signersOfNext(), ['first']);
      secrets.second = (await rig.trackorigin.rotate(owner('a'), subscription.id, 60_000)).secret;
      assert.deepEqual(await signersOfNext(), ['first', 'second']);
      secrets.third = (await rig.trackorigin.rotate(owner('a'), subscription.id, 0)).secret;
      assert.deepEqual(await signersOfNext(), ['third']);
    });

    test('where a secret was rotated, what was read before is signed with the new one, too', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      const { subscription, secret: old } = await rig.trackorigin.create(owner('a'), {
        ...FIELDS,
        isOrdered: true,
        url: receiver.url,
      });
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      receiver.answer = async () => {
        await held;
        return 200;
      };
      await rig.publish({}, {}, {});
      await using worker = await rig.startWorker();
      rig.listen(worker.deliverer);
      // Of an ordered subscription the first is on its way; the others are in memory.
      await waitUntil(() => receiver.received.length === 1);
      const { secret } = await rig.trackorigin.rotate(owner('a'), subscription.id, 0);
      release();
      await waitUntil(() => receiver.received.length === 3);
      const signers = receiver.received.map((one) => signersOf(one, { old, new: secret }));
      assert.deepEqual(signers, [['old'], ['new'], ['new']]);
    });

    test('what is of the sandbox reaches the account’s test subscriptions only, and what is live only live ones', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      for (const account of ['a', 'b']) {
        for (const mode of ['live', 'test']) {
          const isSandbox = mode === 'test';
          const url = `${receiver.url}/${account}/${mode}`;
          await rig.trackorigin.create({ accountId: account, isSandbox }, { ...FIELDS, url });
        }
      }
      await using _worker = await rig.startWorker();
      const [live, played] = await rig.publish({}, { isSandbox: true, accountId: 'a' });
      await waitUntil(() => receiver.received.length === 3);
      const seen = receiver.received.map(({ path, body }) => [path, (JSON.parse(body) as { id: string }).id]);
      assert.deepEqual(seen.sort(), [
        ['/a/live', live!.id],
        ['/a/test', played!.id],
        ['/b/live', live!.id],
      ]);
      const idsFor = async (isSandbox: boolean | null) =>
        (await rig.trackorigin.events({ accountId: 'a', isSandbox }, 0, 10)).events.map(({ id }) => id);
      assert.deepEqual(await idsFor(false), [live!.id]);
      assert.deepEqual(await idsFor(true), [played!.id]);
      assert.deepEqual((await idsFor(null)).sort(), [live!.id, played!.id].sort());
    });

    test('what is old, and what is too much, is pruned; what a lane still needs is not', async () => {
      await using rig = await startRig(engine);
      await using receiver = await startReceiver();
      const { subscription } = await rig.trackorigin.create(owner('a'), { ...FIELDS, url: receiver.url });
      await using _worker = await rig.startWorker();
      await rig.publish(...Array.from({ length: 30 }, () => ({})));
      const log = () => rig.trackorigin.deliveries(owner('a'), subscription.id, ALL);
      await waitUntil(async () => (await log()).length === 30);
      const newest = (await log()).slice(0, 10).map(({ id }) => id);
      const prune = (ageMs: number) =>
        new WebhookRetentionWorker({
          store: rig.store,
          clock: systemClock,
          retention: { ageMs, attemptsPerSubscription: 10 },
        }).run(new AbortController().signal);
      await prune(3_600_000);
      assert.deepEqual(
        (await log()).map(({ id }) => id),
        newest,
      );
      assert.equal((await rig.trackorigin.events(owner('a'), 0, 100)).events.length, 30);
      await prune(-1_000);
      assert.deepEqual(await log(), []);
      assert.deepEqual((await rig.trackorigin.events(owner('a'), 0, 100)).events, []);
    });
  });
}

async function insertAccount(rig: Rig, id: string): Promise<void> {
  await rig.database.kysely
    .insertInto('account_holder')
    .values({
      id,
      email: `${id}@example.org`,
      email_verified: true,
      role: 'member',
      display_name: id,
      created_at: new Date(),
      updated_at: new Date(),
    } as never)
    .execute();
}
