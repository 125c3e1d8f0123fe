import { startSandbox } from '../../src/app/sandbox.ts';
import { readConfig, readDatabaseLocation } from '../../src/config/config.ts';
import { readMoney } from '../../src/config/money.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { measureUsage } from './usage.ts';

/** The sandbox as a process of its own, so that the load generator does not share its thread. Told what to do by IPC. */
const env = {
  BENCH_BLOCK_INTERVAL_MS: '2000',
  ...process.env,
  TOUCHMARK_FREE_ANCHORS_PER_DAY: 'unlimited',
  TOUCHMARK_LOG: 'warn',
};
const config = readConfig(env);
const sandbox = await startSandbox({
  blockIntervalMs: Number(env.BENCH_BLOCK_INTERVAL_MS),
  config,
  money: readMoney(env, 'regtest'),
  database: readDatabaseLocation(env),
  logger: createLogger({ level: config.logLevel }),
});
process.send!({ url: sandbox.url });
process.on('message', async (message) => {
  if (message === 'usage') process.send!(measureUsage());
  if (message !== 'stop') return;
  await sandbox[Symbol.asyncDispose]();
  process.exit(0);
});
