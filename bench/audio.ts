import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { SandboxDescription } from '../src/app/sandbox.ts';
import { createPrinting } from '../src/audio/print-sound.ts';
import { createAudioPrinter } from '../src/audio/printer.ts';
import { createDecoder } from '../src/audio/wasm-decoders.ts';
import { loadInstalledChromaprint } from '../src/cli/audio/load-chromaprint.ts';
import { comparePrints } from '../src/proof/fingerprint/match.ts';
import { createScanner, PLAIN_SCANNER, type Scanner } from '../src/proof/fingerprint/scan-simd.ts';
import { DESIGNED_THRESHOLDS, OFFSET_MAX_ITEMS } from '../src/proof/fingerprint/thresholds.ts';
import { SYNTHETIC_MASTER } from '../src/sandbox/synthetic-master.ts';
import { createSyntheticWav } from '../src/sandbox/synthetic-wav.ts';
import { createAudioReader } from '../src/store/audio-reader.ts';
import { openDatabase } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { runLoad } from './support/load.ts';
import { createReport } from './support/report.ts';
import { runServer } from './support/run-server.ts';
import { seedTracks, trackIdOf } from './support/seed-certificates.ts';

const seconds = process.argv.includes('--quick') ? 1 : 4;
/** Items of 120 seconds. */
const ITEMS = 948;
const WINDOW_SECONDS = 120;
const STEP_BYTES = 64 * 1024;
const FILES = { flac: 'short.flac', mp3: 'short.mp3', vorbis: 'short.ogg', opus: 'short.opus' } as const;
const FILE_SECONDS = 12;
/** A million would take 72 GB of disk. The aim is about a million, so no row claims it. */
const TRACKS = process.argv.includes('--quick') ? 2000 : 100_000;
const SEEDED_AT_ONCE = 1000;
/** The last recordings are added one by one, as the worker does, to an index that holds all others. */
const ADDED = 200;
const QUERIES = 500;
const report = createReport('audio');

export async function benchAudio(): Promise<void> {
  benchComparisons();
  await benchPrinting();
  await benchVerify();
  await benchSearch();
  await report.write();
}

/** Runs `work` for some seconds, one time after the other; how often a second. */
async function repeatFor(work: () => unknown): Promise<number> {
  await work();
  const start = performance.now();
  let times = 0;
  while (performance.now() - start < seconds * 1000) {
    await work();
    times++;
  }
  return times / ((performance.now() - start) / 1000);
}

function timesPerSecond(work: () => unknown): number {
  for (let i = 0; i < 200; i++) work();
  const start = performance.now();
  let times = 0;
  while (performance.now() - start < seconds * 1000) {
    for (let i = 0; i < 100; i++) work();
    times += 100;
  }
  return Math.round(times / ((performance.now() - start) / 1000));
}

function randomPrint(): Uint32Array {
  return Uint32Array.from({ length: ITEMS }, () => Math.floor(Math.random() * 2 ** 32));
}

function benchComparisons(): void {
  const [a, b] = [randomPrint(), randomPrint()];
  const limits = { maxOffset: OFFSET_MAX_ITEMS, minOverlap: Math.ceil(0.8 * ITEMS) };
  const add = (what: string, engine: string, perSecond: number, aim: number) =>
    report.add({
      ...{ what, engine, figures: { 'comparisons/s': perSecond } },
      ...{ aim: `${aim.toLocaleString('en')}/s`, reached: perSecond >= aim },
    });
  const scan = (scanner: Scanner) => timesPerSecond(() => scanner.find(a, b, limits));
  const simd = createScanner();
  add('best of 161 offsets, 948 items', 'simd', scan(simd), 25_000);
  add('best of 161 offsets, 948 items', 'plain', scan(PLAIN_SCANNER), 3500);
  const prints = { durationMs: WINDOW_SECONDS * 1000, items: a, bandItems: b };
  const master = { ...prints, cohort: null, isHighRisk: true };
  const whole = timesPerSecond(() => comparePrints(master, prints, DESIGNED_THRESHOLDS, simd));
  report.add({ what: 'audio-match/1 at high risk', engine: 'simd', figures: { 'answers/s': whole } });
}

async function benchPrinting(): Promise<void> {
  const chromaprint = await loadInstalledChromaprint();
  const piece = new Int16Array(createSyntheticWav().buffer, 44);
  const samples = Float32Array.from(
    { length: 44_100 * WINDOW_SECONDS },
    (_, i) => piece[(i >> 1) % piece.length]! / 32768,
  );
  const sound = { sampleRate: 44_100, channels: [samples, samples] };
  const perSecond = await repeatFor(() => {
    const printer = createAudioPrinter(chromaprint);
    printer.push(sound);
    printer.finish();
    printer.free();
  });
  const times = Math.round(perSecond * WINDOW_SECONDS);
  const what = 'both prints of 44.1 kHz stereo';
  report.add({ what, engine: 'wasm', figures: { 'x real time': times }, aim: '200 x', reached: times >= 200 });
  for (const [format, name] of Object.entries(FILES) as [keyof typeof FILES, string][]) {
    const bytes = new Uint8Array(await readFile(join(import.meta.dirname, '..', 'vectors', 'fingerprint', name)));
    const files = await repeatFor(async () => {
      using printing = createPrinting(await createDecoder(format), chromaprint);
      for (let at = 0; at < bytes.length; at += STEP_BYTES) await printing.push(bytes.subarray(at, at + STEP_BYTES));
      return await printing.finish();
    });
    const figures = { 'x real time': Math.round(files * FILE_SECONDS) };
    report.add({ what: `a ${format} file of ${FILE_SECONDS} s, with decoding and starting`, engine: 'wasm', figures });
  }
}

