import type { Command } from 'commander';
import type { OperatorContext } from './context.ts';

export function registerWork(program: Command, context: OperatorContext): void {
  program
    .command('work')
    .description(
      'run the workers alone: upgrade and prune receipts, stamp own calendars, see payments, send pack mails',
    )
    .addHelpText(
      'after',
      `
Any number of these may run beside any number of servers on one database; each takes work by lease. Set
TOUCHMARK_WORKERS=off for servers that should leave the work to them.

Example:
  DATABASE_URL=postgres://touchmark@db/touchmark touchmark work`,
    )
    .action(async () => {
      const { startWork } = await import('../app.ts');
      const { readWorkSettings, runUntilAborted } = await import('./context.ts');
      const settings = await readWorkSettings(context);
      const workers = await startWork(settings);
      settings.logger.info('working');
      await runUntilAborted(workers, context.io, settings.logger);
    });
}
