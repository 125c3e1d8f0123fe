import type { Command } from 'commander';
import { UsageError } from '../../cli/io.ts';
import { readConfig } from '../../config/config.ts';
import type { OperatorContext } from './context.ts';

export function registerCalendar(program: Command, context: OperatorContext): void {
  program
    .command('calendar')
    .description('run one OpenTimestamps calendar alone, at the root of its own server')
    .addHelpText(
      'after',
      `
TOUCHMARK_OWN_CALENDARS names the calendar and its public address; touchmark init makes its keys.

Example:
  TOUCHMARK_OWN_CALENDARS=main=https://calendar.example.com PORT=14788 touchmark calendar`,
    )
    .action(async () => {
      const { readAppSettings, runUntilAborted } = await import('./context.ts');
      if (readConfig(context.env).ownCalendars.length !== 1) {
        throw new UsageError('TOUCHMARK_OWN_CALENDARS must name exactly one calendar, as name=address');
      }
      const settings = await readAppSettings(context);
      // Settings that are wrong are told before the whole server is loaded.
      const { startCalendar } = await import('../app.ts');
      const app = await startCalendar(settings);
      settings.logger.info({ url: app.url, calendar: settings.config.ownCalendars[0]!.name }, 'listening');
      await runUntilAborted(app, context.io, settings.logger);
    });
}