/** One certificate that everybody asks about, with keys: signed receipts. */
async function benchVerify(): Promise<void> {
  await using postgres = await startPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-bench-'));
  try {
    const limits = 'trackorigin-secret-key=999999,trackorigin-address=999999,audio-address=999999';
    const env = {
      ...{ TOUCHMARK_LIMITS: limits, TOUCHMARK_WORKERS: 'off', BENCH_BLOCK_INTERVAL_MS: '3600000' },
      DATABASE_URL: postgres.urlOf('postgres'),
    };
    await using server = await runServer({ TOUCHMARK_DATA: folder, ...env });
    const { keys } = JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxDescription;
    const { fingerprint, durationMs: duration_ms } = SYNTHETIC_MASTER;
    const body = JSON.stringify({ fingerprint, duration_ms });
    for (const [what, credential] of [
      [
        'verify-audio with a key: score and signed receipt',
        { authorization: `Bearer ${keys.trackorigin.secret_test}` },
      ],
      ['verify-audio without a key', {}],
    ] as const) {
      const load = {
        ...{ url: `${server.url}/api/v1/certificates/cer_test_synthetic/verify-audio`, method: 'POST' as const },
        ...{ headers: { 'content-type': 'application/json', ...credential }, connections: 40, keepAlive: true },
        next: () => ({ body }),
      };
      await runLoad({ ...load, seconds: 2 });
      await server.loopDelayP99Ms();
      const measured = await runLoad({ ...load, seconds: 2 * seconds });
      const delay = await server.loopDelayP99Ms();
      report.add({
        ...{ what, engine: 'postgres', aim: '3,000/s, event loop p99 under 20 ms' },
        figures: {
          ...{ 'answers/s': measured.perSecond, 'p99 ms': measured.p99Ms, 'loop p99 ms': delay },
          ...(measured.failures > 0 && { failures: measured.failures }),
        },
        reached: measured.perSecond >= 3000 && delay < 20 && measured.failures === 0,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every hash of recordings of two minutes, as common as those of music, and probes of which a quarter is intact. */
async function benchSearch(): Promise<void> {
  await using postgres = await startPostgres();
  const url = postgres.urlOf('postgres');
  await using database = await openDatabase({ url, poolMax: 2 });
  await migrate(database);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await seedTracks(client, TRACKS);
  // A hash of music is in 2.8e-5 of all recordings (the reference corpus); with 948 each, this many are in use.
  const inUse = Math.round(ITEMS / 2.8e-5);
  const hashOf = `(('x' || substr(md5(n || '-' || i), 1, 8))::bit(32)::bigint % ${inUse})::int`;
  const rowsOf = (first: number, last: number) =>
    `select distinct 0, ${hashOf} as hash, n from generate_series(${first}, ${last}) n, generate_series(1, ${ITEMS}) i`;
  // Row by row into the finished index they would take an hour.
  await client.query('alter table audio_hash drop constraint audio_hash_pkey');
  const seeded = TRACKS - ADDED;
  for (let first = 1; first <= seeded; first += SEEDED_AT_ONCE) {
    await client.query(`insert into audio_hash ${rowsOf(first, Math.min(seeded, first + SEEDED_AT_ONCE - 1))}`);
  }
  await client.query(`set maintenance_work_mem = '1GB'`);
  await client.query('alter table audio_hash add primary key (realm, hash, issued_sequence)');
  const started = performance.now();
  for (let n = seeded + 1; n <= TRACKS; n++) await client.query(`insert into audio_hash ${rowsOf(n, n)}`);
  const addingSeconds = (performance.now() - started) / 1000;
  await client.query('vacuum analyze audio_hash');
  const { rows } = await client.query<{ bytes: string }>(`select pg_total_relation_size('audio_hash') as bytes`);
  const reader = createAudioReader(database.kysely);
  const tookMs: number[] = [];
  let found = 0;
  for (let query = 0; query < QUERIES; query++) {
    const n = 1 + Math.floor(Math.random() * TRACKS);
    const { rows: own } = await client.query<{ hash: number }>(
      `select ${hashOf} as hash from (select ${n} as n) one, generate_series(1, 120) i`,
    );
    const hashes = own.map(({ hash }) => (Math.random() < 0.25 ? hash : Math.floor(Math.random() * inUse)));
    const start = performance.now();
    const candidates = await reader.findCandidates({ of: 'live' }, hashes, 4, 20);
    tookMs.push(performance.now() - start);
    if (candidates[0]?.certificateId === trackIdOf(n)) found++;
  }
  await client.end();
  tookMs.sort((a, b) => a - b);
  const p99 = Math.round(tookMs[Math.floor(0.99 * tookMs.length)]! * 100) / 100;
  report.add({
    ...{ what: `candidates among ${TRACKS} recordings, all hashes`, engine: 'postgres' },
    figures: {
      ...{ 'p50 ms': Math.round(tookMs[Math.floor(tookMs.length / 2)]! * 100) / 100, 'p99 ms': p99 },
      ...{ 'found %': Math.round((100 * found) / QUERIES), 'index bytes/recording': Number(rows[0]!.bytes) / TRACKS },
      'recordings indexed/s': Math.round(ADDED / addingSeconds),
    },
  });
}
