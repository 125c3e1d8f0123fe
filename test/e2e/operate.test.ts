import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { encodeHex } from '../../src/base/hex.ts';
import { loadCalendarSecrets } from '../../src/config/secrets.ts';
import { createStampWallet } from '../../src/core/calendar/wallet.ts';
import { decodeTimestamp } from '../../src/proof/ots/codec.ts';
import { walkAttestations } from '../../src/proof/ots/timestamp.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { replayTranscript } from '../contract/transcript.ts';
import { createBarePostgresDatabase } from '../support/databases.ts';
import { anchor, randomDigest, readReceipt, until } from '../support/orphograph.ts';
import { findFreePort } from '../support/postgres.ts';
import { type Run, runTouchmark } from '../support/run-touchmark.ts';
import { type ServedChain, serveChain } from '../support/served-chain.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

const RPC_PASSWORD = 'rpc-password-0f1e2d3c';
const DATABASE_PASSWORD = 'database-password-4b5a6978';
const API_KEY = 'orpho_not-to-be-found-in-any-log-0123';
const LABEL = 'a label that nobody but its owner reads';
const COINBASE_MATURITY = 100;
/** What production waits for, in blocks. */
const CONFIRMATIONS = 6;

let folder: string;
let served: ServedChain;
let bitcoin: Record<string, string>;
/** Everything any process of these tests ever wrote. */
const written: string[] = [];
/** What must not be in it. */
const secrets = [RPC_PASSWORD, DATABASE_PASSWORD, API_KEY, LABEL];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-operate-'));
  served = await serveChain(null, RPC_PASSWORD);
  bitcoin = { TOUCHMARK_NETWORK: 'regtest', TOUCHMARK_CONFIRMATIONS: '1' };
});
after(async () => {
  await served?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: string[], env: Record<string, string>): Promise<Run> {
  const done = await runTouchmark(folder, args, env);
  written.push(done.out, done.err);
  return done;
}

/** A process whose output is looked through for secrets at the end. */
async function start(command: string, env: Record<string, string>, readyText: string): Promise<ServerProcess> {
  const server = await startServer(folder, [command], { TOUCHMARK_LOG: 'debug', ...env }, `"msg":"${readyText}"`);
  return {
    ...server,
    async end(signal) {
      const code = await server.end(signal);
      written.push(server.output.out, server.output.err);
      return code;
    },
  };
}

/** Its database, data folder and port are its own. */
interface Site {
  readonly env: Record<string, string>;
  readonly url: string;
  readonly data: string;
}

async function makeSite(name: string): Promise<Site> {
  const port = await findFreePort();
  const data = join(folder, name);
  return { env: { ...bitcoin, TOUCHMARK_DATA: data, PORT: String(port) }, url: `http://127.0.0.1:${port}`, data };
}

/** Pays a calendar's wallet a coin that can be spent. */
async function fund(data: string, calendar: string): Promise<void> {
  const { hmacKey, walletKey } = (await loadCalendarSecrets(data, [calendar])).get(calendar)!;
  secrets.push(encodeHex(hmacKey), encodeHex(walletKey));
  await served.chain.mine(1, createStampWallet(walletKey, 'regtest').scriptPubKey);
  await served.chain.mine(COINBASE_MATURITY);
}

interface CalendarStatus {
  readonly address: string;
  readonly block_height: number | null;
  readonly balance_sats: number;
  readonly transactions: { readonly confirmations: number; readonly block_height: number | null }[];
}

async function readCalendar(url: string): Promise<CalendarStatus> {
  return (await (await fetch(url, { headers: { accept: 'application/json' } })).json()) as CalendarStatus;
}

describe('a production server on PostgreSQL', () => {
  let site: Site;
  let database: Awaited<ReturnType<typeof createBarePostgresDatabase>>;
  let env: Record<string, string>;
  let calendarUrl: string;
  let server: ServerProcess | undefined;

  before(async () => {
    site = await makeSite('production');
    database = await createBarePostgresDatabase();
    const databaseUrl = new URL(database.location.url);
    databaseUrl.password = DATABASE_PASSWORD;
    calendarUrl = `${site.url}/calendar/main`;
    env = {
      ...site.env,
      DATABASE_URL: databaseUrl.href,
      TOUCHMARK_ESPLORA: served.esploraUrl,
      TOUCHMARK_OWN_CALENDARS: `main=${calendarUrl}`,
      TOUCHMARK_CALENDARS: `main=${calendarUrl}`,
      TOUCHMARK_CALENDAR_LOOKUPS: calendarUrl,
      TOUCHMARK_FREE_ANCHORS_PER_DAY: 'unlimited',
      TOUCHMARK_STAMP_INTERVAL_MINUTES: '1',
      TOUCHMARK_WORKERS: 'off',
    };
  });
  after(async () => {
    await server?.end('SIGKILL');
    await database?.[Symbol.asyncDispose]();
  });

  async function query(statement: string, values: unknown[] = []): Promise<void> {
    const client = new pg.Client({ connectionString: database.location.url });
    await client.connect();
    await client.query(statement, values).finally(() => client.end());
  }

  /** Production looks again after minutes and hours: this is what the database would be like then. */
  async function letTimePass(): Promise<void> {
    await query('update submission set due_at = now() where due_at is not null');
    await query('update calendar_stamper set lease_until = now()');
  }

  /** Workers that run until what they do shows, then stop in order. */
  async function workUntil<T>(read: () => Promise<T>, isDone: (value: T) => boolean): Promise<void> {
    await letTimePass();
    const workers = await start('work', env, 'working');
    try {
      await until(read, isDone, 60_000);
    } finally {
      assert.equal(await workers.end('SIGTERM'), 0);
    }
  }

  test('what has no keys is refused, with what to do', async () => {
    const bare = { ...env, TOUCHMARK_OWN_CALENDARS: '' };
    for (const command of ['serve', 'work']) {
      const { code, err } = await run([command], bare);
      assert.equal(code, 1);
      assert.match(err, /^touchmark: [^\n]*run touchmark init\n$/);
    }
  });

  test('migrate brings the schema up to date, once', async () => {
    const names = MIGRATIONS.map(({ name }) => name);
    assert.deepEqual((await run(['migrate', '--json'], env)).json, [{ applied: names }]);
    assert.deepEqual((await run(['migrate', '--json'], env)).json, [{ applied: [] }]);
    assert.match((await run(['migrate'], env)).out, /up to date/);
  });

  test('serve refuses to run a calendar that has no keys, and says what to do', async () => {
    const { code, err } = await run(['serve'], env);
    assert.equal(code, 1);
    assert.match(err, /^touchmark: [^\n]*calendar main [^\n]*run touchmark init\n$/);
  });

  test('init makes the keys of a calendar once, and says where to send its coins', async () => {
    const [first] = (await run(['init', '--json'], env)).json;
    assert.deepEqual([first.dataFolder, first.migrations], [site.data, []]);
    const [{ name, created, address }] = first.calendars;
    assert.deepEqual([name, created], ['main', true]);
    assert.match(address, /^bcrt1q[0-9a-z]+$/);
    const keys = await readFile(join(site.data, 'secrets.json'), 'utf8');
    const [second] = (await run(['init', '--json'], env)).json;
    assert.deepEqual(second.calendars, [{ name, created: false, address }]);
    assert.equal(await readFile(join(site.data, 'secrets.json'), 'utf8'), keys);
  });

  test('a database that was not migrated is refused, with what to do', async () => {
    await using empty = await createBarePostgresDatabase();
    for (const command of ['serve', 'work', 'fsck']) {
      const { code, err } = await run([command], { ...env, DATABASE_URL: empty.location.url });
      assert.equal(code, 1);
      assert.match(err, /^touchmark: [^\n]*run touchmark migrate\n$/);
    }
  });

  test('serve refuses a database that a newer Touchmark has changed, unless the change does not matter to it', async () => {
    await query(`insert into migration (name, breaking) values ('9998-harmless', false), ('9999-future', true)`);
    for (const command of ['serve', 'work', 'migrate', 'fsck']) {
      const { code, err } = await run([command], env);
      assert.equal(code, 1);
      assert.match(err, /^touchmark: [^\n]*newer Touchmark[^\n]*9999-future[^\n]*\n$/);
    }
    await query(`delete from migration where name = '9999-future'`);
    server = await start('serve', env, 'listening');
  });

  test('a receipt is pinned through the own calendar by a separate work process', async () => {
    const readStatus = () => readCalendar(`${calendarUrl}/`);
    await workUntil(readStatus, ({ block_height }) => block_height !== null);
    await fund(site.data, 'main');
    const digest = randomDigest();
    secrets.push(digest);
    const response = await fetch(`${site.url}/api/anchor`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-orpho-api-key': API_KEY },
      body: JSON.stringify({ hash_hex: digest, client_label: LABEL }),
    });
    assert.equal(response.status, 200);
    const { receipt_id: id } = (await response.json()) as { receipt_id: string };
    const read = () => readReceipt(site.url, id);
    assert.equal((await read()).status, 'pending');

    await workUntil(readStatus, ({ transactions }) => transactions.length === 1);
    await served.chain.mine(CONFIRMATIONS);
    await workUntil(readStatus, ({ transactions: [stamp] }) => stamp!.confirmations >= CONFIRMATIONS);
    await workUntil(read, ({ status }) => status === 'pinned');
    const { code, json } = await run(['fsck', '--json'], env);
    const [{ receipts, events, findings }] = json;
    // The certificate that every server has is in the log, and anchored too.
    assert.deepEqual([code, events, findings], [0, 1, 0]);
    assert.ok(receipts >= 1);
  });

  test('two servers on one database both anchor, and each reads what the other took', async () => {
    const port = await findFreePort();
    const other = `http://127.0.0.1:${port}`;
    const second = await start('serve', { ...env, PORT: String(port) }, 'listening');
    try {
      const urls = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? site.url : other));
      const receipts = await Promise.all(urls.map((url) => anchor(url)));
      for (const { receipt_id: id, hash_hex } of receipts) {
        for (const url of [site.url, other]) {
          const receipt = await readReceipt(url, id);
          assert.ok(receipt.hash_hex === hash_hex && receipt.checks.every(({ ok }) => ok));
        }
      }
    } finally {
      assert.equal(await second.end('SIGTERM'), 0);
    }
  });

  test('the real program answers as in the transcript calendars-down', async () => {
    const port = await findFreePort();
    const closed = `http://127.0.0.1:${await findFreePort()}`;
    const cut = { ...env, PORT: String(port), TOUCHMARK_OWN_CALENDARS: '', TOUCHMARK_CALENDARS: `none=${closed}` };
    const lonely = await start('serve', cut, 'listening');
    try {
      const transcript = new URL('../../vectors/wire/orphograph/calendars-down.txt', import.meta.url);
      await replayTranscript(await readFile(transcript, 'utf8'), `http://127.0.0.1:${port}`);
    } finally {
      assert.equal(await lonely.end('SIGTERM'), 0);
    }
  });

  test('without its Bitcoin node it goes on anchoring, and its metrics tell', async () => {
    const node = new URL(served.chain.rpcUrl);
    node.port = String(await findFreePort());
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    const cut = { ...env, PORT: String(port), TOUCHMARK_BITCOIN_RPC: node.href, TOUCHMARK_WORKERS: 'on' };
    const lonely = await start('serve', cut, 'listening');
    try {
      await anchor(url);
      await until(
        async () => (await fetch(`${url}/metrics`)).text(),
        (metrics) => /^touchmark_worker_failures_total\{worker="upgrade"\} [1-9]/m.test(metrics),
      );
    } finally {
      assert.equal(await lonely.end('SIGTERM'), 0);
    }
  });

  test('a database that cannot be reached is said in a message', async () => {
    const closed = new URL(env.DATABASE_URL!);
    closed.port = String(await findFreePort());
    const { code, err } = await run(['serve'], { ...env, DATABASE_URL: closed.href });
    assert.equal(code, 1);
    assert.match(err, /^touchmark: [^\n]*database[^\n]*\n$/);
  });

  test('the server stops in order', async () => {
    assert.equal(await server!.end('SIGTERM'), 0);
    assert.match(server!.output.out, /"msg":"request"/);
    server = undefined;
  });
});

