import { sql } from 'kysely';
import { CodedError } from '../base/coded-error.ts';
import type { Database } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { sqlState } from './transact.ts';

/** A step of the schema, in the order of the list. `breaking`: a program that does not know it must not run on it. */
export interface Migration {
  readonly name: string;
  readonly breaking: boolean;
  readonly statements: readonly string[];
}

/** Unique violation in the catalogue, duplicate table. */
const CREATED_MEANWHILE_SQLSTATES = new Set(['23505', '42P07']);

export class MigrationError extends CodedError<'schema-newer' | 'schema-behind'> {}

/**
 * Brings the schema up to date and returns the names of the steps it applied.
 * Errors: `schema-newer` when a newer program left a breaking step behind.
 */
export async function migrate({ kysely }: Database): Promise<string[]> {
  await createMigrationTable(kysely);
  const applied: string[] = [];
  for (const migration of await pendingMigrations({ kysely })) {
    const isOurs = await kysely.transaction().execute(async (transaction) => {
      // The row goes in first: a second process that starts now waits here, then finds the step taken.
      const claim = await transaction
        .insertInto('migration')
        .values({ name: migration.name, breaking: migration.breaking })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (claim.numInsertedOrUpdatedRows === 0n) return false;
      for (const statement of migration.statements) await sql.raw(statement).execute(transaction);
      return true;
    });
    if (isOurs) applied.push(migration.name);
  }
  return applied;
}

async function createMigrationTable(kysely: Database['kysely']): Promise<void> {
  try {
    await sql`create table if not exists migration (
      name text primary key, breaking boolean not null, applied_at timestamptz not null default now())`.execute(kysely);
  } catch (error) {
    // PostgreSQL looks and creates in two steps: of two processes that start at once one can come too late.
    if (!CREATED_MEANWHILE_SQLSTATES.has(sqlState(error))) throw error;
  }
}

/** Errors: `schema-newer`, `schema-behind` (run `touchmark migrate`). */
export async function assertMigrated(database: Database): Promise<void> {
  const exists = await sql<{ exists: boolean }>`select to_regclass('migration') is not null as exists`.execute(
    database.kysely,
  );
  const pending = exists.rows[0]?.exists ? await pendingMigrations(database) : MIGRATIONS;
  if (pending.length > 0) {
    throw new MigrationError(
      'schema-behind',
      `the database lacks ${pending.length} migration(s): run touchmark migrate`,
    );
  }
}

async function pendingMigrations({ kysely }: Pick<Database, 'kysely'>): Promise<readonly Migration[]> {
  const rows = await kysely.selectFrom('migration').select(['name', 'breaking']).execute();
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const newer = rows.find(({ name, breaking }) => breaking && !known.has(name));
  if (newer !== undefined) {
    throw new MigrationError(
      'schema-newer',
      `the database was migrated by a newer Touchmark (step ${newer.name}): upgrade this program`,
    );
  }
  const done = new Set(rows.map(({ name }) => name));
  return MIGRATIONS.filter(({ name }) => !done.has(name));
}
