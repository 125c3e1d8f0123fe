import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { SandboxDescription } from '../src/app/sandbox.ts';
import { openDatabase } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { benchLog } from './support/certificates-in-log.ts';
import { type Load, type Measured, runLoad } from './support/load.ts';
import { createReport } from './support/report.ts';
import { type BenchServer, runServer } from './support/run-server.ts';
import { seedTracks, seedWorks, trackIdOf } from './support/seed-certificates.ts';

const isQuick = process.argv.includes('--quick');
const seconds = isQuick ? 3 : 15;
const CERTIFICATES = isQuick ? 50_000 : 1_000_000;
const ISSUE_CONNECTIONS = [100, 400, 900];
const BULK_IDS = 100;
const WARM_UP_SECONDS = 5;
/** Certificates that many ask for, as those of a widget on a page. */
const WARM = 500;

const ENV = {
  TOUCHMARK_LIMITS: [
    ...['origimark-key', 'origimark-address', 'trackorigin-address', 'trackorigin-secret-key'],
    ...['trackorigin-publishable-key'],
  ]
    .map((name) => `${name}=999999`)
    .join(),
  TOUCHMARK_FREE_CALLS_PER_MONTH: '1000000000',
  // The node next door mines nothing: here Bitcoin would be two orders of magnitude faster than it is.
  BENCH_BLOCK_INTERVAL_MS: '3600000',
};

/** Workers would stamp a million certificates that nobody has issued; nothing is logged here. */
const READ_ONLY = { TOUCHMARK_WORKERS: 'off' };

const report = createReport('certificates');

/** What can be asked for by name: `npm run bench -- certificates reads verify`. All of them when none is named. */
const SHAPES = {
  issue: benchIssue,
  reads: benchReads,
  registry: benchRegistry,
  log: ({ urlOf }) => benchLog(report, urlOf(''), isQuick),
} as const satisfies Record<string, (postgres: PostgresUrls) => Promise<void>>;

interface PostgresUrls {
  urlOf(database: string): string;
}

export async function benchCertificates(): Promise<void> {
  await using postgres = await startPostgres();
  const all = Object.entries(SHAPES);
  const asked = all.filter(([name]) => process.argv.includes(name));
  for (const [name, run] of asked.length === 0 ? all : asked) {
    await createDatabase(postgres, name);
    await run({ urlOf: () => postgres.urlOf(name) });
  }
  // The record is of one run of everything.
  if (asked.length === 0 && !isQuick) await report.write();
}

/** Signed, committed with `fsync`, logged, and under a published checkpoint; anchored by the worker beside it. */
async function benchIssue({ urlOf }: PostgresUrls): Promise<void> {
  await withServer(urlOf(''), {}, async (server, { keys }) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': keys.origimark.api_key };
    const issue = (connections: number, forSeconds: number) =>
      measure(server, {
        url: `${server.url}/api/v1/certify`,
        method: 'POST',
        headers,
        connections,
        seconds: forSeconds,
        next: () => ({ body: composeWork() }),
      });
    await issue(100, 3);
    for (const connections of ISSUE_CONNECTIONS) {
      const measured = await issue(connections, seconds);
      report.add({
        what: `certify, ${connections} connections`,
        engine: 'postgres',
        figures: figuresOf(measured),
        aim: '1,500/s, p99 under 1 s',
        reached: measured.perSecond >= 1_500 && measured.p99Ms < 1_000 && measured.failures === 0,
      });
    }
  });
}

function composeWork(): string {
  const id = randomBytes(32).toString('hex');
  return JSON.stringify({
    hash: id,
    title: `A work of the usual length ${id.slice(0, 6)}`,
    author_first_name: `Maria ${id.slice(0, 2)}`,
    author_last_name: `Benchmark${id.slice(0, 3)}`,
    author_country: 'pt',
    work_type: 'text',
    creation_date: '2026-01-01',
    privacy_level: 'public',
    ownership_type: 'sole',
  });
}

