import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedTemplate, createPostgresTemplate } from './support/databases.ts';
import { findMemoryFolder } from './support/memory-folder.ts';
import { startPostgres } from './support/postgres.ts';
import { UNOPTIMISED_WASM } from './support/unoptimised-wasm.ts';

/** Runs every test file, or those named on the command line, against one PostgreSQL and one embedded template. */
const named = process.argv.slice(2);
const files =
  named.length > 0 ? named : (await Array.fromAsync(glob(['src/**/*.test.ts', 'test/**/*.test.ts']))).sort();

// Pictures are looked at after the run.
const shots = tmpdir();
const memory = findMemoryFolder();
if (memory !== null) process.env.TMPDIR = memory;
const template = await mkdtemp(join(tmpdir(), 'touchmark-template-'));
const compiled = await mkdtemp(join(tmpdir(), 'touchmark-compiled-'));
try {
  await using postgres = await startPostgres();
  await Promise.all([createPostgresTemplate(postgres), createEmbeddedTemplate(template)]);
  const unfollowed = `--import=${new URL('./support/unfollowed-promises.ts', import.meta.url)}`;
  const options = ['--test', '--test-concurrency=2', '--test-timeout=300000', UNOPTIMISED_WASM, unfollowed];
  const child = spawn(process.execPath, [...options, ...files], {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_BACKEND: 'js',
      // Hundreds of processes load the same files: each is compiled once.
      NODE_COMPILE_CACHE: compiled,
      TOUCHMARK_TEST_POSTGRES: postgres.urlOf('postgres'),
      TOUCHMARK_TEST_PGLITE: template,
      TOUCHMARK_TEST_SHOTS: shots,
    },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  for (const folder of [template, compiled]) await rm(folder, { recursive: true, force: true });
}