describe('settings', () => {
  const bad: Record<string, string> = {
    PORT: '65536',
    DATABASE_URL: `mysql://touchmark:${DATABASE_PASSWORD}@127.0.0.1/touchmark`,
    TOUCHMARK_LOG: 'loud',
    TOUCHMARK_NETWORK: 'moon',
    TOUCHMARK_WORKERS: 'maybe',
    TOUCHMARK_CALENDARS: 'main',
    TOUCHMARK_OWN_CALENDARS: 'Main=http://127.0.0.1/',
    TOUCHMARK_CONFIRMATIONS: '0',
    TOUCHMARK_DATABASE_POOL: 'ten',
    TOUCHMARK_ESPLORA: 'ftp://127.0.0.1',
    TOUCHMARK_ESPLORA_QUORUM: '9',
    TOUCHMARK_BITCOIN_RPC: `touchmark:${RPC_PASSWORD}@127.0.0.1:8332`,
    TOUCHMARK_FREE_ANCHORS_PER_DAY: '-1',
    TOUCHMARK_STAMP_INTERVAL_MINUTES: '0',
    TOUCHMARK_STAMP_MAX_FEE_SATS: '1e9',
    TOUCHMARK_STAMP_MAX_FEE_RATE: '0',
  };
  for (const [name, value] of Object.entries(bad)) {
    test(`${name} that is wrong is refused by its name`, async () => {
      const database: Record<string, string> = name.startsWith('DATABASE')
        ? {}
        : { DATABASE_URL: 'postgres://127.0.0.1:1/none' };
      const { code, err } = await run(['serve'], { ...bitcoin, ...database, [name]: value });
      assert.equal(code, 1);
      assert.match(err, new RegExp(`^touchmark: [^\\n]*\\b${name}\\b[^\\n]*\\n$`));
    });
  }
});

