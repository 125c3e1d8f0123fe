import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The second half of `npm run pack`: what was built, as an archive that runs where there is nothing to build with. */
const root = join(import.meta.dirname, '..');
// npm leaves package-lock.json out of every archive. Under this name it goes along and is heeded: without it bcoin would
// bring a database that needs a compiler.
const lock = join(root, 'npm-shrinkwrap.json');
await copyFile(join(root, 'package-lock.json'), lock);
try {
  const npm = [process.env.npm_execpath!, 'pack'];
  const [code] = await once(spawn(process.execPath, npm, { cwd: root, stdio: 'inherit' }), 'exit');
  process.exitCode = code;
} finally {
  // npm would take it before package-lock.json here, too.
  await rm(lock);
}
