import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase } from '../../src/store/database.ts';
import { assertMigrated, MigrationError, migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { createTestDatabase, ENGINES } from '../support/databases.ts';

for (const engine of ENGINES) {
  describe(`the schema (${engine})`, () => {
    test('two processes that migrate at once apply each step once, and a later run has nothing to do', async () => {
      await using files = await createTestDatabase(engine);
      await using database = await openDatabase(files.location);
      await sql`drop schema public cascade`.execute(database.kysely);
      await sql`create schema public`.execute(database.kysely);
      const applied = await Promise.all([migrate(database), migrate(database)]);
      assert.deepEqual(
        applied.flat().sort(),
        MIGRATIONS.map(({ name }) => name),
      );
      assert.deepEqual(await migrate(database), []);
    });

    test('a program refuses a database that a newer one changed in a breaking way', async () => {
      await using files = await createTestDatabase(engine);
      await using database = await openDatabase(files.location);
      await database.kysely.insertInto('migration').values({ name: '9999-future', breaking: true }).execute();
      const isNewer = (error: unknown) => error instanceof MigrationError && error.code === 'schema-newer';
      await assert.rejects(assertMigrated(database), isNewer);
      await assert.rejects(migrate(database), isNewer);
    });

    test('a newer step that breaks nothing is no obstacle', async () => {
      await using files = await createTestDatabase(engine);
      await using database = await openDatabase(files.location);
      await database.kysely.insertInto('migration').values({ name: '9999-future', breaking: false }).execute();
      await assertMigrated(database);
    });

    test('a server refuses a database whose schema is behind', async () => {
      await using files = await createTestDatabase(engine);
      await using database = await openDatabase(files.location);
      await database.kysely.deleteFrom('migration').where('name', '=', '0002-calendar').execute();
      await assert.rejects(
        assertMigrated(database),
        (error) => error instanceof MigrationError && error.code === 'schema-behind',
      );
    });
  });
}
