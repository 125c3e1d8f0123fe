import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildIslands } from './islands.ts';
import { buildVerifier } from './verifier.ts';

/** `npm run build`: everything that is published goes into dist/. */
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
await rm(dist, { recursive: true, force: true });
await compile('tsconfig.build.json');
// What other programs import.
await compile('tsconfig.types.json');
await cp(join(root, 'src', 'web', 'docs', 'guides'), join(dist, 'web', 'docs', 'guides'), { recursive: true });
await buildIslands(join(dist, 'assets'));
const { path, bytes } = await buildVerifier(dist);
console.log(`${path}: ${bytes} bytes`);

async function compile(project: string): Promise<void> {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const args = [join(typescript, 'bin', 'tsc'), '--project', join(root, project)];
  const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
  if (code !== 0) process.exit(1);
}
