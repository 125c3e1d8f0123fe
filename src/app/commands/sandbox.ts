import type { Command } from 'commander';
import { readConfig, readDatabaseLocation } from '../../config/config.ts';
import { readMoney } from '../../config/money.ts';
import type { OperatorContext } from './context.ts';

export function registerSandbox(program: Command, { io, env }: OperatorContext): void {
  program
    .command('sandbox')
    .description('run everything on this machine, with a Bitcoin chain that confirms in seconds')
    .addHelpText(
      'after',
      `
Nothing leaves the machine. The data is kept in .touchmark (TOUCHMARK_DATA); delete the folder to start anew.
HOST, PORT, TOUCHMARK_LOG and some more settings are honoured: see docs/operations/configuration.md.

Example:
  PORT=9000 touchmark sandbox`,
    )
    .action(async () => {
      const { createLogger } = await import('../../http/shared/log.ts');
      const { startSandbox } = await import('../sandbox.ts');
      const { runUntilAborted } = await import('./context.ts');
      // A person watches this one: requests are logged only when asked for.
      const config = readConfig({ TOUCHMARK_LOG: 'warn', ...env });
      const logger = createLogger({ level: config.logLevel });
      io.out('Starting the sandbox…\n');
      const sandbox = await startSandbox({
        config,
        money: readMoney(env, 'regtest'),
        database: readDatabaseLocation(env),
        logger,
      });
      io.out(`
Touchmark sandbox: ${sandbox.url}

Anchor a file, in another terminal in this folder:
  npx touchmark anchor README.md --wait
  npx touchmark verify README.md
or with curl:
  curl -s ${sandbox.url}/api/anchor -H 'Content-Type: application/json' \\
    -d "{\\"hash_hex\\":\\"$(sha256sum README.md | cut -c1-64)\\"}"

A receipt is pinned in Bitcoin (regtest) in about ten seconds. In a browser, as ${sandbox.description.account.email}:
  ${sandbox.url}/account         password ${sandbox.description.account.password}
  ${sandbox.url}/sandbox/outbox  every mail it sends
Addresses and a key of each kind are in ${config.dataFolder}/sandbox.json. Ctrl-C stops it; the data stays.
`);
      await runUntilAborted(sandbox, io, logger);
    });
}
