import type { Command } from 'commander';
import { writeJsonLine } from '../../cli/io.ts';
import { readDatabaseLocation } from '../../config/config.ts';
import type { OperatorContext } from './context.ts';

export function registerMigrate(program: Command, { io, env }: OperatorContext): void {
  program
    .command('migrate')
    .description('bring the database schema up to date')
    .option('--json', 'print what was applied as JSON')
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgres://touchmark@db/touchmark touchmark migrate')
    .action(async ({ json }: { json?: true }) => {
      const { openDatabase } = await import('../../store/database.ts');
      const { migrate } = await import('../../store/migrate.ts');
      await using database = await openDatabase(readDatabaseLocation(env));
      const applied = await migrate(database);
      if (json) writeJsonLine(io, { applied });
      else io.out(applied.length === 0 ? 'The schema is up to date.\n' : `Applied ${applied.join(', ')}.\n`);
    });
}
