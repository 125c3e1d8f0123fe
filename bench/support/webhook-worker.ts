import { randomUUID } from 'node:crypto';
import { createSecretBox } from '../../src/app/secret-box.ts';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { createWebhookSignal, systemHmac, watchPublishes } from '../../src/app/webhooks.ts';
import { encodeUlid } from '../../src/base/ulid.ts';
import { createDeliverer } from '../../src/core/webhook/deliverer.ts';
import { DOCUMENTED_DELIVERY_POLICY } from '../../src/core/webhook/policy.ts';
import { createWebhookService } from '../../src/core/webhook/webhooks.ts';
import { createWebhookTransport } from '../../src/net/webhook-transport.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { measureUsage } from './usage.ts';

/** Publishes and delivers, with the product's own parts. Told what to do by IPC. */
const database = await openDatabase({ url: process.env.DATABASE_URL!, poolMax: 10 });
const signal = createWebhookSignal();
const store = watchPublishes(createStore(database), signal);
const box = createSecretBox(systemRandom(32));
const common = { store, box, clock: systemClock, random: systemRandom };
const service = createWebhookService('trackorigin', { ...common, checkUrl: () => null, logLines: 10_000, ...signal });
const transport = createWebhookTransport({ addresses: { ports: [], allowsLoopback: true }, proxyUrl: null });
const onError = (error: unknown) => console.error(error);
const deliverer = createDeliverer({
  ...common,
  transport,
  hmac: systemHmac,
  policy: { ...DOCUMENTED_DELIVERY_POLICY, timeoutMs: 30_000 },
  nodeId: randomUUID(),
  onAttempt: () => {},
  onError,
});
signal.listen(deliverer);

const data = {
  cert_id: 'cer_01KS9QWHV7PHETYGQAYMHB3DM6',
  verdict: 'verified',
  issued_at: '2026-05-26T08:13:42.000Z',
  standard: 'TO-1.0',
  master: { sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
  artist: { id: 'art_01KS9QWHV7PHETYGQAYMHB3DM6', handle: 'marasings', display_name: 'Mara Vex' },
  track: { id: 'trk_01KS9QWHV7PHETYGQAYMHB3DM6', title: 'Lighthouse' },
  public_url: '/cert/cer_01KS9QWHV7PHETYGQAYMHB3DM6',
};

async function publish(count: number): Promise<void> {
  const now = Date.now();
  const events = Array.from({ length: count }, () => ({
    id: `evt_${encodeUlid(now, systemRandom(10))}`,
    contract: 'trackorigin' as const,
    type: 'cert.issued' as const,
    isSandbox: false,
    accountId: null,
    createdAt: now,
    data: { ...data, published_at: now },
  }));
  await store.transact(({ webhookEvent }) => webhookEvent.publish(events));
}

/** So many events a second, in transactions as a group commit makes them. */
async function publishSteadily(perSecond: number, seconds: number): Promise<void> {
  const started = performance.now();
  for (let done = 0; done < perSecond * seconds; ) {
    const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - started) / 1000) * perSecond));
    if (due > done) await publish(due - done);
    done = Math.max(done, due);
    await systemClock.sleep(10);
  }
}

interface Message {
  readonly subscribe?: readonly string[];
  readonly publish?: { readonly perSecond: number; readonly seconds: number };
  readonly backlog?: number;
}

process.on('message', async (message: Message | 'usage' | 'heap' | 'start' | 'stop') => {
  if (message === 'heap') {
    globalThis.gc!();
    return process.send!({ liveHeapBytes: process.memoryUsage().heapUsed });
  }
  if (message === 'usage') return process.send!({ ...measureUsage(), rssBytes: process.memoryUsage.rss() });
  if (message === 'stop') process.exit(0);
  if (message === 'start') void deliverer.run(new AbortController().signal).catch(onError);
  else {
    for (const [i, url] of (message.subscribe ?? []).entries()) {
      const fields = { url, types: ['cert.issued'] as const, description: null, isOrdered: false, isSandbox: false };
      // Each of an account of its own, since an account has a limit.
      await service.create({ accountId: `bench-${i}`, isSandbox: null }, fields);
    }
    if (message.publish) await publishSteadily(message.publish.perSecond, message.publish.seconds);
    for (let left = message.backlog ?? 0; left > 0; left -= 2_000) await publish(Math.min(2_000, left));
  }
  process.send!('done');
});
process.send!({ url: '' });