async function benchReads({ urlOf }: PostgresUrls): Promise<void> {
  await withSeed(urlOf(''), (client) => seedTracks(client, CERTIFICATES));
  /** A server of its own for each row: a limit grants at most 1,000 a second beyond its first million. */
  const read = async (rounds: (get: Get, server: BenchServer, keys: SandboxDescription['keys']) => Promise<void>) =>
    withServer(urlOf(''), READ_ONLY, async (server, { keys }) => {
      const get: Get = (next, forSeconds = seconds, connections = 100) =>
        measure(server, {
          url: server.url,
          method: 'GET',
          headers: {},
          connections,
          seconds: forSeconds,
          next: () => ({ path: next() }),
        });
      await rounds(get, server, keys);
    });
  let turn = 0;
  const warm = () => trackIdOf(1 + (turn++ % WARM));
  const any = () => trackIdOf(1 + Math.floor(Math.random() * CERTIFICATES));

  for (const [what, suffix, aim] of [
    ['certificate', '', 12_000],
    ['status', '/status', 15_000],
  ] as const) {
    await read(async (get) => {
      const next = () => `/api/v1/certificates/${warm()}${suffix}`;
      await get(next, WARM_UP_SECONDS);
      addRate(`GET ${what}, ${WARM} warm ones`, await get(next), aim);
    });
  }
  await read(async (get) => {
    const figures = figuresOf(await get(() => `/api/v1/certificates/${any()}`));
    report.add({ what: `GET certificate, any of ${CERTIFICATES}`, engine: 'postgres', figures });
  });
  await read(async (get, server, keys) => {
    const bulk = (forSeconds: number) =>
      measure(server, {
        url: `${server.url}/api/v1/certificates/bulk`,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.trackorigin.secret_live}` },
        connections: 20,
        seconds: forSeconds,
        next: () => ({ body: JSON.stringify({ cert_ids: Array.from({ length: BULK_IDS }, warm) }) }),
      });
    await bulk(WARM_UP_SECONDS);
    addRate(`bulk of ${BULK_IDS}, warm`, await bulk(seconds), 400);

    const digests = await withSeed(urlOf(''), readDigests);
    const found = await get(() => `/api/v1/tracks/by-sha256/${digests[turn++ % digests.length]}`, seconds, 4);
    addLatency(`by-sha256 among ${CERTIFICATES}, 4 connections`, found, 10);
    const missing = await get(() => `/api/v1/tracks/by-sha256/${randomBytes(32).toString('hex')}`, seconds, 4);
    // Each is answered with 404: here the others are the failures.
    const refused = { ...missing, perSecond: Math.round(missing.failures / seconds), failures: missing.answers };
    addLatency('by-sha256 of what nobody has', refused, 10);
  });
}

type Get = (next: () => string, forSeconds?: number, connections?: number) => Promise<Costed>;

async function readDigests(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ digest: string }>(
    `select encode(work_sha256, 'hex') as digest from certificate where registry = 'trackorigin' and not is_sandbox
     order by random() limit 20000`,
  );
  return rows.map(({ digest }) => digest);
}

/** From the usual to the worst: what nothing narrows, what is far from the start, and words that never meet. */
const SEARCHES: Readonly<Record<string, string>> = {
  'first page': '',
  'newest of a type': 'work_type=photograph&order=newest',
  'last page that is counted': 'page=500',
  'some days': 'date_from=2025-05-03&date_to=2025-05-09&page_size=50',
  'a letter': 'q=m',
  'a first name': 'q=maria',
  'a last name': 'q=marsanko',
  'start of a long name': 'q=strombe',
  'first and last name': 'q=jose+santinel',
  'first name and a letter': 'q=maria+g',
  'short starts that seldom meet': 'q=zoe+garc&work_type=other',
  'words that never meet': 'q=maria+olga',
  'a letter, on one day': 'q=m&date_from=2025-06-01&date_to=2025-06-01',
  'a name, newest, last page': 'q=maria&order=newest&page=500',
};

async function benchRegistry({ urlOf }: PostgresUrls): Promise<void> {
  await withSeed(urlOf(''), (client) => seedWorks(client, CERTIFICATES));
  await withServer(urlOf(''), READ_ONLY, async (server) => {
    for (const [what, query] of Object.entries(SEARCHES)) {
      const measured = await measure(server, {
        url: `${server.url}/api/v1/registry?${query}`,
        method: 'GET',
        headers: {},
        connections: 4,
        seconds: Math.min(seconds, 5),
        next: () => ({}),
      });
      addLatency(`registry of ${CERTIFICATES}: ${what}`, measured, 50);
    }
  });
}

/** With what an answer costs the server: unlike its pace, this hardly depends on what else the machine does. */
interface Costed extends Measured {
  readonly cpuMicros: number;
}

async function measure(server: BenchServer, load: Omit<Load, 'keepAlive'>): Promise<Costed> {
  const before = await server.cpuMicros();
  const measured = await runLoad({ ...load, keepAlive: true });
  const all = measured.answers + measured.failures;
  return { ...measured, cpuMicros: ((await server.cpuMicros()) - before) / all };
}

function addRate(what: string, measured: Costed, aim: number): void {
  report.add({
    what,
    engine: 'postgres',
    figures: figuresOf(measured),
    aim: `${aim.toLocaleString('en-US')}/s`,
    reached: measured.perSecond >= aim && measured.failures === 0,
  });
}

function addLatency(what: string, measured: Costed, aimMs: number): void {
  report.add({
    what,
    engine: 'postgres',
    figures: figuresOf(measured),
    aim: `p99 under ${aimMs} ms`,
    reached: measured.p99Ms < aimMs && measured.failures === 0,
  });
}

function figuresOf({ perSecond, p50Ms, p99Ms, cpuMicros, failures }: Costed): Record<string, number> {
  return {
    'answers/s': perSecond,
    'p50 ms': p50Ms,
    'p99 ms': p99Ms,
    'CPU us/answer': Math.round(cpuMicros),
    ...(failures > 0 && { failures }),
  };
}

async function createDatabase(postgres: PostgresUrls, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.urlOf('postgres') });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
}

async function withSeed<T>(url: string, seed: (client: pg.Client) => Promise<T>): Promise<T> {
  {
    await using database = await openDatabase({ url, poolMax: 1 });
    await migrate(database);
  }
  const client = new pg.Client({ connectionString: url });
  // What a seed has failed with is told; that the database goes after that is not worth a word.
  client.on('error', () => {});
  await client.connect();
  try {
    return await seed(client);
  } finally {
    await client.end();
  }
}

async function withServer(
  databaseUrl: string,
  env: Record<string, string>,
  use: (server: BenchServer, description: SandboxDescription) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-bench-'));
  try {
    await using server = await runServer({ TOUCHMARK_DATA: folder, DATABASE_URL: databaseUrl, ...ENV, ...env });
    const description = JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxDescription;
    await use(server, description);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
