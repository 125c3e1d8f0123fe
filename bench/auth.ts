import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { systemClock, systemRandom, systemSha256Hex } from '../src/app/system.ts';
import { createKeys } from '../src/core/key/keys.ts';
import { generateSecret } from '../src/core/key/secret.ts';
import { openDatabase } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { createStore } from '../src/store/store.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { hasRedis, startRedis } from '../test/support/redis.ts';
import { type Measured, runLoad } from './support/load.ts';
import { createReport } from './support/report.ts';
import { type BenchServer, runServer } from './support/run-server.ts';

const KEYS_IN_USE = 500;
const ITEMS = 500;
const ACCOUNTS = 10;
const CONNECTIONS = 50;
const FEW_KEYS = 1000;
const MANY_KEYS = 1_000_000;
/** Lookups one after the other of keys that no cache knows. */
const COLD_LOOKUPS = 1000;

const isQuick = process.argv.includes('--quick');
/** Many short turns, taken in rotation: what else the machine does meanwhile falls on all of them. */
const turns = isQuick ? 3 : 10;
const turnSeconds = isQuick ? 1 : 2;
const report = createReport('auth');

export async function benchAuth(): Promise<void> {
  await using postgres = await startPostgres();
  const url = postgres.urlOf('postgres');
  const secrets = await mintKeys(url);
  await benchOverhead(url, secrets);
  if (hasRedis()) await benchRedis(url, secrets);
  await benchManyKeys(url, secrets);
  await report.write();
}

async function mintKeys(url: string): Promise<readonly string[]> {
  await using database = await openDatabase({ url, poolMax: 10 });
  await migrate(database);
  const onUseLost = () => {};
  await using keys = createKeys({
    store: createStore(database),
    clock: systemClock,
    random: systemRandom,
    sha256Hex: systemSha256Hex,
    onUseLost,
  });
  const secrets: string[] = [];
  for (let i = 0; i < KEYS_IN_USE; i++) {
    const accountId = `account-${i % ACCOUNTS}`;
    const kind = 'trackorigin-secret-live';
    secrets.push((await keys.service.mint({ kind, accountId, name: null, scopes: null, expiresAt: null })).secret);
  }
  return secrets;
}

/** With what an answer costs the server: unlike its pace, this hardly depends on what else the machine does. */
interface Turn extends Measured {
  readonly cpuMicros: number;
}

async function load(server: BenchServer, route: string, secrets: readonly string[]): Promise<Turn> {
  let next = 0;
  const before = await server.cpuMicros();
  const measured = await runLoad({
    url: server.url,
    connections: CONNECTIONS,
    keepAlive: true,
    seconds: turnSeconds,
    method: 'GET',
    headers: {},
    next: () => {
      const i = next++;
      const headers = { authorization: `Bearer ${secrets[i % secrets.length]}` };
      return { path: `/bench/${route}/${i % ITEMS}`, headers };
    },
  });
  return { ...measured, cpuMicros: ((await server.cpuMicros()) - before) / measured.answers };
}

/** Runs each of the loads in rotation and returns the median turn of each. */
async function rotate<Name extends string>(loads: Record<Name, () => Promise<Turn>>) {
  const runs = Object.entries(loads) as [Name, () => Promise<Turn>][];
  for (const [, run] of runs) await run();
  const all = new Map<Name, Turn[]>(runs.map(([name]) => [name, []]));
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, run] of runs) all.get(name)!.push(await run());
  }
  return Object.fromEntries([...all].map(([name, list]) => [name, medianOf(list)])) as Record<Name, Turn>;
}

/** The median of each figure by itself. */
function medianOf(list: readonly Turn[]): Turn {
  const median = (figure: 'perSecond' | 'p50Ms' | 'p99Ms' | 'cpuMicros') =>
    list.map((turn) => turn[figure]).toSorted((one, other) => one - other)[Math.floor(list.length / 2)]!;
  const sum = (figure: 'failures' | 'answers') => list.reduce((total, turn) => total + turn[figure], 0);
  return {
    perSecond: median('perSecond'),
    p50Ms: median('p50Ms'),
    p99Ms: median('p99Ms'),
    cpuMicros: median('cpuMicros'),
    failures: sum('failures'),
    answers: sum('answers'),
  };
}

