import { randomUUID } from 'node:crypto';
import { createSecretBox } from '../../src/app/secret-box.ts';
import { systemClock } from '../../src/app/system.ts';
import { createDeliverer } from '../../src/core/webhook/deliverer.ts';
import { createWebhookTransport } from '../../src/net/webhook-transport.ts';
import type { ComposedServer } from '../support/composed-server.ts';
import { makeTlsIdentity } from '../support/tls-certificates.ts';
import { startTunnel } from '../support/tunnel.ts';
import { hmac, type Receiver, random, startReceiver } from './rig.ts';

const HOST = 'hook.example';
/** One attempt after the first, at once; and no failures disable. */
const POLICY = { scheduleMs: [60], timeoutMs: 20_000, disableAfter: 1_000 };

/** A receiver at an address that a server takes, and a worker that delivers to it what happens on the server. */
export interface Outside extends AsyncDisposable {
  /** Leads to the receiver. */
  readonly url: string;
  readonly receiver: Receiver;
  /** By how much the worker's clock is ahead. */
  readonly time: { aheadMs: number };
}

export async function startOutside({ store, webhooks }: ComposedServer): Promise<Outside> {
  await using cleanup = new AsyncDisposableStack();
  const identity = makeTlsIdentity(HOST);
  const receiver = cleanup.use(await startReceiver(identity));
  const proxy = cleanup.use(await startTunnel(receiver.port));
  const addresses = { ports: [], allowsLoopback: false };
  const transport = cleanup.use(createWebhookTransport({ addresses, proxyUrl: proxy.url, ca: identity.cert }));
  const time = { aheadMs: 0 };
  const deliverer = createDeliverer({
    ...{ store, transport, hmac, random, policy: POLICY, nodeId: randomUUID() },
    box: createSecretBox(webhooks.key),
    clock: { ...systemClock, now: () => systemClock.now() + time.aheadMs },
    onAttempt: () => {},
    // Nothing fails here unseen.
    onError: (error) =>
      queueMicrotask(() => {
        throw error;
      }),
  });
  webhooks.signal.listen(deliverer);
  const stop = new AbortController();
  const ended = deliverer.run(stop.signal);
  cleanup.defer(async () => {
    stop.abort();
    await ended;
  });
  const started = cleanup.move();
  return { url: `https://${HOST}`, receiver, time, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
