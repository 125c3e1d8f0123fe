import type { RandomBytes } from '../base/clock.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import {
  DEFAULT_WEBHOOK_RETENTION,
  type DeliveryPolicy,
  DOCUMENTED_DELIVERY_POLICY,
  type WebhookRetention,
} from '../core/webhook/policy.ts';
import { ConfigError, type Env, readInteger, readList, readText } from './env.ts';
import { readSecrets, writeSecrets } from './secrets.ts';

/** Webhooks as an operator sets them. */
export interface WebhookConfig {
  readonly delivery: DeliveryPolicy;
  readonly retention: WebhookRetention;
  /** Where they may go besides port 443. */
  readonly ports: readonly number[];
  /** Whether they may also go to this very machine over http; only the sandbox allows that. */
  readonly allowsLoopback: boolean;
}

const KEY_BYTES = 32;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A week: what is a week late is not news. */
const PAUSE_MAX_SECONDS = 7 * 24 * 3600;
const PAUSES_MAX = 20;

/** Errors: ConfigError that names the variable. */
export function readWebhookConfig(env: Env): WebhookConfig {
  const { timeoutMs } = DOCUMENTED_DELIVERY_POLICY;
  const { ageMs, attemptsPerSubscription } = DEFAULT_WEBHOOK_RETENTION;
  return {
    delivery: {
      ...DOCUMENTED_DELIVERY_POLICY,
      scheduleMs: readSchedule(env),
      timeoutMs: readInteger(env, 'TOUCHMARK_WEBHOOK_TIMEOUT_SECONDS', timeoutMs / 1000, 1, 30) * 1000,
    },
    retention: {
      ageMs: readInteger(env, 'TOUCHMARK_WEBHOOK_DAYS', ageMs / DAY_MS, 1, 3650) * DAY_MS,
      attemptsPerSubscription: readInteger(
        env,
        'TOUCHMARK_WEBHOOK_LOG_LINES',
        attemptsPerSubscription,
        100,
        10_000_000,
      ),
    },
    ports: (readList(env, 'TOUCHMARK_WEBHOOK_PORTS') ?? []).map((item) =>
      parseNumber('TOUCHMARK_WEBHOOK_PORTS', item, 65_535),
    ),
    allowsLoopback: false,
  };
}

function readSchedule(env: Env): readonly number[] {
  const items = readList(env, 'TOUCHMARK_WEBHOOK_RETRY_SECONDS');
  if (items === null) return DOCUMENTED_DELIVERY_POLICY.scheduleMs;
  if (items.length > PAUSES_MAX) {
    throw new ConfigError('bad-config', `TOUCHMARK_WEBHOOK_RETRY_SECONDS takes at most ${PAUSES_MAX} pauses`);
  }
  return items.map((item) => parseNumber('TOUCHMARK_WEBHOOK_RETRY_SECONDS', item, PAUSE_MAX_SECONDS) * 1000);
}

function parseNumber(name: string, item: string, max: number): number {
  const value = Number(item);
  if (!/^\d+$/.test(item) || value < 1 || value > max) {
    throw new ConfigError('bad-config', `${name} takes whole numbers from 1 to ${max}, not "${item}"`);
  }
  return value;
}

/** The proxy that webhooks go through, or null. The address may hold a password. Errors: ConfigError. */
export function readWebhookProxy(env: Env): string | null {
  const text = readText(env, 'TOUCHMARK_WEBHOOK_PROXY');
  if (text === null) return null;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/') {
    throw new ConfigError('bad-config', 'TOUCHMARK_WEBHOOK_PROXY must be http://host:port or https://host:port');
  }
  return text;
}

/** The key that secrets of webhooks are sealed with, 32 bytes. Errors: `bad-config` when there is none yet. */
export async function loadWebhookKey(dataFolder: string): Promise<Uint8Array> {
  const { webhooks } = await readSecrets(dataFolder);
  const key = decodeHex(webhooks?.key ?? '');
  if (key?.length !== KEY_BYTES) {
    throw new ConfigError('bad-config', `webhooks have no key in ${dataFolder}: run touchmark init`);
  }
  return key;
}

/** Makes that key unless there is one. Returns whether it did. */
export async function createWebhookKey(dataFolder: string, random: RandomBytes): Promise<boolean> {
  const secrets = await readSecrets(dataFolder);
  if (secrets.webhooks !== undefined) return false;
  await writeSecrets(dataFolder, { ...secrets, webhooks: { key: encodeHex(random(KEY_BYTES)) } });
  return true;
}
