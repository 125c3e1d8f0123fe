import type { Command } from 'commander';
import { UsageError, writeJsonLine } from '../../cli/io.ts';
import { readDatabaseLocation } from '../../config/config.ts';
import { systemClock, systemRandom } from '../system.ts';
import { COMMAND_LINE, type OperatorContext } from './context.ts';

export function registerArtist(program: Command, { io, env }: OperatorContext): void {
  const artist = program
    .command('artist')
    .description('look after the artists of recordings')
    .addHelpText('after', '\nExample:\n  touchmark artist erase art_01KS9QWHV7PHETYGQAYMHB3DM6');

  artist
    .command('erase')
    .description('erase an artist for good: profile, submissions, and what the certificates say')
    .argument('<id>', 'art_…, as in every certificate of the artist')
    .option('--reason <text>', 'for the audit log', 'erased on the command line')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `
Revoke the artist's certificates first. Their ids stay revoked, and the public log stays valid. Running servers follow
within a second. With the embedded engine, stop the server before.

Example:
  DATABASE_URL=postgres://touchmark@db/touchmark touchmark artist erase art_01KS9QWHV7PHETYGQAYMHB3DM6`,
    )
    .action(async (artistId: string, { reason, json }: { reason: string; json?: true }) => {
      const { ErasureError, eraseArtist } = await import('../../core/registry/erasure.ts');
      const { openDatabase } = await import('../../store/database.ts');
      const { assertMigrated } = await import('../../store/migrate.ts');
      const { createStore } = await import('../../store/store.ts');
      await using database = await openDatabase(readDatabaseLocation(env));
      await assertMigrated(database);
      const parts = { store: createStore(database), clock: systemClock, random: systemRandom };
      const order = { artistId, operatorId: COMMAND_LINE, reason };
      const certificates = await eraseArtist(parts, order).catch((error: unknown) => {
        throw error instanceof ErasureError ? new UsageError(error.message) : error;
      });
      if (json) writeJsonLine(io, { artist: artistId, certificates });
      else io.out(`${artistId} is erased, and what ${certificates.length} certificates said.\n`);
    });
}
