import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lockFolder } from './folder-lock.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-lock-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a folder is kept to one holder at a time', () => {
  {
    using _held = lockFolder(folder);
    assert.throws(() => lockFolder(folder), { code: 'folder-in-use' });
  }
  using _again = lockFolder(folder);
});

test('another process cannot have it, and a process that is killed gives it back', async () => {
  const program = `import { lockFolder } from ${JSON.stringify(import.meta.resolve('./folder-lock.ts'))};
    globalThis.held = lockFolder(${JSON.stringify(folder)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 2] });
  const ended = once(holder, 'exit');
  try {
    await once(holder.stdout!, 'data');
    assert.throws(() => lockFolder(folder), { code: 'folder-in-use' });
  } finally {
    holder.kill('SIGKILL');
    await ended;
  }
  using _free = lockFolder(folder);
});
