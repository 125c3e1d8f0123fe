import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { before, test } from 'node:test';

const SOURCE = join(import.meta.dirname, '..', 'src');

/** What each part of the program may import, besides itself. ARCHITECTURE.md draws the same. */
const ALLOWED: Record<string, readonly string[]> = {
  base: [],
  proof: ['base'],
  core: ['base', 'proof'],
  audio: ['base', 'proof'],
  api: [],
  client: ['base'],
  documents: ['base', 'proof'],
  config: ['base', 'proof', 'core', 'store'],
  store: ['base', 'proof', 'core'],
  net: ['base', 'proof', 'core'],
  http: ['base', 'proof', 'core', 'documents'],
  web: ['base', 'proof', 'core', 'documents', 'audio', 'http'],
  sandbox: ['base', 'proof', 'core'],
  cli: ['base', 'proof', 'core', 'audio', 'net', 'config'],
  app: ['base', 'proof', 'core', 'config', 'store', 'net', 'http', 'web', 'sandbox', 'cli', 'documents'],
};

/** Parts that take only types from core: what they need at run time they are given. */
const TYPES_ONLY_FROM_CORE = ['store', 'net'];

/** Contracts may share `shared/` and nothing of each other. */
const CONTRACTS = ['orphograph', 'proofd', 'origimark', 'trackorigin', 'calendar', 'log'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typesOnly: boolean;
}

const sources = new Map<string, string>();
const imports: Import[] = [];

before(async () => {
  for await (const path of glob('**/*.ts', { cwd: SOURCE })) {
    if (path.endsWith('.test.ts') || path.endsWith('.d.ts')) continue;
    const text = await readFile(join(SOURCE, path), 'utf8');
    sources.set(path, text);
    for (const [, kind, clause, target] of text.matchAll(/^(import|export)\s+([^;]*?)\s*from\s+'(\.[^']+)'/gms)) {
      const to = relative(SOURCE, join(SOURCE, dirname(path), target!));
      const named = /^\{(.*)\}$/s.exec(clause!)?.[1];
      const typesOnly =
        clause!.startsWith('type ') ||
        (kind === 'import' && named !== undefined && named.split(',').every((name) => /^\s*(type\s|$)/.test(name)));
      imports.push({ from: path, to, typesOnly });
    }
  }
});

const partOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : 'entry');

test('every part is known to the map of directions', () => {
  const unknown = [...sources.keys()].map(partOf).filter((part) => part !== 'entry' && ALLOWED[part] === undefined);
  assert.deepEqual(unknown, []);
  assert.ok(imports.length > 100, 'the scan found the imports');
});

test('imports run in one direction only', () => {
  const wrong = imports.filter(({ from, to }) => {
    const part = partOf(from);
    return part !== 'entry' && part !== partOf(to) && !ALLOWED[part]!.includes(partOf(to));
  });
  assert.deepEqual(wrong, []);
});

test('storage and network take only types from the core', () => {
  const wrong = imports.filter(
    ({ from, to, typesOnly }) => TYPES_ONLY_FROM_CORE.includes(partOf(from)) && partOf(to) === 'core' && !typesOnly,
  );
  assert.deepEqual(wrong, []);
});

test('a contract imports no other contract', () => {
  const contractOf = (path: string) => CONTRACTS.find((name) => path.startsWith(`http/${name}/`));
  const wrong = imports.filter(({ from, to }) => {
    const [a, b] = [contractOf(from), contractOf(to)];
    return a !== undefined && b !== undefined && a !== b;
  });
  assert.deepEqual(wrong, []);
});

test('pages share what is HTTP with the contracts and import none of them', () => {
  const wrong = imports.filter(
    ({ from, to }) => partOf(from) === 'web' && partOf(to) === 'http' && !to.startsWith('http/shared/'),
  );
  assert.deepEqual(wrong, []);
});

test('there is no cycle among modules', () => {
  const graph = Map.groupBy(
    imports.filter(({ typesOnly }) => !typesOnly),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    assert.ok(!trail.includes(path), `cycle: ${[...trail, path].join(' -> ')}`);
    if (done.has(path)) return;
    for (const { to } of graph.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
});

test('base, proof and core have no clock, randomness, environment, timers, files or network of their own', () => {
  const forbidden =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bcrypto\.(?:random|getRandom)|\bprocess\.\w|\bset(?:Timeout|Interval|Immediate)\(|\bAbortSignal\.timeout\(|\bfetch\(|from 'node:|from 'undici'|from 'fastify'|from 'kysely'/;
  const wrong = [...sources]
    .filter(([path]) => ['base', 'proof', 'core'].includes(partOf(path)))
    .flatMap(([path, text]) =>
      text.split('\n').flatMap((line, i) => (forbidden.test(line) ? [`${path}:${i + 1} ${line}`] : [])),
    );
  assert.deepEqual(wrong, []);
});

test('only the configuration reads the environment', () => {
  const wrong = [...sources]
    .filter(([path, text]) => partOf(path) !== 'config' && /process\.env\b/.test(text))
    .map(([path]) => path);
  assert.deepEqual(
    wrong.filter((path) => path !== 'sandbox/load-bcoin.ts'),
    [],
  );
});
