import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findFreePort } from '../../test/support/postgres.ts';
import type { Usage } from './usage.ts';

/** A server under load, in a process of its own. */
export interface BenchServer extends AsyncDisposable {
  readonly url: string;
  /** Highest resident memory of the process so far. */
  peakRssBytes(): Promise<number>;
  /** Time that the process has spent computing so far, all its threads together. */
  cpuMicros(): Promise<number>;
  /** 99th percentile of how late the event loop was since this was last asked, with 5 ms of its own clock. */
  loopDelayP99Ms(): Promise<number>;
}

/** @param file In this folder; the sandbox when it is left out. */
export async function runServer(env: Record<string, string>, file = 'server.ts'): Promise<BenchServer> {
  const child = fork(join(import.meta.dirname, file), {
    env: { ...process.env, PORT: String(await findFreePort()), ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [ready] = (await once(child, 'message')) as [{ url: string }];
  const readUsage = async () => {
    child.send('usage');
    return (await once(child, 'message'))[0] as Usage;
  };
  return {
    url: ready.url,
    peakRssBytes: async () => (await readUsage()).peakRssBytes,
    cpuMicros: async () => (await readUsage()).cpuMicros,
    loopDelayP99Ms: async () => (await readUsage()).loopDelayP99Ms,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.send('stop');
      await ended;
    },
  };
}
