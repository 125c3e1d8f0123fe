/** What a process has used so far. */
export interface Usage {
  /** Highest resident memory. */
  readonly peakRssBytes: number;
  /** Time spent computing, all threads together. */
  readonly cpuMicros: number;
}

export function measureUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { peakRssBytes: process.resourceUsage().maxRSS * 1024, cpuMicros: user + system };
}
