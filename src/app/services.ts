import type { Logger } from 'pino';
import { createKeys, type Keys } from '../core/key/keys.ts';
import type { Limiter } from '../core/limit/limiter.ts';
import type { PublicLog } from '../core/log/public-log.ts';
import { type Meter, openMeter } from '../core/meter/meter.ts';
import { createOrderDesk } from '../core/order/desk.ts';
import { createPurchases } from '../core/order/purchases.ts';
import type { Store } from '../core/store.ts';
import { createTimestampService, type TimestampService } from '../core/timestamp/timestamps.ts';
import type { TimestampAuthority } from '../core/tsa/authority.ts';
import { NO_LINKS, type Shop } from '../http/orphograph/shop.ts';
import { createStripeSignatures } from '../net/stripe.ts';
import { createUsageJournals } from '../store/usage-journal.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import type { Running, ServerSettings } from './app.ts';
import { type Audio, createAudio } from './audio.ts';
import { type Certification, openCertificates } from './certificates.ts';
import { startLimiter } from './limiter.ts';
import { startLog } from './log.ts';
import { createTrackRegistry, type TrackRegistry } from './registry.ts';
import { systemClock, systemRandom, systemSha256Hex } from './system.ts';
import { startTsa } from './tsa.ts';
import { createWorkRegistry, type WorkRegistry } from './works.ts';

/** Who may use the server, how much, and what of it is paid. */
export interface Services {
  readonly log: PublicLog;
  readonly tsa: TimestampAuthority;
  readonly certification: Certification;
  readonly audio: Audio;
  readonly tracks: TrackRegistry;
  readonly workRegistry: WorkRegistry;
  readonly limiter: Limiter;
  readonly accounts: Accounts;
  readonly keys: Keys;
  readonly meter: Meter;
  readonly timestamps: TimestampService;
  readonly shop: Shop;
}

const COMMON = { clock: systemClock, random: systemRandom };

/** Puts the services together; `cleanup` ends them in turn, the one that is used by others last. */
export async function openServices(
  settings: ServerSettings,
  { parts, store, database, registry, record }: Pick<Running, 'parts' | 'store' | 'database' | 'registry' | 'record'>,
  cleanup: AsyncDisposableStack,
): Promise<Services> {
  const { config, logger } = settings;
  const log = await startLog(settings, { store, registry }, config.runsWorkers, cleanup);
  const certification = await openCertificates(settings, { store }, log, cleanup);
  const workRegistry = createWorkRegistry({ store, ...certification, publicLog: log, logger }, cleanup);
  const { issuer } = certification;
  const { accountSecret } = settings;
  const audio = createAudio(store, log);
  const { refresh } = certification.memory;
  const tracks = createTrackRegistry({ store, issuer, search: audio.search, publicLog: log, refresh, accountSecret });
  const tsa = await startTsa(settings, { store, record }, config.runsWorkers, cleanup);
  const limiter = cleanup.use(startLimiter({ redisUrl: settings.redisUrl, logger, registry }));
  const accounts = cleanup.use(
    createAccounts({
      ...COMMON,
      store,
      kysely: database.kysely,
      secret: settings.accountSecret,
      publicUrl: config.http.publicUrl,
      mailer: settings.mailer,
      limiter,
      issuers: settings.jwtIssuers,
      logger,
    }),
  );
  const keys = cleanup.use(
    createKeys({
      ...COMMON,
      store,
      sha256Hex: systemSha256Hex,
      onUseLost: warn(logger, 'the last use of a key could not be written'),
    }),
  );
  const meter = cleanup.use(
    await openMeter({
      store,
      journals: createUsageJournals(`${config.dataFolder}/usage`),
      policy: config.callPolicy,
      clock: systemClock,
      onError: warn(logger, 'counted calls could not be reported; they are kept'),
    }),
  );
  const timestamps = createTimestampService({
    ...COMMON,
    store,
    anchors: parts.anchors,
    quotas: config.timestampQuotas,
    giveUpMs: config.anchor.policy.giveUpMs,
    onReleaseError: warn(logger, 'an idempotency key is held until its lease ends'),
  });
  return {
    log,
    tsa,
    certification,
    audio,
    tracks,
    workRegistry,
    limiter,
    accounts,
    keys,
    meter,
    timestamps,
    shop: await openShop(settings, store),
  };
}

async function openShop({ money, mailer, logger }: ServerSettings, store: Store): Promise<Shop> {
  const { packs, bitcoin, stripe } = money;
  if ((bitcoin ?? stripe) !== null && mailer === null) {
    logger.warn('packs are sold, but no mail server is configured: their tokens reach nobody until there is one');
  }
  const rate = bitcoin?.usdPerBtc ?? null;
  return {
    links: stripe?.links ?? NO_LINKS,
    desk:
      bitcoin === null || rate === null
        ? null
        : createOrderDesk({ ...COMMON, store, wallet: bitcoin.wallet, packs, usdPerBtc: rate }),
    orders: store.order,
    stripe: stripe && {
      open: await createStripeSignatures(stripe.webhookSecret, systemClock),
      purchases: createPurchases({ ...COMMON, store, catalogue: stripe.catalogue }),
    },
  };
}

function warn(logger: Logger, message: string): (error: unknown) => void {
  return (error) => logger.warn({ err: error }, message);
}
