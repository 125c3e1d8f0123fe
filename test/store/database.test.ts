import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, mock, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { openRegtestChain } from '../../src/sandbox/regtest-chain.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createBarePostgresDatabase, createTestDatabase } from '../support/databases.ts';
import { findFreePort } from '../support/postgres.ts';
import { runTouchmark } from '../support/run-touchmark.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-open-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a commit of the embedded engine is on the disk before it is acknowledged', async () => {
  await using files = await createTestDatabase('pglite');
  await using database = await openDatabase(files.location);
  await sql`create table counted (id int)`.execute(database.kysely);
  const fsyncSync = fs.fsyncSync;
  let syncs = 0;
  fs.fsyncSync = (descriptor) => {
    syncs++;
    fsyncSync(descriptor);
  };
  syncBuiltinESMExports();
  try {
    for (let commits = 1; commits <= 5; commits++) {
      await sql`insert into counted values (${commits})`.execute(database.kysely);
      assert.ok(syncs >= commits, `${syncs} syncs for ${commits} commits`);
    }
  } finally {
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
  }
});

test('the embedded engine cuts its log of changes while it runs, as a server of its own would', async () => {
  await using files = await createTestDatabase('pglite');
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    await using database = await openDatabase(files.location);
    const readCheckpoint = async () => {
      const { rows } = await sql<{ lsn: string }>`select redo_lsn::text as lsn from pg_control_checkpoint()`.execute(
        database.kysely,
      );
      return rows[0]!.lsn;
    };
    await sql`create table written (id int)`.execute(database.kysely);
    const before = await readCheckpoint();
    mock.timers.tick(5 * 60_000);
    for (let asked = 0; (await readCheckpoint()) === before; asked++) assert.ok(asked < 100, 'no checkpoint was made');
  } finally {
    mock.timers.reset();
  }
});

test('a PostgreSQL that is not there is told in one line, without the password', async () => {
  const port = await findFreePort();
  const url = `postgres://touchmark:hunter2@127.0.0.1:${port}/touchmark`;
  const { code, err } = await runTouchmark(folder, ['migrate'], { DATABASE_URL: url });
  assert.equal(code, 1);
  assert.match(err, new RegExp(`^touchmark: [^\\n]*DATABASE_URL[^\\n]*ECONNREFUSED 127.0.0.1:${port}\\n$`));
  assert.ok(!err.includes('hunter2'));
});

test('a database or a user that PostgreSQL does not know is told in one line', async () => {
  await using bare = await createBarePostgresDatabase();
  for (const [part, value] of [
    ['pathname', '/no_such_database'],
    ['username', 'no_such_user'],
  ] as const) {
    const url = new URL(bare.location.url);
    url[part] = value;
    const { code, err } = await runTouchmark(folder, ['migrate'], { DATABASE_URL: url.href });
    assert.equal(code, 1);
    assert.match(err, /^touchmark: [^\n]*DATABASE_URL[^\n]*no_such_(database|user)[^\n]*\n$/);
  }
});

test('a damaged embedded database is told in one line', async () => {
  await using files = await createTestDatabase('pglite');
  assert.ok('folder' in files.location);
  await writeFile(join(files.location.folder, 'global/pg_control'), 'damaged');
  await assert.rejects(openDatabase(files.location), { code: 'database-unreadable' });
  await openDatabase(files.location).then(
    () => assert.fail('it opened'),
    ({ message }: Error) => assert.match(message, /^the database in [^\n]+ cannot be opened: [^\n]+$/),
  );
});

test('commands on a data folder that a server uses are refused in one line, and harm nothing', async () => {
  await using files = await createTestDatabase('pglite');
  assert.ok('folder' in files.location);
  const data = await mkdtemp(join(folder, 'data-'));
  await fs.promises.rename(files.location.folder, join(data, 'database'));
  await using database = await openDatabase({ folder: join(data, 'database') });
  for (const command of ['migrate', 'fsck', 'init', 'serve', 'work', 'sandbox']) {
    const { code, err } = await runTouchmark(folder, [command], {
      TOUCHMARK_DATA: data,
      PORT: String(await findFreePort()),
    });
    assert.equal(code, 1, command);
    assert.match(err, /^touchmark: [^\n]*in use by another Touchmark process[^\n]*DATABASE_URL[^\n]*\n$/, command);
  }
  await sql`select count(*) from receipt`.execute(database.kysely);
});

test('a second sandbox that shares only the data folder is refused in one line too', async () => {
  await using bare = await createBarePostgresDatabase();
  const data = await mkdtemp(join(folder, 'data-'));
  const options = { folder: join(data, 'regtest'), rpcPort: 0, apiKey: 'key', payTo: [] };
  await using _chain = await openRegtestChain(options);
  const env = { TOUCHMARK_DATA: data, DATABASE_URL: bare.location.url, PORT: String(await findFreePort()) };
  const { code, err } = await runTouchmark(folder, ['sandbox'], env);
  assert.equal(code, 1);
  assert.match(err, /^touchmark: [^\n]*in use by another process[^\n]*TOUCHMARK_DATA[^\n]*\n$/);
});

test('a PostgreSQL connection that breaks in use fails its own query, and the program goes on', async () => {
  await using files = await createTestDatabase('postgres');
  await using database = await openDatabase(files.location);
  const { kysely } = database;
  const terminate = (pid: number) => sql`select pg_terminate_backend(${pid}::integer)`.execute(kysely);
  const breakOff = (use: (transaction: typeof kysely) => Promise<unknown>) =>
    kysely.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
      const broken = use(transaction);
      // The answer to one may come before the answer to the other.
      await Promise.all([broken, terminate(rows[0]!.pid)]);
      await sql`select 1`.execute(transaction);
    });
  await assert.rejects(breakOff((transaction) => sql`select pg_sleep(20)`.execute(transaction)));
  await assert.rejects(breakOff(() => delay(100)));
  assert.equal((await sql`select 1`.execute(kysely)).rows.length, 1);
});
