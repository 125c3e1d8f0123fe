import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import pg from 'pg';
import { type DatabaseLocation, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';

export const ENGINES = ['pglite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** A migrated, empty database of a test's own. */
export interface TestDatabase extends AsyncDisposable {
  readonly location: DatabaseLocation;
}

interface PostgresTestDatabase extends TestDatabase {
  readonly location: { readonly url: string; readonly poolMax: number };
}

const MIGRATED = 'touchmark_migrated';

/**
 * `npm test` starts one PostgreSQL and prepares one embedded folder for all test files and names them here; a single
 * file run by hand makes its own.
 */
const SHARED_PGLITE = process.env.TOUCHMARK_TEST_PGLITE;
const POOL_MAX = 10;

export async function createTestDatabase(engine: Engine): Promise<TestDatabase> {
  return engine === 'postgres' ? createPostgresDatabase() : createEmbeddedDatabase();
}

function createPostgresDatabase(): Promise<TestDatabase> {
  return copyPostgresDatabase(MIGRATED);
}

/** A database as an operator has it before Touchmark ever saw it. */
export function createBarePostgresDatabase(): Promise<PostgresTestDatabase> {
  return copyPostgresDatabase('template1');
}

async function copyPostgresDatabase(template: string): Promise<PostgresTestDatabase> {
  const base = process.env.TOUCHMARK_TEST_POSTGRES ?? (await startOwnPostgres());
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await execute(base, `create database ${name} template ${template}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  const location = { url: url.href, poolMax: POOL_MAX };
  return { location, [Symbol.asyncDispose]: () => execute(base, `drop database ${name} with (force)`) };
}

/** Makes the migrated database that those of tests are copies of. */
export async function createPostgresTemplate({ urlOf }: PostgresServer): Promise<void> {
  await execute(urlOf('postgres'), `create database ${MIGRATED}`);
  await using database = await openDatabase({ url: urlOf(MIGRATED), poolMax: 1 });
  await migrate(database);
}

let ownPostgres: Promise<string> | undefined;

function startOwnPostgres(): Promise<string> {
  ownPostgres ??= startPostgres().then(async (server) => {
    after(() => server[Symbol.asyncDispose]());
    await createPostgresTemplate(server);
    return server.urlOf('postgres');
  });
  return ownPostgres;
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function createEmbeddedDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-pglite-'));
  await prepareEmbeddedDatabase(folder);
  return { location: { folder }, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Makes a migrated, empty database of the embedded engine. */
export async function prepareEmbeddedDatabase(folder: string): Promise<void> {
  if (SHARED_PGLITE === undefined) await createEmbeddedTemplate(folder);
  // Ten times as fast as the one that gives way between its thousand files.
  else cpSync(SHARED_PGLITE, folder, { recursive: true });
}

/** Initialises a folder for the embedded engine, which takes seconds; copies of it are ready at once. */
export async function createEmbeddedTemplate(folder: string): Promise<void> {
  await using database = await openDatabase({ folder });
  await migrate(database);
}
