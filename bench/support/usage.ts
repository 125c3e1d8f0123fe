import { monitorEventLoopDelay } from 'node:perf_hooks';

const loopDelay = monitorEventLoopDelay({ resolution: 5 });
loopDelay.enable();

/** What a process has used so far. */
export interface Usage {
  /** Highest resident memory. */
  readonly peakRssBytes: number;
  /** Time spent computing, all threads together. */
  readonly cpuMicros: number;
  /** By how much the event loop was late, since the question before. */
  readonly loopDelayP99Ms: number;
}

export function measureUsage(): Usage {
  const { user, system } = process.cpuUsage();
  const loopDelayP99Ms = Math.round(loopDelay.percentile(99) / 1e4) / 100;
  loopDelay.reset();
  return { peakRssBytes: process.resourceUsage().maxRSS * 1024, cpuMicros: user + system, loopDelayP99Ms };
}
