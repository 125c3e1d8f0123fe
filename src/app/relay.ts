import { hkdfSync } from 'node:crypto';
import { createRelay, type Relay } from '../core/relay/relay.ts';
import { RelayMailWorker } from '../core/relay/relay-mail.ts';
import type { AppSettings, Running, ServerSettings } from './app.ts';
import { systemClock, systemRandom } from './system.ts';
import type { Worker } from './workers.ts';
import type { WorkRegistry } from './works.ts';

const KEY_BYTES = 32;

function deriveKey(secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'touchmark relay block links', KEY_BYTES));
}

export function openRelay(
  { accountSecret }: Pick<ServerSettings, 'accountSecret'>,
  { store }: Pick<Running, 'store'>,
  { works }: Pick<WorkRegistry, 'works'>,
): Relay {
  return createRelay({ store, works, key: deriveKey(accountSecret), clock: systemClock, random: systemRandom });
}

/** What sends relayed messages; nothing without a mail server. */
export function relayWorkers(
  { store }: Pick<Running, 'store'>,
  { mailer, config, pace }: Pick<AppSettings, 'mailer' | 'config' | 'pace'>,
): readonly Worker[] {
  if (mailer === null) return [];
  const { publicUrl } = config.http;
  const worker = new RelayMailWorker({ store, mailer, publicUrl, clock: systemClock });
  return [{ name: 'relay-mail', intervalMs: pace.orderIntervalMs, run: (signal) => worker.run(signal) }];
}
