import type { Logger } from 'pino';
import { repeat } from '../base/loop.ts';
import { OWN_SOURCE, type TsaConfig } from '../config/tsa.ts';
import { checkTspSignature } from '../config/tsp-signatures.ts';
import type { Store } from '../core/store.ts';
import { createTimestampAuthority, type TimestampAuthority } from '../core/tsa/authority.ts';
import { StampWorker, type TimestampSource } from '../core/tsa/stamp-worker.ts';
import { TrustedTime } from '../core/tsa/trusted-time.ts';
import { measureOffset } from '../net/ntp.ts';
import { createRevocationLists, createTsaClient } from '../net/tsa-client.ts';
import type { Running, WorkSettings } from './app.ts';
import { runBeside } from './run-beside.ts';
import { systemClock, systemRandom } from './system.ts';
import { startWorkers, type Worker } from './workers.ts';

/** A step of the clock is noticed within this time, also when nobody asks for a token. */
const CLOCK_CHECK_MS = 60_000;
const STAMP_INTERVAL_MS = 15_000;

/**
 * The time-stamping authority of this process, the watch over its clock, and, when `works`, the worker that gets tokens
 * for certificates and checkpoints. Disposal ends them.
 */
export async function startTsa(
  settings: WorkSettings,
  { store, record }: Pick<Running, 'store' | 'record'>,
  works: boolean,
  cleanup: AsyncDisposableStack,
): Promise<TimestampAuthority> {
  const { config, tsaKeys, logger } = settings;
  const time = new TrustedTime({
    clock: systemClock,
    steadyMs: () => performance.now(),
    needsConfirmation: config.tsa.timeSources.length > 0,
    // A clock that went back while nothing ran is found out by the tokens that there are.
    floor: (await store.timestampToken.newestTime(OWN_SOURCE)) ?? 0,
  });
  watchClock(time, config.tsa, logger, cleanup);
  const authority = createTimestampAuthority({
    sign: tsaKeys.sign,
    chain: tsaKeys.chain.map(({ der }) => der),
    policy: config.tsa.policy,
    time,
    random: systemRandom,
  });
  if (works) {
    const workers = [createStamping(settings, store, authority, cleanup)];
    cleanup.use(startWorkers(workers, { logger, onFailure: record.failure }));
  }
  return authority;
}

function watchClock(
  time: TrustedTime,
  { timeSources }: TsaConfig,
  logger: Logger,
  cleanup: AsyncDisposableStack,
): void {
  let wasTrusted = true;
  const look = async () => {
    if (timeSources.length > 0) time.confirm(await measureOffset(timeSources, systemClock));
    const isTrusted = time.read() !== null;
    if (wasTrusted && !isTrusted) logger.error('the clock is not to be trusted: no time-stamps are issued');
    if (!wasTrusted && isTrusted) logger.info('the clock is trusted again');
    wasTrusted = isTrusted;
  };
  const onError = (error: unknown) => logger.warn({ err: error }, 'the clock could not be compared');
  const pace = { intervalMs: CLOCK_CHECK_MS, clock: systemClock, onError };
  runBeside((signal) => repeat(look, { ...pace, signal }), cleanup);
}

function createStamping(
  { config, tsaKeys, logger, pace }: WorkSettings,
  store: Store,
  authority: TimestampAuthority,
  cleanup: AsyncDisposableStack,
): Worker {
  const client = cleanup.use(createTsaClient());
  const addresses = { ports: [], allowsLoopback: false };
  const lists = cleanup.use(createRevocationLists({ addresses, steadyMs: () => performance.now() }));
  const worker = new StampWorker({
    store,
    sources: config.tsa.sources.map(
      (source): TimestampSource =>
        'url' in source
          ? { name: source.name, roots: tsaKeys.roots, ask: (query, signal) => client.ask(source.url, query, signal) }
          : { name: OWN_SOURCE, roots: authority.chain.slice(-1), ask: async (query) => authority.answer(query) },
    ),
    check: checkTspSignature,
    readRevocations: config.tsa.keepsRevocations ? lists.read : async () => [],
    clock: systemClock,
    random: systemRandom,
    onSourceError: (source, error) =>
      logger.warn({ source, reason: error instanceof Error ? error.message : 'unknown' }, 'no token from a source'),
  });
  const intervalMs = Math.min(STAMP_INTERVAL_MS, pace.upgradeIntervalMs);
  return { name: 'tokens', intervalMs, run: (signal) => worker.run(signal) };
}
