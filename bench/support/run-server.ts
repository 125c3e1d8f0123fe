import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findFreePort } from '../../test/support/postgres.ts';

/** A server under load, in a process of its own. */
export interface BenchServer extends AsyncDisposable {
  readonly url: string;
  /** Highest resident memory of the process so far. */
  peakRssBytes(): Promise<number>;
}

export async function runServer(env: Record<string, string>): Promise<BenchServer> {
  const child = fork(join(import.meta.dirname, 'server.ts'), {
    env: { ...process.env, PORT: String(await findFreePort()), ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [ready] = (await once(child, 'message')) as [{ url: string }];
  return {
    url: ready.url,
    async peakRssBytes() {
      child.send('usage');
      const [usage] = (await once(child, 'message')) as [{ peakRssBytes: number }];
      return usage.peakRssBytes;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.send('stop');
      await ended;
    },
  };
}
