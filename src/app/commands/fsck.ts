import type { Command } from 'commander';
import { EXIT, writeJsonLine } from '../../cli/io.ts';
import { readDatabaseLocation } from '../../config/config.ts';
import type { OperatorContext } from './context.ts';

export function registerFsck(program: Command, context: OperatorContext): void {
  const { io } = context;
  program
    .command('fsck')
    .description('check every stored receipt again, from its digest to Bitcoin, and the whole public log')
    .option('--json', 'one line of JSON a finding, and one with the totals')
    .addHelpText(
      'after',
      `
The tree of the log is built again from its events, and compared with what is stored and was signed; that comes first
and needs no Bitcoin. It reads only, and may run beside a server on PostgreSQL. Exit codes: 0 nothing found, 1 something
found, 4 Bitcoin could not be asked.

Example:
  DATABASE_URL=postgres://touchmark@db/touchmark touchmark fsck`,
    )
    .action(async ({ json }: { json?: true }) => {
      const { checkAnchors } = await import('../../core/anchor/fsck.ts');
      const { checkLog } = await import('../../core/log/check-log.ts');
      const { checkpointFileOf } = await import('../../config/log.ts');
      const { verifyEd25519 } = await import('../../config/ed25519.ts');
      const { createCheckpointFile } = await import('../../store/checkpoint-file.ts');
      const { openDatabase } = await import('../../store/database.ts');
      const { assertMigrated } = await import('../../store/migrate.ts');
      const { createStore } = await import('../../store/store.ts');
      const { readWorkSettings } = await import('./context.ts');
      await using database = await openDatabase(readDatabaseLocation(context.env));
      await assertMigrated(database);
      // What it prints is its findings: the log goes beside them.
      const settings = await readWorkSettings(context, { write: io.err });
      const store = createStore(database);
      let receipts = 0;
      let events = 0;
      let findings = 0;
      const log = checkLog({
        reader: store.log,
        logKey: settings.logKeys.log.key,
        verify: verifyEd25519,
        memory: createCheckpointFile(checkpointFileOf(settings.config.dataFolder)),
        onProgress(checked) {
          events = checked;
          if (io.isTerminal) io.err(`\r${checked} events of the log checked`);
        },
      });
      for await (const finding of log) {
        findings++;
        if (json) writeJsonLine(io, { log: settings.logKeys.log.key.name, ...finding });
        else io.out(`public log: ${finding.problem}\n`);
      }
      const onProgress = (checked: number) => {
        receipts = checked;
        if (io.isTerminal) io.err(`\r${checked} receipts checked`);
      };
      for await (const finding of checkAnchors(store.anchor, settings.chain.reader, onProgress)) {
        findings++;
        if (json) writeJsonLine(io, finding);
        else io.out(`${finding.receiptId}: ${finding.problem}\n`);
      }
      if (json) writeJsonLine(io, { receipts, events, findings });
      else
        io.out(
          `${io.isTerminal ? '\n' : ''}${receipts} receipts and ${events} events of the log checked, ${findings} findings.\n`,
        );
      io.exitCode = findings === 0 ? EXIT.success : EXIT.failure;
    });
}
