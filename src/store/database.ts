import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Schema } from './schema.ts';

/** Where the data lives: a PostgreSQL-compatible server, or a folder that this process alone opens (PGlite). */
export type DatabaseLocation = { url: string; poolMax: number } | { folder: string };

/** One connection to a database. Both engines speak PostgreSQL's SQL; nothing above this file knows which one it is. */
export interface Database extends AsyncDisposable {
  readonly engine: 'postgres' | 'pglite';
  readonly kysely: Kysely<Schema>;
}

/** Counts and sequences of this schema stay below 2^53, so a bigint column is a number here. */
const INT8_OID = 20;

/** A statement that runs longer than this holds locks others wait for; none of ours should come near it. */
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;

export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  return 'url' in location ? openPostgres(location) : openEmbedded(location.folder);
}

function openPostgres({ url, poolMax }: { url: string; poolMax: number }): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'touchmark',
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  });
  // An idle connection that breaks is replaced at its next use; without a listener the event would end the process.
  pool.on('error', () => {});
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { engine: 'postgres', kysely, [Symbol.asyncDispose]: () => kysely.destroy() };
}

async function openEmbedded(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true });
  const pglite = await PGlite.create({ dataDir: folder, parsers: { [INT8_OID]: Number } });
  const kysely = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
  return { engine: 'pglite', kysely, [Symbol.asyncDispose]: () => kysely.destroy() };
}
