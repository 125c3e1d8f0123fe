import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import { CodedError } from '../base/coded-error.ts';
import { lockFolder } from './folder-lock.ts';
import type { Schema } from './schema.ts';
import { SyncedNodeFs, syncTree } from './synced-node-fs.ts';
import { startUpkeep } from './upkeep.ts';

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

export class DatabaseError extends CodedError<'database-unreachable' | 'database-unreadable'> {}

/** Errors: DatabaseError, FolderLockError. */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  return 'url' in location ? openPostgres(location) : openEmbedded(location.folder);
}

async function openPostgres({ url, poolMax }: { url: string; poolMax: number }): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A node that vanished inside a transaction must not keep its locks until TCP gives up, hours later.
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'touchmark',
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  });
  // An idle connection that breaks is replaced at its next use; without a listener the event would end the process.
  pool.on('error', () => {});
  // That is told of idle ones only. One that breaks in use fails its query, which tells whoever asked.
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  try {
    (await pool.connect()).release();
  } catch (error) {
    await pool.end();
    const reason = `the database of DATABASE_URL cannot be reached: ${firstReason(error)}`;
    throw new DatabaseError('database-unreachable', reason, { cause: error });
  }
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { engine: 'postgres', kysely, [Symbol.asyncDispose]: () => kysely.destroy() };
}

/** A host name with several addresses fails with one error for each, and no message of its own. */
function firstReason(error: unknown): string {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return first instanceof Error ? first.message : String(first);
}

/** The engine's own, but that commits reach the disk: see SyncedNodeFs. */
const EMBEDDED_START_PARAMS = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  ...['-c', 'wal_sync_method=fsync'],
];

async function openEmbedded(folder: string): Promise<Database> {
  await using cleanup = new AsyncDisposableStack();
  const pglite = await openFolder(folder, cleanup);
  const kysely = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
  cleanup.defer(() => kysely.destroy());
  cleanup.use(startUpkeep(kysely));
  const opened = cleanup.move();
  return { engine: 'pglite', kysely, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function openFolder(folder: string, cleanup: AsyncDisposableStack): Promise<PGlite> {
  try {
    await mkdir(folder, { recursive: true });
    cleanup.use(lockFolder(folder));
    const isNew = !existsSync(join(folder, 'PG_VERSION'));
    const pglite = await PGlite.create({
      fs: new SyncedNodeFs(folder),
      startParams: EMBEDDED_START_PARAMS,
      parsers: { [INT8_OID]: Number },
    });
    // The files that PGlite starts with are copies it does not sync.
    if (isNew) await syncTree(folder);
    return pglite;
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const reason = `the database in ${folder} cannot be opened: ${firstReason(error)}`;
    throw new DatabaseError('database-unreadable', reason, { cause: error });
  }
}
