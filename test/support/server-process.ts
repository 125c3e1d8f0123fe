import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareEmbeddedDatabase } from './databases.ts';
import { spawnTouchmark } from './run-touchmark.ts';

/** A Touchmark process that goes on until it is told to end. Disposal kills it, if it still runs. */
export interface ServerProcess extends AsyncDisposable {
  /** Everything it wrote so far. */
  readonly output: { out: string; err: string };
  /** Sends the signal and waits for the end; the exit code, `null` when the signal killed it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

const START_TIMEOUT_MS = 150_000;
/** Stopping in order includes answers that wait for calendars. */
const END_TIMEOUT_MS = 30_000;

/** Starts a process and waits until its output has `readyText`; rejects with the output when it ends before. */
export async function startServer(
  folder: string,
  args: readonly string[],
  env: Record<string, string>,
  readyText: string,
): Promise<ServerProcess> {
  const child = spawnTouchmark(folder, args, env);
  const output = { out: '', err: '' };
  child.stdout!.on('data', (chunk: Buffer) => (output.out += chunk));
  child.stderr!.on('data', (chunk: Buffer) => (output.err += chunk));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const server: ServerProcess = {
    output,
    async end(signal) {
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
      const [code] = await ended;
      clearTimeout(timer);
      return code;
    },
    async [Symbol.asyncDispose]() {
      await server.end('SIGKILL');
    },
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!output.out.includes(readyText)) {
    const code = child.exitCode ?? child.signalCode;
    if (code !== null) throw new Error(`${args[0]} ended with ${code}: ${output.err}${output.out}`);
    if (Date.now() > deadline) {
      await server.end('SIGKILL');
      throw new Error(`${args[0]} was not ready in time: ${output.err}${output.out}`);
    }
    await delay(20);
  }
  return server;
}

/** What `sandbox.json` says, by its documentation. */
export interface SandboxFile {
  base_url: string;
  account: { email: string; password: string };
  operator: { email: string; password: string };
  keys: {
    trackorigin: Record<'publishable_live' | 'secret_live' | 'publishable_test' | 'secret_test', string>;
    origimark: { api_key: string };
    orphograph: { api_key: string; pack_token: string };
    proofd: { api_key: string };
  };
  bitcoin: { network: string; esplora_url: string; rpc_url: string };
}

/** A sandbox in `folder`, whose embedded database need not be initialised first, which takes longer than all else. */
export async function startSandbox(
  folder: string,
  port: number,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  const database = join(folder, 'database');
  if (env.DATABASE_URL === undefined && !existsSync(database)) await prepareEmbeddedDatabase(database);
  return startBareSandbox(folder, port, env);
}

/** `touchmark sandbox` keeping its data in `folder`. */
export function startBareSandbox(
  folder: string,
  port: number,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  return startServer(
    folder,
    ['sandbox'],
    { PORT: String(port), TOUCHMARK_DATA: folder, ...env },
    'Ctrl-C stops it; the data stays.',
  );
}
