import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { createReport } from './support/report.ts';

const isQuick = process.argv.includes('--quick');
const SECONDS = isQuick ? 3 : 20;
const ENDPOINTS = 10;
const PATHS = Array.from({ length: ENDPOINTS }, (_, i) => `/${i}`);
const BACKLOG = isQuick ? 2_000 : 100_000;

interface Seen {
  readonly counts: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Publisher, deliverer, database and receiver on this machine; every delivery has its line in the log. */
export async function benchWebhooks(): Promise<void> {
  const report = createReport('webhooks');
  await using postgres = await startPostgres();
  for (const perSecond of isQuick ? [200] : [100, 200, 500, 1_000])
    await measureRate(report, postgres.urlOf, perSecond);
  await measureIsolation(report, postgres.urlOf);
  await measureBacklogs(report, postgres.urlOf);
  await report.write();
}

type Report = ReturnType<typeof createReport>;
type UrlOf = (database: string) => string;

async function measureRate(report: Report, urlOf: UrlOf, perSecond: number): Promise<void> {
  await using bench = await start(urlOf);
  await bench.subscribe(PATHS);
  await bench.tell('start');
  const started = performance.now();
  await bench.tell({ publish: { perSecond, seconds: SECONDS } });
  const published = perSecond * SECONDS * ENDPOINTS;
  const { total, seen } = await bench.drain(published, ({ counts }) => sum(counts));
  const seconds = (performance.now() - started) / 1000;
  const rate = Math.round(total / seconds);
  report.add({
    what: `${perSecond} events/s to ${ENDPOINTS} endpoints`,
    engine: 'postgres',
    figures: { 'deliveries/s': rate, 'p50 ms': seen.p50Ms, 'p99 ms': seen.p99Ms, lost: published - total },
    aim: 'all delivered as fast as published; p99 to first attempt under 500 ms',
    reached: total >= published && seconds < SECONDS * 1.1 + 1 && seen.p99Ms < 500,
  });
}

/** The same load to the healthy ones, without and with a fifth of all that never answer. */
async function measureIsolation(report: Report, urlOf: UrlOf): Promise<void> {
  const rates: number[] = [];
  const healthyOnes = PATHS.slice(ENDPOINTS / 5);
  for (const hanging of [[], PATHS.slice(0, ENDPOINTS / 5)]) {
    await using bench = await start(urlOf);
    await bench.subscribe([...hanging.map((path) => `/hang${path}`), ...healthyOnes]);
    await bench.tell({ backlog: BACKLOG / 10 });
    const started = performance.now();
    await bench.tell('start');
    const healthy = (BACKLOG / 10) * healthyOnes.length;
    await bench.drain(healthy, ({ counts }) => sum(counts, (url) => !url.startsWith('/hang')));
    rates.push(Math.round(BACKLOG / 10 / ((performance.now() - started) / 1000)));
  }
  const [alone, beside] = rates as [number, number];
  report.add({
    what: 'a healthy endpoint, with 20 % of all hanging',
    engine: 'postgres',
    figures: { 'alone/s': alone, 'beside/s': beside },
    aim: 'at least 90 % of its rate',
    reached: beside >= alone * 0.9,
  });
}

/** What a worker holds is the same however much waits. */
async function measureBacklogs(report: Report, urlOf: UrlOf): Promise<void> {
  const few = await measureBacklog(report, urlOf, BACKLOG / 10);
  const many = await measureBacklog(report, urlOf, BACKLOG);
  report.add({
    what: 'live heap, ten times as much waiting',
    engine: 'postgres',
    figures: { 'MB before': toMegabytes(few), 'MB after': toMegabytes(many) },
    aim: 'not 10 MB more',
    reached: many - few < 10 * 2 ** 20,
  });
}

/** All that waits is delivered; resolves with the live heap when half of it is. */
async function measureBacklog(report: Report, urlOf: UrlOf, events: number): Promise<number> {
  await using bench = await start(urlOf);
  await bench.subscribe(PATHS);
  await bench.tell({ backlog: events });
  const before = await bench.rssBytes();
  const started = performance.now();
  await bench.tell('start');
  let peak = 0;
  let liveHeapBytes = 0;
  const { total } = await bench.drain(
    events * ENDPOINTS,
    ({ counts }) => sum(counts),
    async (delivered) => {
      peak = Math.max(peak, await bench.rssBytes());
      if (liveHeapBytes === 0 && delivered >= (events * ENDPOINTS) / 2) liveHeapBytes = await bench.liveHeapBytes();
    },
  );
  const seconds = (performance.now() - started) / 1000;
  report.add({
    what: `${(events * ENDPOINTS).toLocaleString('en-US')} deliveries that waited`,
    engine: 'postgres',
    figures: {
      'deliveries/s': Math.round(total / seconds),
      'MB before': toMegabytes(before),
      'MB at most': toMegabytes(peak),
      'MB live heap': toMegabytes(liveHeapBytes),
    },
    aim: 'over 2,000/s, under 512 MB',
    reached: total / seconds > 2_000 && peak < 512 * 2 ** 20,
  });
  return liveHeapBytes;
}

function toMegabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

function sum(counts: Seen['counts'], counts_in: (url: string) => boolean = () => true): number {
  return Object.entries(counts).reduce((all, [url, count]) => all + (counts_in(url) ? count : 0), 0);
}

async function start(urlOf: UrlOf) {
  await using cleanup = new AsyncDisposableStack();
  const name = `webhooks_${Date.now()}`;
  {
    await using admin = await openDatabase({ url: urlOf('postgres'), poolMax: 2 });
    const { sql } = await import('kysely');
    await sql.raw(`create database ${name}`).execute(admin.kysely);
    await using database = await openDatabase({ url: urlOf(name), poolMax: 2 });
    await migrate(database);
  }
  const run = async (file: string, env: Record<string, string>) => {
    const child = fork(join(import.meta.dirname, 'support', file), {
      env: { ...process.env, ...env },
      execArgv: ['--expose-gc'],
    });
    cleanup.defer(async () => {
      const ended = once(child, 'exit');
      child.send('stop');
      await ended;
    });
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return { child, url };
  };
  const receiver = await run('webhook-receiver.ts', {});
  const worker = await run('webhook-worker.ts', { DATABASE_URL: urlOf(name) });
  const started = cleanup.move();
  const bench = {
    async tell(message: object | string): Promise<void> {
      await askChild(worker.child, message);
    },
    subscribe: (paths: readonly string[]) => bench.tell({ subscribe: paths.map((path) => receiver.url + path) }),
    rssBytes: async () => (await askChild<{ rssBytes: number }>(worker.child, 'usage')).rssBytes,
    liveHeapBytes: async () => (await askChild<{ liveHeapBytes: number }>(worker.child, 'heap')).liveHeapBytes,
    /** Until so many have come, or nothing comes any more. */
    async drain(
      wanted: number,
      count: (seen: Seen) => number,
      look: (total: number) => Promise<void> = async () => {},
    ) {
      let total = 0;
      let worst: Seen = { counts: {}, p50Ms: 0, p99Ms: 0 };
      for (let idle = 0; total < wanted && idle < 50; ) {
        await delay(100);
        const seen = await askChild<Seen>(receiver.child, 'counts');
        total += count(seen);
        idle = count(seen) === 0 ? idle + 1 : 0;
        if (seen.p99Ms >= worst.p99Ms) worst = seen;
        await look(total);
      }
      return { total, seen: worst };
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
  return bench;
}

async function askChild<Answer>(child: ChildProcess, message: object | string): Promise<Answer> {
  child.send(message);
  return (await once(child, 'message'))[0] as Answer;
}
