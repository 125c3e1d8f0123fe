import { type Static, Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { OrderDesk } from '../../core/order/desk.ts';
import type { App } from '../shared/app.ts';
import { shareFor } from '../shared/fresh-cache.ts';
import { prepareAnswer, sendReady } from '../shared/ready-answer.ts';
import { nullable } from './schemas.ts';
import { presentTime, presentTimeOrNull } from './wire.ts';

/** The contract's own version, which is not the program's. */
export const CONTRACT_VERSION = '0.1.0';

/** About 30 s by the contract, so that being watched costs nothing. */
const FRESH_MS = 30_000;

/** What only the running server knows about itself. */
export interface Operations {
  /** Bytes that the receipts, the upgrades and the log of pruned receipts take in the database. */
  measureLedger(): Promise<{ anchors: number; upgrades: number; expiries: number }>;
  /** When upgrading and pruning last ran, in epoch ms; null when they have not. */
  lastRuns(): { upgradeAt: number | null; expiryAt: number | null };
}

export const Oracle = Type.Object({
  available: Type.Boolean(),
  usd_per_btc: nullable('number'),
  source: nullable('string'),
});

/** Addresses below an extended key (BIP 32); they are made when they are needed. */
const ADDRESS_POOL_SIZE = 2 ** 31;

/** The rate at which packs are sold for Bitcoin. */
export function presentOracle(desk: OrderDesk | null) {
  return { available: desk !== null, usd_per_btc: desk?.usdPerBtc ?? null, source: desk && 'configuration' };
}

function presentPayout(desk: OrderDesk | null) {
  const isOpen = desk !== null;
  return { configured: isOpen, address_pool_size: isOpen ? ADDRESS_POOL_SIZE : 0, xpub_set: isOpen };
}

const Health = Type.Object({
  ok: Type.Boolean(),
  version: Type.String(),
  boot_at: Type.String(),
  uptime_sec: Type.Integer(),
  counts: Type.Object({ receipts_on_disk: Type.Integer() }),
  ledger_bytes: Type.Object({
    anchor_ledger: Type.Integer(),
    upgrade_log: Type.Integer(),
    expiry_log: Type.Integer(),
  }),
  last: Type.Object({
    anchor_at: nullable('string'),
    upgrade_run_at: nullable('string'),
    expiry_run_at: nullable('string'),
  }),
  calendars: Type.Array(
    Type.Object({
      url: Type.String(),
      reachable: Type.Boolean(),
      overdue: Type.Integer({
        description: 'Rounds it accepted and should have confirmed by now; not in the contract.',
      }),
    }),
  ),
  btc_oracle: Oracle,
  payout: Type.Object({
    configured: Type.Boolean(),
    address_pool_size: Type.Integer(),
    xpub_set: Type.Boolean(),
  }),
  checked_at: Type.String(),
});
export type Health = Static<typeof Health>;

const schema = {
  summary: 'Whether the server works, in counts and times only',
  description: 'ok is true while at least one calendar can be reached.',
  tags: ['orphograph'],
  response: { 200: Health },
};

/** The health, looked at once for everyone who asks within half a minute. */
export type CheckHealth = () => Promise<Health>;

export function createCheckHealth(
  anchors: AnchorService,
  operations: Operations,
  desk: OrderDesk | null,
  clock: Clock,
): CheckHealth {
  const bootAt = clock.now();

  return shareFor(FRESH_MS, clock, async () => {
    const [counts, ledger] = await Promise.all([anchors.counts(), operations.measureLedger()]);
    const calendars = anchors.calendars(counts).map(({ url, reachable, overdue }) => ({ url, reachable, overdue }));
    const { upgradeAt, expiryAt } = operations.lastRuns();
    const now = clock.now();
    return {
      ok: calendars.some(({ reachable }) => reachable),
      version: CONTRACT_VERSION,
      boot_at: presentTime(bootAt),
      uptime_sec: Math.floor((now - bootAt) / 1000),
      counts: { receipts_on_disk: counts.receipts },
      ledger_bytes: {
        anchor_ledger: ledger.anchors,
        upgrade_log: ledger.upgrades,
        expiry_log: ledger.expiries,
      },
      last: {
        anchor_at: presentTimeOrNull(counts.lastAnchorAt),
        upgrade_run_at: presentTimeOrNull(upgradeAt),
        expiry_run_at: presentTimeOrNull(expiryAt),
      },
      calendars,
      btc_oracle: presentOracle(desk),
      payout: presentPayout(desk),
      checked_at: presentTime(now),
    };
  });
}

/** `GET /api/health` */
export function registerHealth(app: App, checkHealth: CheckHealth): void {
  app.get('/api/health', { schema, config: { cors: true } }, async (request, reply) => {
    sendReady(request, reply, prepareAnswer(await checkHealth()), 'no-cache');
    return reply;
  });
}
