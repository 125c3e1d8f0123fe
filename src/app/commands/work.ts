import type { Command } from 'commander';
import { parsePort } from '../../cli/option-values.ts';
import type { OperatorContext } from './context.ts';

export function registerWork(program: Command, context: OperatorContext): void {
  program
    .command('work')
    .description('run the workers alone: for receipts, calendars, certificates, webhooks, payments and mails')
    .option('--port <number>', 'serve probes and metrics of this process there, at HOST (default: nowhere)', parsePort)
    .addHelpText(
      'after',
      `
Any number of these may run beside any number of servers on one database; each takes work by lease. Set
TOUCHMARK_WORKERS=off for servers that should leave the work to them.

Example:
  DATABASE_URL=postgres://touchmark@db/touchmark touchmark work --port 9464`,
    )
    .action(async (options: { readonly port?: number }) => {
      const { readWorkSettings, runUntilAborted } = await import('./context.ts');
      const settings = await readWorkSettings(context);
      // Settings that are wrong are told before the whole server is loaded.
      const { startWork } = await import('../app.ts');
      const workers = await startWork(settings, options.port ?? null);
      settings.logger.info('working');
      await runUntilAborted(workers, context.io, settings.logger);
    });
}