async function benchOverhead(url: string, secrets: readonly string[]): Promise<void> {
  await using server = await runServer({ DATABASE_URL: url }, 'auth-server.ts');
  const { open, keyed, metered } = await rotate({
    open: () => load(server, 'open', secrets),
    keyed: () => load(server, 'keyed', secrets),
    metered: () => load(server, 'metered', secrets),
  });
  report.add({ what: 'cached read, open', engine: 'postgres', figures: figuresOf(open) });
  report.add({
    what: 'the same with key and limit',
    engine: 'postgres',
    figures: { ...figuresOf(keyed), 'more CPU %': overhead(open, keyed) },
  });
  report.add({
    what: 'the same with key, limit and metering',
    engine: 'postgres',
    figures: { ...figuresOf(metered), 'more CPU %': overhead(open, metered) },
    aim: 'under 15 % more CPU time',
    reached: overhead(open, metered) < 15,
  });
}

async function benchRedis(url: string, secrets: readonly string[]): Promise<void> {
  await using redis = await startRedis();
  await using alone = await runServer({ DATABASE_URL: url }, 'auth-server.ts');
  await using shared = await runServer({ DATABASE_URL: url, BENCH_REDIS_URL: redis.url }, 'auth-server.ts');
  const { memory, overRedis } = await rotate({
    memory: () => load(alone, 'keyed', secrets),
    overRedis: () => load(shared, 'keyed', secrets),
  });
  const local = /touchmark_limit_local_total (\d+)/.exec(await (await fetch(`${shared.url}/metrics`)).text());
  report.add({
    what: 'key and limit, limits over Redis',
    engine: 'postgres',
    figures: {
      ...figuresOf(overRedis),
      'answers/s in memory': memory.perSecond,
      'decided without Redis': Number(local?.[1]),
    },
    aim: 'within 2 times of memory',
    reached: memory.perSecond <= 2 * overRedis.perSecond,
  });
}

async function benchManyKeys(url: string, secrets: readonly string[]): Promise<void> {
  const few = await measureAmong(url, secrets, FEW_KEYS);
  const many = await measureAmong(url, secrets, MANY_KEYS);
  for (const [count, { served, cold }] of [
    [FEW_KEYS, few],
    [MANY_KEYS, many],
  ] as const) {
    report.add({
      what: `key and limit, ${count.toLocaleString('en-US')} keys in the table`,
      engine: 'postgres',
      figures: { ...figuresOf(served), 'cold lookup p50 ms': cold.p50Ms, 'cold lookup p99 ms': cold.p99Ms },
      ...(count === MANY_KEYS && {
        aim: 'p99 as with a thousand',
        reached: served.p99Ms <= few.served.p99Ms + 1 && cold.p99Ms <= few.cold.p99Ms * 1.5 + 0.5,
      }),
    });
  }
}

async function measureAmong(url: string, secrets: readonly string[], count: number) {
  await fillTable(url, count);
  const cold = await measureCold(url);
  await using server = await runServer({ DATABASE_URL: url }, 'auth-server.ts');
  const { served } = await rotate({ served: () => load(server, 'keyed', secrets) });
  return { served, cold };
}

async function fillTable(url: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `insert into credential (digest, id, account_id, kind, display_prefix, created_at)
       select sha256(convert_to('filler ' || n, 'UTF8')), gen_random_uuid(), 'filler-' || n % 100000, 'origimark', 'om_live_', now()
       from generate_series((select count(*) from credential), $1::bigint) as n`,
      [count],
    );
    await client.query('vacuum (analyze) credential');
  } finally {
    await client.end();
  }
}

/** Keys that nobody gave out cost what keys cost that are not remembered: one search in the index. */
async function measureCold(url: string): Promise<{ p50Ms: number; p99Ms: number }> {
  await using database = await openDatabase({ url, poolMax: 2 });
  const onUseLost = () => {};
  await using keys = createKeys({
    store: createStore(database),
    clock: systemClock,
    random: systemRandom,
    sha256Hex: systemSha256Hex,
    onUseLost,
  });
  const tookMs: number[] = [];
  for (let i = 0; i < COLD_LOOKUPS + 100; i++) {
    const secret = generateSecret('origimark', (length) => new Uint8Array(randomBytes(length)));
    const started = performance.now();
    await keys.authenticator.authenticate(secret, ['origimark']);
    if (i >= 100) tookMs.push(performance.now() - started);
  }
  tookMs.sort((one, other) => one - other);
  const quantile = (q: number) => Math.round(tookMs[Math.floor(tookMs.length * q)]! * 100) / 100;
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

function overhead(without: Turn, withIt: Turn): number {
  return Math.round((withIt.cpuMicros / without.cpuMicros - 1) * 1000) / 10;
}

function figuresOf({ perSecond, p50Ms, p99Ms, cpuMicros, failures }: Turn): Record<string, number> {
  return {
    'answers/s': perSecond,
    'p50 ms': p50Ms,
    'p99 ms': p99Ms,
    'CPU us/answer': Math.round(cpuMicros * 10) / 10,
    ...(failures > 0 && { failures }),
  };
}
