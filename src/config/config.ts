import type { CalendarTarget } from '../core/anchor/calendar.ts';
import { type AnchorPolicy, MAINNET_ANCHOR_POLICY } from '../core/anchor/policy.ts';
import { MAINNET_STAMP_POLICY, type StampPolicy } from '../core/calendar/policy.ts';
import type { Limit } from '../core/limit/limiter.ts';
import { createLimits, LIMIT_NAMES, type LimitName, type Limits } from '../core/limit/limits.ts';
import { type CallPolicy, DOCUMENTED_CALL_POLICY } from '../core/meter/policy.ts';
import { DEFAULT_MONTHLY_QUOTAS, type MonthlyQuotas } from '../core/timestamp/plan.ts';
import { BITCOIN_NETWORKS, type BitcoinNetwork } from '../proof/bitcoin/network.ts';
import type { DatabaseLocation } from '../store/database.ts';
import {
  ConfigError,
  type Env,
  parseHttpUrl,
  parsePublicUrl,
  readChoice,
  readInteger,
  readList,
  readText,
} from './env.ts';
import { type LogConfig, readLogConfig } from './log.ts';
import { readTsaConfig, type TsaConfig } from './tsa.ts';
import { readWebhookConfig, type WebhookConfig } from './webhooks.ts';

/** Everything an operator can set, checked and complete. Holds no secret, so it may be logged. */
export interface Config {
  readonly dataFolder: string;
  readonly http: HttpConfig;
  readonly logLevel: LogLevel;
  readonly network: BitcoinNetwork;
  readonly anchor: AnchorConfig;
  /** Calendars that this server runs itself; `url` is the public address that their attestations name. */
  readonly ownCalendars: readonly CalendarTarget[];
  readonly stamp: StampPolicy;
  /** Of anonymous anchors, by network (/24 or /48). */
  readonly freeTier: Limit | null;
  readonly limits: Limits;
  /** How long anonymous receipts are kept; null: for ever. */
  readonly freeRetentionMs: number | null;
  readonly timestampQuotas: MonthlyQuotas;
  readonly callPolicy: CallPolicy;
  /** Esplora servers that pages ask for block headers; empty: they ask this server. */
  readonly webHeaderSources: readonly string[];
  readonly log: LogConfig;
  readonly tsa: TsaConfig;
  readonly webhooks: WebhookConfig;
  /** Whether this process also upgrades receipts and stamps; otherwise `touchmark work` processes do. */
  readonly runsWorkers: boolean;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** The address at which people and clients reach this server, without a trailing slash. */
  readonly publicUrl: string;
  /** Addresses of the proxies whose X-Forwarded-For is believed; empty: nobody's. */
  readonly trustedProxies: readonly string[];
}