describe('a calendar alone, on the embedded database', () => {
  test('it finds coins sent before its first start, speaks the protocol at its root, and completes a timestamp', async () => {
    const site = await makeSite('calendar');
    const env = {
      ...site.env,
      TOUCHMARK_OWN_CALENDARS: `solo=${site.url}`,
      TOUCHMARK_BITCOIN_RPC: served.chain.rpcUrl,
      TOUCHMARK_STAMP_INTERVAL_MINUTES: '1',
    };
    assert.equal((await run(['init'], env)).code, 0);
    await fund(site.data, 'solo');
    const readStatus = () => readCalendar(`${site.url}/`);

    /** Stamping looks at the chain as soon as it starts, and then every quarter of a minute. */
    async function calendarUntil(isDone: (status: CalendarStatus) => boolean, then = async () => {}): Promise<void> {
      const calendar = await start('calendar', env, 'listening');
      try {
        await until(readStatus, isDone, 60_000);
        await then();
      } finally {
        assert.equal(await calendar.end('SIGTERM'), 0);
      }
    }

    let answer: Uint8Array = new Uint8Array();
    const digest = new Uint8Array(32).fill(7);
    const findCommitment = () => {
      const [pending] = walkAttestations(decodeTimestamp(answer, digest));
      assert.deepEqual(pending!.attestation, { type: 'pending', uri: site.url });
      return pending!.message;
    };
    const lookup = () => fetch(`${site.url}/timestamp/${encodeHex(findCommitment())}`);

    await calendarUntil(
      ({ block_height }) => block_height !== null,
      async () => {
        const response = await fetch(`${site.url}/digest`, { method: 'POST', body: digest });
        assert.equal(response.status, 200);
        answer = await response.bytes();
        assert.equal((await lookup()).status, 404);
        assert.equal((await fetch(`${site.url}/livez`)).status, 200);
        assert.equal((await fetch(`${site.url}/api/anchor`, { method: 'POST' })).status, 404);
      },
    );
    await calendarUntil(({ transactions }) => transactions.length === 1);
    await served.chain.mine(CONFIRMATIONS);
    await calendarUntil(
      ({ transactions: [stamp] }) => stamp!.confirmations >= CONFIRMATIONS,
      async () => {
        const response = await lookup();
        assert.equal(response.status, 200);
        const upgraded = decodeTimestamp(await response.bytes(), findCommitment());
        const [{ message, attestation }] = [...walkAttestations(upgraded)] as never as [
          { message: Uint8Array; attestation: { type: string; height: number } },
        ];
        assert.equal(attestation.type, 'bitcoin');
        const header = await served.chain.blockHeader((await served.chain.blockHash(attestation.height))!);
        assert.deepEqual(Buffer.from(header!.subarray(36, 68)), Buffer.from(message));
      },
    );
  });

  test('it needs exactly one calendar to be named', async () => {
    const { code, err } = await run(['calendar'], bitcoin);
    assert.equal(code, 3);
    assert.match(err, /TOUCHMARK_OWN_CALENDARS/);
  });
});

test('no secret, digest or label is in anything that these processes wrote', () => {
  assert.ok(written.join('').length > 10_000 && secrets.length >= 9);
  for (const text of written) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is in: ${text.slice(0, 20_000)}`);
  }
});
