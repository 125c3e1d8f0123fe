import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { signCheckpoint } from '../../src/core/log/keys.ts';
import { encodeEntryBundle } from '../../src/proof/merkle/entry-bundle.ts';
import { frontierRoot } from '../../src/proof/merkle/frontier.ts';
import { EMPTY_EDGE, growTree } from '../../src/proof/merkle/grow.ts';
import { hashLeaf } from '../../src/proof/merkle/rfc6962.ts';
import { formatEntryBundlePath, formatTilePath } from '../../src/proof/merkle/tile.ts';
import { formatNote } from '../../src/proof/note/note.ts';
import { formatVerifierKey } from '../../src/proof/note/verifier-key.ts';
import { runTouchmark } from '../support/run-touchmark.ts';
import { KEYS, NOW, ORIGIN } from './rig.ts';

let folder: string;
let server: Server;
let url: string;
let files = new Map<string, string | Uint8Array>();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-monitor-'));
  server = createServer((request, response) => {
    const file = files.get(request.url!.slice(1));
    response.writeHead(file === undefined ? 404 : 200).end(file ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

function serve(words: readonly string[]): void {
  const entries = words.map((word) => new TextEncoder().encode(word));
  const { edge, tiles } = growTree(EMPTY_EDGE, entries.map(hashLeaf));
  const tree = { size: entries.length, rootHash: frontierRoot(edge.frontier) };
  files = new Map<string, string | Uint8Array>([
    ['checkpoint', formatNote(signCheckpoint(KEYS, tree, NOW))],
    ['vkey', `${formatVerifierKey(KEYS.log.key)}\n${formatVerifierKey(KEYS.time.key)}\n`],
    [formatEntryBundlePath({ index: 0, width: entries.length }), encodeEntryBundle(entries)],
    ...tiles.map((tile) => [formatTilePath(tile), tile.bytes] as const),
  ]);
}

const monitor = (...args: string[]) => runTouchmark(folder, ['monitor', url, '--once', '--json', ...args]);

test('a log is followed from one look to the next, and its key is kept from the first', async () => {
  serve(['a', 'b', 'c']);
  const first = await monitor();
  assert.equal(first.code, 0, first.err);
  assert.ok(first.err.includes(formatVerifierKey(KEYS.log.key)));
  const at = new Date(NOW).toISOString();
  const cosigned = [{ by: `${ORIGIN}/time`, at }];
  assert.deepEqual(first.json, [{ outcome: 'consistent', origin: ORIGIN, size: 3, new_entries: 3, cosigned }]);
  serve(['a', 'b', 'c', 'd']);
  const second = await monitor();
  assert.deepEqual([second.code, second.json[0].new_entries, second.err], [0, 1, '']);
});

test('what contradicts the last look ends with 1, and both notes are kept as evidence', async () => {
  const state = join(folder, 'touchmark-monitor.json');
  const before = await readFile(state, 'utf8');
  const older = files.get('checkpoint');
  for (const [words, error] of [
    [['a', 'b', 'c', 'x', 'e'], 'inconsistent'],
    [['a', 'b', 'c', 'x'], 'equivocation'],
    [['a', 'b'], 'rolled-back'],
  ] as const) {
    serve(words);
    const { code, json } = await monitor();
    assert.deepEqual([code, json[0].outcome, json[0].error], [1, 'refused', error]);
    assert.equal(await readFile(`${state}.older.note`, 'utf8'), older);
    assert.equal(await readFile(`${state}.newer.note`, 'utf8'), files.get('checkpoint'));
    assert.equal(await readFile(state, 'utf8'), before, 'it does not forget what it has seen');
  }
});

test('a log that cannot be asked ends with 4, and wrong usage with 3', async () => {
  files.clear();
  assert.equal((await monitor('--state', 'other.json')).code, 4);
  serve(['a']);
  assert.equal((await monitor('--state', 'other.json', '--vkey', 'nonsense')).code, 3);
  const other = formatVerifierKey(KEYS.time.key);
  assert.equal((await monitor('--state', 'other.json', '--vkey', other)).code, 3);
  await writeFile(join(folder, 'broken.json'), '{"format":"else"}');
  assert.equal((await monitor('--state', 'broken.json')).code, 3);
});
