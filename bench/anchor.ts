import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from '../test/support/postgres.ts';
import { type Load, type Measured, runLoad } from './support/load.ts';
import { createReport } from './support/report.ts';
import { type BenchServer, runServer } from './support/run-server.ts';

const CONNECTIONS = [1, 50, 200, 900];
const BATCH_ITEMS = 50;
const UPGRADED_RECEIPTS = 1_000_000;
const JSON_HEADERS = { 'content-type': 'application/json' };

const randomHash = () => randomBytes(32).toString('hex');

type LoadCase = Pick<Load, 'connections' | 'keepAlive' | 'seconds'>;

const anchorLoad = (url: string, options: LoadCase) =>
  runLoad({
    ...options,
    url: `${url}/api/anchor`,
    method: 'POST',
    headers: JSON_HEADERS,
    next: () => ({ body: `{"hash_hex":"${randomHash()}"}` }),
  });

const batchLoad = (url: string, options: LoadCase) =>
  runLoad({
    ...options,
    url: `${url}/api/anchor/batch`,
    method: 'POST',
    headers: JSON_HEADERS,
    next: () => ({
      body: JSON.stringify({ hashes: Array.from({ length: BATCH_ITEMS }, () => ({ hash_hex: randomHash() })) }),
    }),
  });

const digestLoad = (url: string, options: LoadCase) =>
  runLoad({
    ...options,
    url: `${url}/calendar/alice/digest`,
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    next: () => ({ body: randomBytes(32) }),
  });

/**
 * Under load the node next door mines nothing and no worker runs: here Bitcoin would be two orders of magnitude faster
 * than it is. What workers cost is measured by itself, in the upgrade.
 */
const LOAD_ONLY = { TOUCHMARK_WORKERS: 'off', BENCH_BLOCK_INTERVAL_MS: '3600000' };

const report = createReport('anchor');
const seconds = process.argv.includes('--quick') ? 3 : 10;

export async function benchAnchor(): Promise<void> {
  await using postgres = await startPostgres();
  for (const engine of ['postgres', 'pglite'] as const) {
    await withServer(engine, postgres.urlOf('postgres'), LOAD_ONLY, async (server) => {
      await benchAnchors(server, engine);
      await benchBatches(server, engine);
      await benchReads(server, engine);
      await benchDigests(server, engine);
      const peakRss = Math.round((await server.peakRssBytes()) / 2 ** 20);
      report.add({ what: 'peak RSS of the server in all of these', engine, figures: { MB: peakRss } });
    });
  }
  if (!process.argv.includes('--quick')) await benchUpgrade(postgres.urlOf('postgres'));
  await report.write();
}

async function benchAnchors({ url }: BenchServer, engine: 'postgres' | 'pglite'): Promise<void> {
  await anchorLoad(url, { connections: 200, keepAlive: true, seconds: 5 });
  for (const keepAlive of [true, false]) {
    for (const connections of CONNECTIONS) {
      const measured = await anchorLoad(url, { connections, keepAlive, seconds });
      report.add({
        what: `POST /api/anchor, ${connections} connections, ${keepAlive ? 'kept alive' : 'closed each time'}`,
        engine,
        figures: figuresOf(measured),
        ...(keepAlive && connections === 200 && anchorAim(engine, measured)),
        ...(keepAlive && connections === 1 && { aim: 'p50 under 25 ms', reached: measured.p50Ms < 25 }),
      });
    }
  }
}

function anchorAim(engine: 'postgres' | 'pglite', { perSecond, p99Ms }: Measured) {
  return engine === 'postgres'
    ? { aim: '5,000/s, p99 under 150 ms', reached: perSecond >= 5_000 && p99Ms < 150 }
    : { aim: '2,500/s', reached: perSecond >= 2_500 };
}

async function benchBatches({ url }: BenchServer, engine: string): Promise<void> {
  const measured = await batchLoad(url, { connections: 50, keepAlive: true, seconds });
  const receipts = measured.perSecond * BATCH_ITEMS;
  report.add({
    what: `POST /api/anchor/batch, ${BATCH_ITEMS} items, 50 connections`,
    engine,
    figures: { 'receipts/s': receipts, ...figuresOf(measured) },
    ...(engine === 'postgres' && { aim: '25,000 receipts/s', reached: receipts >= 25_000 }),
  });
}

async function benchReads({ url }: BenchServer, engine: string): Promise<void> {
  const ids = await Promise.all(Array.from({ length: 500 }, () => anchorOnce(url)));
  let next = 0;
  const measured = await runLoad({
    url,
    connections: 200,
    keepAlive: true,
    seconds,
    method: 'GET',
    headers: {},
    next: () => ({ path: `/api/receipt/${ids[next++ % ids.length]}` }),
  });
  report.add({
    what: 'GET /api/receipt/{id}, 500 warm ones',
    engine,
    figures: figuresOf(measured),
    aim: '10,000/s',
    reached: measured.perSecond >= 10_000,
  });
}

