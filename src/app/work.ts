import { RetentionWorker } from '../core/anchor/retention.ts';
import { PackMailWorker } from '../core/order/pack-mail.ts';
import { createPurchases } from '../core/order/purchases.ts';
import { OrderWatcher } from '../core/order/watcher.ts';
import { accountMailWorkers } from './account-mails.ts';
import type { AppSettings, Running, WorkSettings } from './app.ts';
import { audioWorkers } from './audio.ts';
import { certificateWorkers } from './certificates.ts';
import { logWorkers } from './log.ts';
import type { Parts } from './parts.ts';
import { relayWorkers } from './relay.ts';
import { systemClock, systemRandom } from './system.ts';
import { statusWorker } from './web.ts';
import { webhookWorkers } from './webhooks.ts';
import type { Worker, WorkPace } from './workers.ts';

const RETENTION_INTERVAL_MS = 60_000;
/** For who paid first and signed up later. */
const CLAIM_INTERVAL_MS = 60_000;

/** Everything that is done in the background, as far as it is configured. Any number of processes may do it. */
export function allWorkers(running: Running, settings: WorkSettings): readonly Worker[] {
  const { parts, record, lastRuns } = running;
  const upgrade: Worker = {
    name: 'upgrade',
    intervalMs: settings.pace.upgradeIntervalMs,
    async run(signal) {
      record.upgrade(await parts.upgrades.run(signal));
      lastRuns.upgradeAt = systemClock.now();
    },
  };
  return [
    upgrade,
    ...stampWorkers(parts, settings.pace),
    ...retention(running, settings),
    ...orders(running, settings),
    statusWorker(running, settings),
    ...logWorkers(running, settings),
    ...certificateWorkers(running, settings),
    ...audioWorkers(running, settings),
    ...webhookWorkers(running, settings),
    ...relayWorkers(running, settings),
    ...accountMailWorkers(running, settings),
  ];
}

export function stampWorkers({ stampers }: Parts, { stampIntervalMs }: WorkPace): readonly Worker[] {
  return stampers.map((stamper) => ({ name: 'stamp', intervalMs: stampIntervalMs, run: () => stamper.tick() }));
}

function retention({ store, lastRuns }: Running, { config }: AppSettings): readonly Worker[] {
  const { freeRetentionMs: retentionMs } = config;
  if (retentionMs === null) return [];
  const worker = new RetentionWorker({ store, clock: systemClock, retentionMs });
  const run = async (signal: AbortSignal) => {
    await worker.run(signal);
    lastRuns.expiryAt = systemClock.now();
  };
  return [{ name: 'retention', intervalMs: RETENTION_INTERVAL_MS, run }];
}

function orders({ store }: Running, { chain, money, mailer, pace }: AppSettings): readonly Worker[] {
  const common = { store, clock: systemClock };
  const workers: Worker[] = [];
  if (money.bitcoin !== null) {
    const { confirmations } = money.bitcoin;
    const watcher = new OrderWatcher({ ...common, chain: chain.payments, random: systemRandom, confirmations });
    workers.push({ name: 'orders', intervalMs: pace.orderIntervalMs, run: (signal) => watcher.run(signal) });
  }
  if (mailer !== null) {
    const mails = new PackMailWorker({ ...common, mailer });
    workers.push({ name: 'pack-mail', intervalMs: pace.orderIntervalMs, run: (signal) => mails.run(signal) });
  }
  if (money.stripe !== null) {
    const purchases = createPurchases({ ...common, catalogue: money.stripe.catalogue, random: systemRandom });
    workers.push({ name: 'claims', intervalMs: CLAIM_INTERVAL_MS, run: (signal) => purchases.claim(signal) });
  }
  return workers;
}
