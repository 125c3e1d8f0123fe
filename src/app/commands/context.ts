import { once } from 'node:events';
import type { DestinationStream, Logger } from 'pino';
import type { CliIo } from '../../cli/io.ts';
import { readJwtIssuers, readMailServer } from '../../config/accounts.ts';
import { loadCertificateKeys } from '../../config/certificate-keys.ts';
import { readChainLocation, readConfig, readDatabaseLocation, readRedisUrl } from '../../config/config.ts';
import type { Env } from '../../config/env.ts';
import { loadLogKeys } from '../../config/log.ts';
import { readMoney } from '../../config/money.ts';
import { loadAccountSecret, loadCalendarSecrets } from '../../config/secrets.ts';
import { loadTsaKeys } from '../../config/tsa.ts';
import { loadWebhookKey, readWebhookProxy } from '../../config/webhooks.ts';
import { createLogger } from '../../http/shared/log.ts';
import { createSmtpMailer } from '../../net/mail.ts';
import type { AppSettings, ServerSettings, WorkSettings } from '../app.ts';
import { connectChain } from '../chain.ts';
import { MAINNET_WORK_PACE } from '../workers.ts';

/** In the audit log, where the console has an account. */
export const COMMAND_LINE = 'command line';

/** What a command that operates a server is given. */
export interface OperatorContext {
  readonly io: CliIo;
  readonly env: Env;
}

/**
 * The settings of a production server, from the environment and the data folder. Errors: ConfigError.
 *
 * @param logDestination Defaults to standard output.
 */
export async function readAppSettings(
  { env }: OperatorContext,
  logDestination?: DestinationStream,
): Promise<AppSettings> {
  const config = readConfig(env);
  const mail = readMailServer(env);
  const logger = createLogger({
    level: config.logLevel,
    ...(logDestination !== undefined && { destination: logDestination }),
  });
  return {
    config,
    pace: MAINNET_WORK_PACE,
    database: readDatabaseLocation(env),
    chain: connectChain(readChainLocation(env), config.network, logger),
    calendarSecrets: await loadCalendarSecrets(
      config.dataFolder,
      config.ownCalendars.map(({ name }) => name),
    ),
    money: readMoney(env, config.network),
    mailer: mail && createSmtpMailer(mail),
    logger,
  };
}

/** The settings of what signs the public log. Errors: ConfigError. */
export async function readWorkSettings(
  context: OperatorContext,
  logDestination?: DestinationStream,
): Promise<WorkSettings> {
  const settings = await readAppSettings(context, logDestination);
  const { dataFolder, log, tsa } = settings.config;
  return {
    ...settings,
    logKeys: await loadLogKeys(dataFolder, log),
    tsaKeys: await loadTsaKeys(dataFolder, tsa),
    webhooks: { key: await loadWebhookKey(dataFolder), proxyUrl: readWebhookProxy(context.env) },
    accountSecret: await loadAccountSecret(dataFolder),
  };
}

/** The settings of a server that serves every contract. Errors: ConfigError. */
export async function readServerSettings(context: OperatorContext): Promise<ServerSettings> {
  const { env } = context;
  const settings = await readWorkSettings(context);
  return {
    ...settings,
    certificateKeys: await loadCertificateKeys(settings.config.dataFolder),
    jwtIssuers: readJwtIssuers(env),
    redisUrl: readRedisUrl(env),
    surfaces: [],
    prepare: async () => {},
  };
}

/** Keeps what was started until the user interrupts or the system ends the process, then ends it in order. */
export async function runUntilAborted(started: AsyncDisposable, io: CliIo, logger: Logger): Promise<void> {
  await using _started = started;
  if (!io.signal.aborted) await once(io.signal, 'abort');
  logger.info('stopping: answering what was accepted');
}
