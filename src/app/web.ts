import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import type { PublicLog } from '../core/log/public-log.ts';
import { HISTORY_DAYS, type Looked, listDays, StatusWorker } from '../core/status/look.ts';
import type { StatusDay } from '../core/status/store.ts';
import { createBlockHeaders } from '../http/block-headers/index.ts';
import { shareFor } from '../http/shared/fresh-cache.ts';
import type { Surface } from '../http/shared/surface.ts';
import { createDocs } from '../web/docs/surface.ts';
import { sayFreeAllowance } from '../web/pages/pricing.ts';
import type { StatusView } from '../web/pages/status.ts';
import { findPublicProofs } from '../web/public-proofs.ts';
import { readScripts, type Scripts } from '../web/scripts.ts';
import { createSite } from '../web/site.ts';
import type { AppSettings, Running, ServerSettings } from './app.ts';
import { listFurtherPrices } from './card-offers.ts';
import { createPeoplePages } from './pages.ts';
import type { Services } from './services.ts';
import { systemClock } from './system.ts';
import type { Worker } from './workers.ts';

/** Beside the program: in a checkout it is built when the server starts, and published packages bring it along. */
const SCRIPTS_FOLDER = join(import.meta.dirname, '..', '..', 'dist', 'assets');
const STATUS_FRESH_MS = 15_000;
const LOOK_INTERVAL_MS = 60_000;
/** A source that answers later than this counts as not answering, for the page and for the history. */
const CHAIN_TIMEOUT_MS = 5_000;

/** What people see of the server without an account, and the block headers that their browsers verify with. */
export function createWeb(
  settings: ServerSettings,
  running: Running,
  services: Services,
  scripts: Scripts,
): readonly Surface[] {
  const { config, money, chain } = settings;
  const { limiter, log } = services;
  const { store } = running;
  const { network, freeTier, callPolicy, timestampQuotas: quotas } = config;
  const checkStatus = createCheckStatus(running, { chain, network, log });
  return [
    createSite({
      scripts,
      network,
      publicUrl: config.http.publicUrl,
      headerSources: config.webHeaderSources,
      pricing: {
        freeAllowance: freeTier && sayFreeAllowance(freeTier),
        packs: money.packs,
        subscriptionsUsd: money.subscriptionsUsd,
        further: listFurtherPrices(money),
        callPolicy,
        quotas,
        isSelling: money.bitcoin?.usdPerBtc != null || money.stripe !== null,
      },
      limiter,
      pageLimit: config.limits['page-address'],
      findProofs: (digest) =>
        findPublicProofs(digest, { timestamps: store.timestamp, certificates: store.certificate }),
      checkStatus,
    }),
    createDocs({ scripts }),
    ...createPeoplePages(settings, running, services, { scripts, checkStatus }),
    createBlockHeaders({ chain: chain.reader, limiter, limit: config.limits['header-address'], clock: systemClock }),
  ];
}

/** Scripts of the pages; those of a checkout are brought up to date first. */
export async function openScripts(): Promise<Scripts> {
  const isCheckout = import.meta.filename.endsWith('.ts');
  // In a process of its own: the builder would stay in the server's memory.
  if (isCheckout) {
    const builder = join(import.meta.dirname, '..', '..', 'build', 'islands.ts');
    await promisify(execFile)(process.execPath, [builder, SCRIPTS_FOLDER]);
  }
  return readScripts(SCRIPTS_FOLDER);
}

function createCheckStatus(
  { parts, store, database, lastRuns }: Running,
  { chain, network, log }: Pick<AppSettings, 'chain'> & { network: string; log: PublicLog },
): () => Promise<StatusView> {
  const bootAt = systemClock.now();
  return shareFor(STATUS_FRESH_MS, systemClock, async () => {
    const now = systemClock.now();
    const days = listDays(now);
    const [counts, height, head, waiting, history] = await Promise.all([
      parts.anchors.counts(),
      readTip({ chain }),
      log.head().catch(() => null),
      countWaiting(database),
      store.status.listSince(days[0]!),
    ]);
    const calendars = parts.anchors.calendars(counts);
    return {
      isWorking: calendars.some(({ reachable }) => reachable),
      calendars: calendars.map(({ url, reachable, overdue }) => ({ url, reachable, overdue })),
      receipts: counts.receipts,
      waiting,
      chain: { network, height },
      checkpoint: head && { size: head.size, publishedAt: head.publishedAt },
      lastAnchorAt: counts.lastAnchorAt,
      lastUpgradeAt: lastRuns.upgradeAt,
      bootAt,
      checkedAt: now,
      history: presentHistory(history, days),
    };
  });
}

const PART_NAMES: Readonly<Record<string, string>> = { server: 'This server', bitcoin: 'Bitcoin source' };
const CALENDAR = 'calendar:';

function presentHistory(rows: readonly StatusDay[], days: readonly string[]): StatusView['history'] {
  const parts = Map.groupBy(rows, ({ part }) => part);
  const order = [...new Set(['server', 'bitcoin', ...[...parts.keys()].sort()])].filter((part) => parts.has(part));
  return order.map((part) => {
    const shares = new Map(parts.get(part)!.map(({ day, looks, good }) => [day, good / looks]));
    return {
      part: PART_NAMES[part] ?? `Calendar ${part.slice(CALENDAR.length)}`,
      days: days.slice(-HISTORY_DAYS).map((day) => ({ day, share: shares.get(day) ?? null })),
    };
  });
}

/** Rounds at calendars that have not confirmed them yet. */
async function countWaiting({ kysely }: Running['database']): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from submission where state in ('pending', 'attested') and due_at is not null`.execute(
    kysely,
  );
  return rows[0]!.count;
}

/** Null when the source does not answer. */
async function readTip({ chain }: Pick<AppSettings, 'chain'>): Promise<number | null> {
  try {
    return (await chain.reader.tip(AbortSignal.timeout(CHAIN_TIMEOUT_MS))).height;
  } catch {
    return null;
  }
}

/** Counts what works, for the history of the status page. */
export function statusWorker({ parts, store }: Running, { chain }: Pick<AppSettings, 'chain'>): Worker {
  const look = async (): Promise<Looked> => ({
    calendars: parts.anchors.calendars(null).map(({ name, reachable }) => ({ name, reachable })),
    isBitcoinReachable: (await readTip({ chain })) !== null,
  });
  const worker = new StatusWorker({ store, clock: systemClock, look });
  return { name: 'status', intervalMs: LOOK_INTERVAL_MS, run: () => worker.run() };
}
