import type { Logger } from 'pino';
import { repeat } from '../base/loop.ts';
import { systemClock } from './system.ts';

/** How often a worker looks for work that is due. Looking costs one indexed query. */
export interface WorkPace {
  readonly upgradeIntervalMs: number;
  readonly stampIntervalMs: number;
  /** Of payments, and of mails about them. */
  readonly orderIntervalMs: number;
}

export const MAINNET_WORK_PACE: WorkPace = {
  upgradeIntervalMs: 15_000,
  stampIntervalMs: 15_000,
  orderIntervalMs: 15_000,
};

/** Something that is done again and again; `run` ends early, but in order, when the signal says so. */
export interface Worker {
  readonly name: string;
  readonly intervalMs: number;
  run(signal: AbortSignal): Promise<unknown>;
}

/** Runs each worker by itself. A pass that fails is logged, counted, and tried again. Disposal waits for passes to end. */
export function startWorkers(
  workers: readonly Worker[],
  { logger, onFailure }: { logger: Logger; onFailure: (worker: string) => void },
): AsyncDisposable {
  const stop = new AbortController();
  const loops = workers.map(({ name, intervalMs, run }) =>
    repeat(run, {
      intervalMs,
      clock: systemClock,
      signal: stop.signal,
      onError: (error) => {
        onFailure(name);
        logger.warn({ worker: name, err: error }, 'a worker pass failed; it will be tried again');
      },
    }),
  );
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(loops);
    },
  };
}
