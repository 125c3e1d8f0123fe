import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { writeJsonLine } from '../../cli/io.ts';
import { readConfig, readDatabaseLocation } from '../../config/config.ts';
import { checkpointFileOf, loadLogKeys, replaceLogSecrets } from '../../config/log.ts';
import { formatVerifierKey } from '../../proof/note/verifier-key.ts';
import { systemRandom } from '../system.ts';
import type { OperatorContext } from './context.ts';

export function registerLog(program: Command, { io, env }: OperatorContext): void {
  const log = program
    .command('log')
    .description('look after the public log')
    .addHelpText('after', '\nExample:\n  touchmark log begin-anew touchmark.example.com/log/2');

  log
    .command('begin-anew')
    .description('end the log there is, and begin another one, of another name, with the events in the database')
    .argument('<origin>', 'the name of the new log; never one that a log had before')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `
For when the database was lost and only an older copy of it is left (docs/operations/log.md). Nobody can continue what
was signed before; proofs that others hold stay valid by the old key. Stop every server first. Set TOUCHMARK_LOG_ORIGIN,
if it is set, to the new name, and tell witnesses and monitors the new key.

Example:
  touchmark log begin-anew touchmark.example.com/log/2`,
    )
    .action(async (origin: string, { json }: { json?: true }) => {
      const { openDatabase } = await import('../../store/database.ts');
      const { assertMigrated } = await import('../../store/migrate.ts');
      const { createStore } = await import('../../store/store.ts');
      const { dataFolder } = readConfig(env);
      await using database = await openDatabase(readDatabaseLocation(env));
      await assertMigrated(database);
      const former = formatVerifierKey((await loadLogKeys(dataFolder, { origin: null })).log.key);
      // The keys first: whatever happens then, nothing is signed under the old name on this database.
      await replaceLogSecrets(dataFolder, origin, systemRandom);
      await createStore(database).transact(({ log }) => log.forgetCheckpoints());
      await rm(checkpointFileOf(dataFolder), { force: true });
      const key = formatVerifierKey((await loadLogKeys(dataFolder, { origin: null })).log.key);
      if (json) return writeJsonLine(io, { former, key });
      io.out(`The log has ended whose key is ${former}\nThe new one begins with the next start; its key is ${key}\n`);
    });
}
