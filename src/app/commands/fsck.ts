import type { Command } from 'commander';
import { EXIT, writeJsonLine } from '../../cli/io.ts';
import type { OperatorContext } from './context.ts';

export function registerFsck(program: Command, context: OperatorContext): void {
  const { io } = context;
  program
    .command('fsck')
    .description('check every stored receipt again, from its digest to Bitcoin')
    .option('--json', 'one line of JSON a finding, and one with the totals')
    .addHelpText(
      'after',
      `
It reads only, and may run beside a server on PostgreSQL. Exit codes: 0 nothing found, 1 something found, 4 Bitcoin
could not be asked.

Example:
  DATABASE_URL=postgres://touchmark@db/touchmark touchmark fsck`,
    )
    .action(async ({ json }: { json?: true }) => {
      const { checkAnchors } = await import('../../core/anchor/fsck.ts');
      const { openDatabase } = await import('../../store/database.ts');
      const { assertMigrated } = await import('../../store/migrate.ts');
      const { createStore } = await import('../../store/store.ts');
      const { readAppSettings } = await import('./context.ts');
      // What it prints is its findings: the log goes beside them.
      const settings = await readAppSettings(context, { write: io.err });
      await using database = await openDatabase(settings.database);
      await assertMigrated(database);
      let receipts = 0;
      let findings = 0;
      const onProgress = (checked: number) => {
        receipts = checked;
        if (io.isTerminal) io.err(`\r${checked} receipts checked`);
      };
      for await (const finding of checkAnchors(createStore(database).anchor, settings.chain.reader, onProgress)) {
        findings++;
        if (json) writeJsonLine(io, finding);
        else io.out(`${finding.receiptId}: ${finding.problem}\n`);
      }
      if (json) writeJsonLine(io, { receipts, findings });
      else io.out(`${io.isTerminal ? '\n' : ''}${receipts} receipts checked, ${findings} findings.\n`);
      io.exitCode = findings === 0 ? EXIT.success : EXIT.failure;
    });
}
