import { createHmac } from 'node:crypto';
import { Counter } from 'prom-client';
import type { Registry } from '../core/certificate/certificate.ts';
import type { Store } from '../core/store.ts';
import { createDeliverer, type Deliverer } from '../core/webhook/deliverer.ts';
import type { WebhookEventWriter } from '../core/webhook/event.ts';
import { WebhookNoticeWorker } from '../core/webhook/notices.ts';
import { WebhookRetentionWorker } from '../core/webhook/retention.ts';
import type { HmacSha256 } from '../core/webhook/signature.ts';
import type { LaneKey } from '../core/webhook/store.ts';
import { createWebhookService, type WebhookService } from '../core/webhook/webhooks.ts';
import { createOrigimarkWebhooks, type OrigimarkWebhookParts } from '../http/origimark/webhooks.ts';
import type { Surface } from '../http/shared/surface.ts';
import { createTrackoriginWebhooks, type TrackoriginWebhookParts } from '../http/trackorigin/webhooks.ts';
import { checkWebhookUrl } from '../net/address-guard.ts';
import { createWebhookTransport } from '../net/webhook-transport.ts';
import type { Running, ServerSettings, WorkSettings } from './app.ts';
import { createNodeId } from './node-id.ts';
import { createSecretBox } from './secret-box.ts';
import { systemClock, systemRandom } from './system.ts';
import type { Worker } from './workers.ts';

const RESTART_PAUSE_MS = 1_000;
const RETENTION_INTERVAL_MS = 60_000;
const NOTICE_INTERVAL_MS = 5_000;

/** What webhooks need of the data folder and the environment. */
export interface WebhookSettings {
  /** Of `loadWebhookKey`. */
  readonly key: Uint8Array;
  /** May hold a password. */
  readonly proxyUrl: string | null;
}

/** Tells the deliverer of this process what it would else find out by asking. */
export interface WebhookSignal {
  /** There is something to do. */
  onWork(): void;
  /** A subscription is no more what it was. */
  onChange(key: LaneKey): void;
  /** Replaces whoever was told before. */
  listen(listener: Pick<Deliverer, 'nudge' | 'noteChange'>): void;
}

export function createWebhookSignal(): WebhookSignal {
  let deliverer: Parameters<WebhookSignal['listen']>[0] | null = null;
  return {
    onWork: () => deliverer?.nudge(),
    onChange: (key) => deliverer?.noteChange(key),
    listen(listener) {
      deliverer = listener;
    },
  };
}

/** The same store, which gives the signal after each commit that published an event. */
export function watchPublishes(store: Store, signal: WebhookSignal): Store {
  return {
    ...store,
    async transact(work) {
      let hasPublished = false;
      const result = await store.transact((writers) => {
        const webhookEvent: WebhookEventWriter = {
          publish(events) {
            hasPublished = true;
            return writers.webhookEvent.publish(events);
          },
        };
        return work({ ...writers, webhookEvent });
      });
      if (hasPublished) signal.onWork();
      return result;
    },
  };
}

/** Five times as fast as one in JavaScript. */
export const systemHmac: HmacSha256 = (key, parts) => {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

/** Where owners manage their webhooks. */
export function createWebhookSurfaces(
  settings: ServerSettings,
  running: Running,
  parts: Omit<TrackoriginWebhookParts, 'webhooks'> & Omit<OrigimarkWebhookParts, 'webhooks'>,
): readonly Surface[] {
  const { trackorigin, origimark } = createWebhooks(running, settings);
  return [
    createTrackoriginWebhooks({ ...parts, webhooks: trackorigin }),
    createOrigimarkWebhooks({ ...parts, webhooks: origimark }),
  ];
}

export function createWebhooks(
  { store, webhookSignal }: Pick<Running, 'store' | 'webhookSignal'>,
  { config, webhooks }: Pick<WorkSettings, 'config' | 'webhooks'>,
): Readonly<Record<Registry, WebhookService>> {
  const parts = {
    store,
    clock: systemClock,
    random: systemRandom,
    box: createSecretBox(webhooks.key),
    checkUrl: (url: string) => checkWebhookUrl(url, config.webhooks),
    logLines: config.webhooks.retention.attemptsPerSubscription,
    onWork: webhookSignal.onWork,
    onChange: webhookSignal.onChange,
  };
  return {
    trackorigin: createWebhookService('trackorigin', parts),
    origimark: createWebhookService('origimark', parts),
  };
}

/** What delivers, tells owners of subscriptions that were disabled, and prunes. */
export function webhookWorkers(
  { store, registry, webhookSignal }: Running,
  { config, webhooks, database, mailer, logger }: WorkSettings,
): readonly Worker[] {
  const { delivery: policy, retention } = config.webhooks;
  const attempts = new Counter({
    name: 'touchmark_webhook_attempts_total',
    help: 'Attempts to deliver an event, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const deliver: Worker = {
    name: 'webhooks',
    intervalMs: RESTART_PAUSE_MS,
    async run(signal) {
      await using transport = createWebhookTransport({ addresses: config.webhooks, proxyUrl: webhooks.proxyUrl });
      const deliverer = createDeliverer({
        store,
        transport,
        box: createSecretBox(webhooks.key),
        hmac: systemHmac,
        clock: systemClock,
        random: systemRandom,
        policy,
        nodeId: createNodeId(database),
        onAttempt: (outcome) => attempts.inc({ outcome }),
        onError: (error) => logger.warn({ worker: 'webhooks', err: error }, 'webhooks: it will be tried again'),
      });
      webhookSignal.listen(deliverer);
      await deliverer.run(signal);
    },
  };
  const prune = new WebhookRetentionWorker({ store, clock: systemClock, retention });
  const workers: Worker[] = [
    deliver,
    { name: 'webhook-retention', intervalMs: RETENTION_INTERVAL_MS, run: (signal) => prune.run(signal) },
  ];
  if (mailer !== null) {
    const { publicUrl } = config.http;
    const notices = new WebhookNoticeWorker({ store, mailer, clock: systemClock, publicUrl });
    workers.push({ name: 'webhook-notices', intervalMs: NOTICE_INTERVAL_MS, run: (signal) => notices.run(signal) });
  }
  return workers;
}
