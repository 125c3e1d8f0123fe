import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { verifyEd25519 } from '../config/ed25519.ts';
import { checkpointFileOf } from '../config/log.ts';
import { anchorCheckpoint } from '../core/log/anchoring.ts';
import { isRefusal } from '../core/log/error.ts';
import { createLogService, type LogPace, type LogService } from '../core/log/log-service.ts';
import { createSequencer, type Sequencer } from '../core/log/sequencer.ts';
import { createWitnesses } from '../core/log/witnesses.ts';
import type { Store } from '../core/store.ts';
import { createWitnessClient } from '../net/witness-client.ts';
import { createCheckpointFile } from '../store/checkpoint-file.ts';
import type { AppSettings, Running, WorkSettings } from './app.ts';
import { createNodeId } from './node-id.ts';
import { runBeside } from './run-beside.ts';
import { systemClock } from './system.ts';
import type { Worker } from './workers.ts';

/** How often the worker looks whether a checkpoint is due to be anchored. */
const ANCHOR_CHECK_MS = 15_000;

/** Events of other processes are seen within a tenth of a second; the embedded engine has no other processes. */
const SHARED_PACE: LogPace = { gatherMs: 10, pollMs: 100, idlePollMs: 1_000 };
const EMBEDDED_PACE: LogPace = { gatherMs: 10, pollMs: 1_000, idlePollMs: 1_000 };

/**
 * Starts the public log of this process, which signs or leaves that to others; disposal ends it. Errors: LogError when
 * the log refuses to sign, and then nothing is served either.
 */
export async function startLog(
  settings: WorkSettings,
  { store, registry }: Pick<Running, 'store' | 'registry'>,
  signs: boolean,
  cleanup: AsyncDisposableStack,
): Promise<LogService> {
  const { logger, logKeys, database } = settings;
  const isShared = 'url' in database;
  const sequencer = signs ? createOwnSequencer(settings, store, cleanup) : null;
  const log = createLogService({
    store,
    logKey: logKeys.log.key,
    timeKey: logKeys.time.key,
    sequencer,
    pace: isShared ? SHARED_PACE : EMBEDDED_PACE,
    clock: systemClock,
    onError: (error) => reportFailure(logger, error),
  });
  registerLogMetrics(registry, log);
  await sequencer?.pass().catch((error: unknown) => {
    if (isRefusal(error)) throw error;
    reportFailure(logger, error);
  });
  runBeside((signal) => log.run(signal), cleanup);
  return log;
}

/** What gives checkpoints to calendars. */
export function logWorkers({ parts, store }: Running, { config }: AppSettings): readonly Worker[] {
  const intervalMs = config.log.anchorIntervalMs;
  const run = () => anchorCheckpoint({ store, anchors: parts.anchors, clock: systemClock, intervalMs });
  return [{ name: 'log-anchor', intervalMs: Math.min(ANCHOR_CHECK_MS, intervalMs), run }];
}

function createOwnSequencer(
  { config, logger, logKeys, database }: WorkSettings,
  store: Store,
  cleanup: AsyncDisposableStack,
): Sequencer {
  const policy = config.log.witnesses;
  const common = { verify: verifyEd25519, clock: systemClock };
  const witnesses =
    policy.witnesses.length === 0
      ? null
      : createWitnesses({
          ...common,
          policy,
          client: cleanup.use(createWitnessClient()),
          onFailure: (witness, reason) => logger.warn({ witness, reason }, 'a witness did not cosign'),
        });
  return createSequencer({
    ...common,
    store,
    keys: logKeys,
    memory: createCheckpointFile(checkpointFileOf(config.dataFolder)),
    witnesses,
    resignMs: config.log.resignMs,
    nodeId: createNodeId(database),
  });
}

function reportFailure(logger: Logger, error: unknown): void {
  if (isRefusal(error)) logger.error({ err: error }, 'the public log refuses to sign; see docs/operations/log.md');
  else logger.warn({ err: error }, 'a pass of the public log failed; it will be tried again');
}

function registerLogMetrics(registry: Registry, log: LogService): void {
  const register = (name: string, help: string, read: () => number | null) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const value = read();
        if (value !== null) this.set(value);
      },
    });
  register(
    'touchmark_log_size',
    'Events under the published checkpoint',
    () => log.progress()?.published?.size ?? null,
  );
  register('touchmark_log_unpublished_events', 'Events that no published checkpoint covers yet', () => {
    const progress = log.progress();
    return progress && progress.size - (progress.published?.size ?? 0);
  });
  register('touchmark_log_checkpoint_age_seconds', 'Age of the published checkpoint', () => {
    const published = log.progress()?.published;
    return published ? (systemClock.now() - published.publishedAt) / 1000 : null;
  });
}
