import type { Command } from 'commander';
import { UsageError, writeJsonLine } from '../../cli/io.ts';
import { readDatabaseLocation } from '../../config/config.ts';
import type { OperatorContext } from './context.ts';

export function registerOperator(program: Command, { io, env }: OperatorContext): void {
  program
    .command('operator')
    .description('let an account use the operator console')
    .argument('<email>', 'the e-mail address of the account')
    .option('--revoke', 'take the right away again')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `
The account signs up like any other first. The right counts from its next request on. With the embedded engine, stop the
server before.

Example:
  DATABASE_URL=postgres://touchmark@db/touchmark touchmark operator ada@example.com`,
    )
    .action(async (email: string, { revoke, json }: { revoke?: true; json?: true }) => {
      const { openDatabase } = await import('../../store/database.ts');
      const { assertMigrated } = await import('../../store/migrate.ts');
      const { createStore } = await import('../../store/store.ts');
      await using database = await openDatabase(readDatabaseLocation(env));
      await assertMigrated(database);
      const role = revoke ? 'member' : 'operator';
      const isKnown = await createStore(database).transact(({ account }) => account.setRole(email, role));
      if (!isKnown) throw new UsageError(`no account has the address ${email}`);
      if (json) writeJsonLine(io, { email, role });
      else io.out(revoke ? `${email} is no operator any more.\n` : `${email} is an operator now.\n`);
    });
}
