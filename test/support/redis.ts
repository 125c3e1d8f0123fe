import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { findFreePort } from './postgres.ts';

/** A Redis server of a test's own, on loopback, with nothing in it and nothing on disk. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Stops answering without closing connections. */
  freeze(): void;
  thaw(): void;
}

/** Whether there is a `redis-server` on the PATH; says so when not, since tests are then skipped. */
export function hasRedis(): boolean {
  const { error } = spawnSync('redis-server', ['--version']);
  if (error !== undefined)
    console.error('redis-server is not on the PATH: tests of limits shared by Redis are SKIPPED');
  return error === undefined;
}

export async function startRedis(port?: number): Promise<RedisServer> {
  const used = port ?? (await findFreePort());
  const flags = ['--port', String(used), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'];
  const server = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of server.stdout) {
    output += chunk;
    if (output.includes('Ready to accept connections')) break;
  }
  return {
    url: `redis://127.0.0.1:${used}`,
    port: used,
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}