async function anchorOnce(url: string): Promise<string> {
  const response = await fetch(`${url}/api/anchor`, {
    method: 'POST',
    headers: JSON_HEADERS,
    body: JSON.stringify({ hash_hex: randomHash() }),
  });
  const { receipt_id } = (await response.json()) as { receipt_id: string };
  return receipt_id;
}

async function benchDigests({ url }: BenchServer, engine: string): Promise<void> {
  for (const keepAlive of [true, false]) {
    for (const connections of CONNECTIONS) {
      const measured = await digestLoad(url, { connections, keepAlive, seconds });
      const { perSecond, p99Ms } = measured;
      report.add({
        what: `calendar POST /digest, ${connections} connections, ${keepAlive ? 'kept alive' : 'closed each time'}`,
        engine,
        figures: figuresOf(measured),
        ...(keepAlive &&
          connections === 200 && { aim: '8,000/s, p99 under 100 ms', reached: perSecond >= 8_000 && p99Ms < 100 }),
      });
    }
  }
}

/** A million receipts that wait; then the workers start, blocks come, and every round has to become pinned. */
async function benchUpgrade(adminUrl: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-bench-'));
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query('create database million');
  const url = new URL(adminUrl);
  url.pathname = '/million';
  const database = new pg.Client({ connectionString: url.href });
  const env = { TOUCHMARK_DATA: folder, DATABASE_URL: url.href, PORT: '18480' };
  try {
    {
      await using server = await runServer({ ...env, ...LOAD_ONLY });
      await database.connect();
      for (let receipts = 0; receipts < UPGRADED_RECEIPTS; ) {
        const left = (UPGRADED_RECEIPTS - receipts) / BATCH_ITEMS;
        const { answers } = await batchLoad(server.url, {
          connections: Math.min(50, left),
          keepAlive: true,
          seconds: left < 5_000 ? 1 : 5,
        });
        receipts += answers * BATCH_ITEMS;
      }
    }
    const { receipts, rounds } = await readRow<{ receipts: number; rounds: number }>(
      database,
      'select sum(receipt_count)::int as receipts, count(*)::int as rounds from round',
    );
    const { bytes } = await readRow<{ bytes: number }>(
      database,
      'select pg_database_size(current_database())::float8 as bytes',
    );
    report.add({
      what: `storage, ${receipts.toLocaleString('en-US')} receipts in ${rounds.toLocaleString('en-US')} rounds`,
      engine: 'postgres',
      figures: { 'bytes/receipt': Math.round(bytes / receipts) },
      aim: 'under 700 bytes a receipt',
      reached: bytes / receipts < 700,
    });
    await using server = await runServer(env);
    const started = performance.now();
    for (;;) {
      const { waiting } = await readRow<{ waiting: number }>(
        database,
        "select count(*)::int as waiting from round where status <> 'pinned'",
      );
      if (waiting === 0) break;
      if (performance.now() - started > 600_000) throw new Error(`${waiting} rounds are still not pinned`);
      await delay(250);
    }
    const took = (performance.now() - started) / 1000;
    const polls = /touchmark_upgrade_steps_total\{step="polled"\} (\d+)/.exec(
      await (await fetch(`${server.url}/metrics`)).text(),
    );
    const peakRss = Math.round((await server.peakRssBytes()) / 2 ** 20);
    report.add({
      what: `upgrade of ${receipts.toLocaleString('en-US')} receipts, from the workers' start`,
      engine: 'postgres',
      figures: {
        seconds: Math.round(took * 10) / 10,
        'peak RSS MB': peakRss,
        polls: Number(polls?.[1]),
        rounds,
        calendars: 5,
      },
      aim: 'under 60 s, RSS under 512 MB',
      reached: took < 60 && peakRss < 512,
    });
  } finally {
    await database.end();
    await client.query('drop database million with (force)');
    await client.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function readRow<Row>(client: pg.Client, query: string): Promise<Row> {
  return (await client.query(query)).rows[0] as Row;
}

async function withServer(
  engine: 'postgres' | 'pglite',
  adminUrl: string,
  env: Record<string, string>,
  use: (server: BenchServer) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-bench-'));
  try {
    await using server = await runServer({
      TOUCHMARK_DATA: folder,
      ...(engine === 'postgres' && { DATABASE_URL: adminUrl }),
      ...env,
    });
    await use(server);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function figuresOf({ perSecond, p50Ms, p99Ms, failures }: Measured): Record<string, number> {
  return { 'answers/s': perSecond, 'p50 ms': p50Ms, 'p99 ms': p99Ms, ...(failures > 0 && { failures }) };
}