export interface AnchorConfig {
  readonly calendars: readonly CalendarTarget[];
  /** The URIs that pending attestations may name and that are asked for upgrades. */
  readonly lookupPatterns: readonly string[];
  readonly policy: AnchorPolicy;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The public pools, and the hosts their attestations name; both lists are the operators' published ones. */
export const PUBLIC_CALENDARS: readonly CalendarTarget[] = [
  { name: 'a', url: 'https://a.pool.opentimestamps.org' },
  { name: 'b', url: 'https://b.pool.opentimestamps.org' },
  { name: 'alice', url: 'https://alice.btc.calendar.opentimestamps.org' },
  { name: 'finney', url: 'https://finney.calendar.eternitywall.com' },
  { name: 'btc', url: 'https://btc.calendar.catallaxy.com' },
];
export const PUBLIC_LOOKUP_PATTERNS: readonly string[] = [
  'https://*.calendar.opentimestamps.org',
  'https://*.calendar.eternitywall.com',
  'https://*.calendar.catallaxy.com',
];

const DAY_MS = 24 * 60 * 60 * 1000;

/** The configuration of `touchmark serve` and `touchmark work`. Errors: ConfigError that names the variable. */
export function readConfig(env: Env): Config {
  return {
    dataFolder: readText(env, 'TOUCHMARK_DATA') ?? '.touchmark',
    http: readHttpConfig(env),
    logLevel: readChoice(env, 'TOUCHMARK_LOG', LOG_LEVELS, 'info'),
    network: readChoice(env, 'TOUCHMARK_NETWORK', Object.keys(BITCOIN_NETWORKS) as BitcoinNetwork[], 'mainnet'),
    anchor: {
      calendars: readList(env, 'TOUCHMARK_CALENDARS')?.map(parseCalendar) ?? PUBLIC_CALENDARS,
      lookupPatterns: readList(env, 'TOUCHMARK_CALENDAR_LOOKUPS') ?? PUBLIC_LOOKUP_PATTERNS,
      policy: {
        ...MAINNET_ANCHOR_POLICY,
        confirmations: readInteger(env, 'TOUCHMARK_CONFIRMATIONS', MAINNET_ANCHOR_POLICY.confirmations, 1, 144),
      },
    },
    ownCalendars: readList(env, 'TOUCHMARK_OWN_CALENDARS')?.map(parseOwnCalendar) ?? [],
    stamp: {
      ...MAINNET_STAMP_POLICY,
      minIntervalMs: readInteger(env, 'TOUCHMARK_STAMP_INTERVAL_MINUTES', 360, 1, 10_080) * 60_000,
      maxFeeSats: readInteger(env, 'TOUCHMARK_STAMP_MAX_FEE_SATS', MAINNET_STAMP_POLICY.maxFeeSats, 200, 100_000_000),
      maxFeeRate: readInteger(env, 'TOUCHMARK_STAMP_MAX_FEE_RATE', MAINNET_STAMP_POLICY.maxFeeRate, 1, 10_000),
    },
    freeTier: readFreeTier(env),
    limits: createLimits(readLimitCounts(env)),
    freeRetentionMs: readFreeRetention(env),
    timestampQuotas: readTimestampQuotas(env),
    callPolicy: readCallPolicy(env),
    webHeaderSources: (readList(env, 'TOUCHMARK_WEB_ESPLORA') ?? []).map((url) =>
      parsePublicUrl('TOUCHMARK_WEB_ESPLORA', url),
    ),
    log: readLogConfig(env),
    tsa: readTsaConfig(env),
    webhooks: readWebhookConfig(env),
    runsWorkers: readChoice(env, 'TOUCHMARK_WORKERS', ['on', 'off'], 'on') === 'on',
  };
}

function readHttpConfig(env: Env): HttpConfig {
  const host = readText(env, 'HOST') ?? '127.0.0.1';
  const port = readInteger(env, 'PORT', 8080, 1, 65_535);
  const publicUrl = readText(env, 'TOUCHMARK_URL');
  return {
    host,
    port,
    publicUrl: publicUrl === null ? urlOf(host, port) : parsePublicUrl('TOUCHMARK_URL', publicUrl),
    trustedProxies: readList(env, 'TOUCHMARK_TRUSTED_PROXIES') ?? [],
  };
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function readCallPolicy(env: Env): CallPolicy {
  const { freeCallsPerMonth, callsPerCredit } = DOCUMENTED_CALL_POLICY;
  return {
    freeCallsPerMonth: readInteger(env, 'TOUCHMARK_FREE_CALLS_PER_MONTH', freeCallsPerMonth, 0, 1_000_000_000),
    callsPerCredit: readInteger(env, 'TOUCHMARK_CALLS_PER_CREDIT', callsPerCredit, 1, 1_000_000_000),
  };
}

function readFreeTier(env: Env): Limit | null {
  if (readText(env, 'TOUCHMARK_FREE_ANCHORS_PER_DAY') === 'unlimited') return null;
  const count = readInteger(env, 'TOUCHMARK_FREE_ANCHORS_PER_DAY', 3, 1, 1_000_000);
  return { name: 'orphograph-network', count, periodMs: DAY_MS };
}

function readFreeRetention(env: Env): number | null {
  if (readText(env, 'TOUCHMARK_FREE_RETENTION_DAYS') === null) return null;
  return readInteger(env, 'TOUCHMARK_FREE_RETENTION_DAYS', 0, 1, 36_500) * DAY_MS;
}

/** Items `name=count`; periods are the documented ones. */
function readLimitCounts(env: Env): Partial<Record<LimitName, number>> {
  const counts = (readList(env, 'TOUCHMARK_LIMITS') ?? []).map((item) => {
    const [, name, count] = /^([a-z-]+)=([1-9]\d{0,5})$/.exec(item) ?? [];
    const known = LIMIT_NAMES.find((candidate) => candidate === name);
    if (known === undefined) {
      const form = `items must be name=count, 1 to 999999, with a name of ${LIMIT_NAMES.join(', ')}`;
      throw new ConfigError('bad-config', `TOUCHMARK_LIMITS: ${form}; not "${item}"`);
    }
    return [known, Number(count)];
  });
  return Object.fromEntries(counts);
}

/** Items `plan=count`; a plan that is not named keeps its default. */
function readTimestampQuotas(env: Env): MonthlyQuotas {
  const counts = (readList(env, 'TOUCHMARK_PROOFD_QUOTAS') ?? []).map((item) => {
    const [, plan, count] = /^([a-z]+)=(\d{1,7})$/.exec(item) ?? [];
    if (plan === undefined || !Object.hasOwn(DEFAULT_MONTHLY_QUOTAS, plan)) {
      const plans = Object.keys(DEFAULT_MONTHLY_QUOTAS).join(', ');
      const form = `items must be plan=count, 0 to 9999999, with a plan of ${plans}`;
      throw new ConfigError('bad-config', `TOUCHMARK_PROOFD_QUOTAS: ${form}; not "${item}"`);
    }
    return [plan, Number(count)];
  });
  return { ...DEFAULT_MONTHLY_QUOTAS, ...Object.fromEntries(counts) };
}

/** Where nodes share limits; null: each counts for itself. The address may hold a password. */
export function readRedisUrl(env: Env): string | null {
  const url = readText(env, 'TOUCHMARK_REDIS_URL');
  if (url === null) return null;
  const parsed = URL.parse(url);
  if (parsed === null || !['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new ConfigError('bad-config', 'TOUCHMARK_REDIS_URL must be redis://host:port or rediss://host:port');
  }
  return url;
}

/** Where the database is: `DATABASE_URL`, or the embedded engine in the data folder. The address may hold a password. */
export function readDatabaseLocation(env: Env): DatabaseLocation {
  const url = readText(env, 'DATABASE_URL');
  if (url === null) return { folder: `${readText(env, 'TOUCHMARK_DATA') ?? '.touchmark'}/database` };
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new ConfigError('bad-config', 'DATABASE_URL must start with postgres:// or postgresql://');
  }
  return { url, poolMax: readInteger(env, 'TOUCHMARK_DATABASE_POOL', 10, 2, 200) };
}

/** Where Bitcoin is asked. An RPC address holds a password. */
export type ChainLocation =
  | { readonly rpcUrl: string; readonly cookieFile: string | null }
  | { readonly esploraUrls: readonly string[]; readonly quorum: number };

const PUBLIC_ESPLORA_URLS = ['https://blockstream.info/api', 'https://mempool.space/api'];

export function readChainLocation(env: Env): ChainLocation {
  const rpcUrl = readText(env, 'TOUCHMARK_BITCOIN_RPC');
  if (rpcUrl !== null) {
    return {
      rpcUrl: parseHttpUrl('TOUCHMARK_BITCOIN_RPC', rpcUrl),
      cookieFile: readText(env, 'TOUCHMARK_BITCOIN_COOKIE'),
    };
  }
  const esploraUrls = (readList(env, 'TOUCHMARK_ESPLORA') ?? PUBLIC_ESPLORA_URLS).map((url) =>
    parseHttpUrl('TOUCHMARK_ESPLORA', url),
  );
  const majority = Math.floor(esploraUrls.length / 2) + 1;
  return { esploraUrls, quorum: readInteger(env, 'TOUCHMARK_ESPLORA_QUORUM', majority, majority, esploraUrls.length) };
}

function parseCalendar(item: string): CalendarTarget {
  return parseNamedUrl('TOUCHMARK_CALENDARS', item);
}

function parseOwnCalendar(item: string): CalendarTarget {
  return parseNamedUrl('TOUCHMARK_OWN_CALENDARS', item);
}

function parseNamedUrl(variable: string, item: string): CalendarTarget {
  const [, name, url] = /^([a-z0-9][a-z0-9-]{0,31})=(.+)$/.exec(item) ?? [];
  if (name === undefined || url === undefined) {
    throw new ConfigError('bad-config', `${variable} takes name=address items, not "${item}"`);
  }
  return { name, url: parsePublicUrl(variable, url) };
}
