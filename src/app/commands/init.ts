import { mkdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { writeJsonLine } from '../../cli/io.ts';
import { createCertificateKey } from '../../config/certificate-keys.ts';
import { readChainLocation, readConfig, readDatabaseLocation } from '../../config/config.ts';
import { createLogSecrets, defaultLogOrigin, loadLogKeys } from '../../config/log.ts';
import { createAccountSecret, createCalendarSecrets, loadCalendarSecrets } from '../../config/secrets.ts';
import { createTsaSecret } from '../../config/tsa.ts';
import { createWebhookKey } from '../../config/webhooks.ts';
import { formatVerifierKey } from '../../proof/note/verifier-key.ts';
import { systemClock, systemRandom } from '../system.ts';
import type { OperatorContext } from './context.ts';

export function registerInit(program: Command, { io, env }: OperatorContext): void {
  program
    .command('init')
    .description('make the data folder, the database schema, and every key that the server signs with')
    .option('--json', 'print what was made as JSON')
    .addHelpText(
      'after',
      `
Run it once before the first touchmark serve; running it again changes nothing that exists. It prints the key of the
public log, and for each calendar the address that its transactions are paid from: send it coins.

Example:
  TOUCHMARK_OWN_CALENDARS=main=https://touchmark.example.com/calendar/main touchmark init`,
    )
    .action(async ({ json }: { json?: true }) => {
      const { openDatabase } = await import('../../store/database.ts');
      const { migrate } = await import('../../store/migrate.ts');
      const { connectChain } = await import('../chain.ts');
      const { createLogger } = await import('../../http/shared/log.ts');
      const { createStampWallet } = await import('../../core/calendar/wallet.ts');
      const config = readConfig(env);
      await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
      const names = config.ownCalendars.map(({ name }) => name);
      const logger = createLogger({ level: config.logLevel, destination: { write: io.err } });
      const readHeight = async () => {
        const chain = connectChain(readChainLocation(env), config.network, logger);
        const tip = await chain.reader.tip().catch(() => null);
        return tip?.height ?? null;
      };
      await createAccountSecret(config.dataFolder, systemRandom);
      const logOrigin = config.log.origin ?? defaultLogOrigin(config.http.publicUrl);
      await createLogSecrets(config.dataFolder, logOrigin, systemRandom);
      const { key: logKey } = (await loadLogKeys(config.dataFolder, config.log)).log;
      await createTsaSecret(config.dataFolder, new URL(config.http.publicUrl).host, systemRandom, systemClock);
      await createWebhookKey(config.dataFolder, systemRandom);
      await createCertificateKey(config.dataFolder, systemRandom, systemClock);
      const created = await createCalendarSecrets(config.dataFolder, names, systemRandom, readHeight);
      const secrets = await loadCalendarSecrets(config.dataFolder, names);
      await using database = await openDatabase(readDatabaseLocation(env));
      const migrations = await migrate(database);
      const calendars = names.map((name) => ({
        name,
        created: created.includes(name),
        address: createStampWallet(secrets.get(name)!.walletKey, config.network).address,
      }));
      if (json)
        return writeJsonLine(io, {
          dataFolder: config.dataFolder,
          migrations,
          log: formatVerifierKey(logKey),
          calendars,
        });
      io.out(`The data folder is ${config.dataFolder}, the schema is up to date.\n`);
      io.out(`The public log is ${logKey.name}; its key is ${formatVerifierKey(logKey)}\n`);
      for (const { name, created: isNew, address } of calendars) {
        io.out(`Calendar ${name}: ${isNew ? 'new keys made; ' : ''}fund it at ${address}\n`);
        if (secrets.get(name)!.birthHeight === null) {
          io.out(
            '  Bitcoin could not be asked: start the calendar before you send it coins, or it will not see them.\n',
          );
        }
      }
    });
}
