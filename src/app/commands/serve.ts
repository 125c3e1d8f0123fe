import type { Command } from 'commander';
import type { OperatorContext } from './context.ts';

export function registerServe(program: Command, context: OperatorContext): void {
  program
    .command('serve')
    .description('run the production server')
    .addHelpText(
      'after',
      `
It takes its settings from the environment (docs/operations/configuration.md) and refuses to start on a database that
was not migrated, or without a key that it needs: see touchmark init.

Example:
  DATABASE_URL=postgres://touchmark@db/touchmark TOUCHMARK_BITCOIN_RPC=http://user:password@127.0.0.1:8332 touchmark serve`,
    )
    .action(async () => {
      const { readServerSettings, runUntilAborted } = await import('./context.ts');
      const settings = await readServerSettings(context);
      // Settings that are wrong are told before the whole server is loaded.
      const { startApp } = await import('../app.ts');
      const app = await startApp(settings);
      settings.logger.info({ url: app.url, config: settings.config }, 'listening');
      await runUntilAborted(app, context.io, settings.logger);
    });
}
