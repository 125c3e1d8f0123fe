#!/usr/bin/env node
// Plain JavaScript that any Node can read: it finds a Node that can run Touchmark, which may be this one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src', 'main.ts');
const built = join(root, 'dist', 'main.js');
// Node runs TypeScript from a checkout, but not from within node_modules.
const isCheckout = existsSync(source) && !root.split(/[\\/]/).includes('node_modules');
const entry = isCheckout ? source : built;
const LEAST_MAJOR = 24;

if (Number.parseInt(process.versions.node, 10) >= LEAST_MAJOR) {
  await import(entry);
} else {
  const node = findNode();
  if (node === null) {
    console.error(
      `touchmark: Node ${LEAST_MAJOR} or newer is needed, and this is ${process.version}. ` +
        `Run "npm ci" in the project (it brings a Node ${LEAST_MAJOR} along), or install one.`,
    );
    process.exit(1);
  }
  run(node);
}

/** The Node that is installed with the project's dependencies. */
function findNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

function run(node) {
  const child = spawn(node, [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`touchmark: ${node} cannot be run: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
