import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEd25519Key, verifyEd25519 } from '../../config/ed25519.ts';
import { encodeEntryBundle } from '../../proof/merkle/entry-bundle.ts';
import { frontierRoot } from '../../proof/merkle/frontier.ts';
import { EMPTY_EDGE, growTree } from '../../proof/merkle/grow.ts';
import { hashLeaf } from '../../proof/merkle/rfc6962.ts';
import { formatEntryBundlePath, formatTilePath, TILE_WIDTH } from '../../proof/merkle/tile.ts';
import { formatNote } from '../../proof/note/note.ts';
import { createLogKeys, signCheckpoint } from './keys.ts';
import { type LogSource, MonitorError, type MonitorErrorCode, type Observation, observeLog } from './monitor.ts';

const KEYS = createLogKeys('log.example.org/log', {
  log: createEd25519Key(new Uint8Array(32).fill(1)),
  time: createEd25519Key(new Uint8Array(32).fill(2)),
});
const TRUST = { origin: KEYS.log.key.name, logKeys: [KEYS.log.key], witnessKeys: [KEYS.time.key] };
const NOW = Date.parse('2026-05-14T14:00:00Z');

const entriesOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => new TextEncoder().encode(`entry ${from + i}`));

/** A log of files, with only the widest partial tiles, as a tool that deletes old ones leaves it. */
function publish(entries: readonly Uint8Array[], keys = KEYS): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const { edge, tiles } = growTree(EMPTY_EDGE, entries.map(hashLeaf));
  for (const tile of tiles) files.set(formatTilePath(tile), tile.bytes);
  for (let index = 0; index * TILE_WIDTH < entries.length; index++) {
    const bundle = entries.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
    files.set(formatEntryBundlePath({ index, width: bundle.length }), encodeEntryBundle(bundle));
  }
  const note = formatNote(signCheckpoint(keys, { size: entries.length, rootHash: frontierRoot(edge.frontier) }, NOW));
  return files.set('checkpoint', new TextEncoder().encode(note));
}

function observe(files: ReadonlyMap<string, Uint8Array>, remembered: Uint8Array | null = null): Promise<Observation> {
  const source: LogSource = {
    readCheckpoint: async () => files.get('checkpoint')!,
    readPath: async (path) => files.get(path) ?? null,
  };
  return observeLog({ source, trust: TRUST, verify: verifyEd25519, remembered, onProgress: () => {} });
}

const refuses = (observation: Promise<unknown>, code: MonitorErrorCode) =>
  assert.rejects(observation, (error) => {
    assert.ok(error instanceof MonitorError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });

function flip(files: Map<string, Uint8Array>, path: string, at: number): Map<string, Uint8Array> {
  const bytes = Uint8Array.from(files.get(path)!);
  bytes[at]! ^= 1;
  return new Map(files).set(path, bytes);
}

describe('a monitor', () => {
  test('it follows a log from its beginning, whatever the sizes at which it looks', async () => {
    const entries = entriesOf(65_537);
    let remembered: Uint8Array | null = null;
    let older = 0;
    for (const size of [0, 0, 1, 255, 256, 257, 1000, 5000, 65_537, 65_537]) {
      const { note, newEntries } = await observe(publish(entries.slice(0, size)), remembered);
      assert.equal(newEntries, size - older);
      [remembered, older] = [note, size];
    }
  });

  test('a tree that is smaller than before is refused', async () => {
    const { note } = await observe(publish(entriesOf(300)));
    await refuses(observe(publish(entriesOf(299)), note), 'rolled-back');
  });

  test('two trees of one size are an equivocation', async () => {
    const { note } = await observe(publish(entriesOf(300)));
    await refuses(observe(publish(entriesOf(300, 1)), note), 'equivocation');
  });

  test('a larger tree with another past is refused, with what proves it', async () => {
    const { note } = await observe(publish(entriesOf(300)));
    for (const other of [
      [...entriesOf(299), ...entriesOf(400, 1000)],
      [...entriesOf(1, 7), ...entriesOf(600, 1)],
    ]) {
      const files = publish(other);
      await assert.rejects(observe(files, note), (error) => {
        assert.ok(error instanceof MonitorError);
        assert.equal(error.code, 'inconsistent');
        assert.deepEqual(error.evidence, files.get('checkpoint'));
        return true;
      });
    }
  });

  test('a checkpoint by another key, or of another log, is not believed', async () => {
    const seeds = { log: createEd25519Key(new Uint8Array(32).fill(8)), time: createEd25519Key(new Uint8Array(32)) };
    await refuses(observe(publish(entriesOf(3), createLogKeys(TRUST.origin, seeds))), 'bad-checkpoint');
    await refuses(observe(publish(entriesOf(3), createLogKeys('other.example.org', seeds))), 'bad-checkpoint');
    await refuses(observe(new Map([['checkpoint', Uint8Array.of(1, 2, 3)]])), 'bad-checkpoint');
  });

  test('entries and tiles that are missing, cut or changed are found, new ones and old ones', async () => {
    const { note } = await observe(publish(entriesOf(300)));
    const files = publish(entriesOf(700));
    const without = (path: string) => new Map([...files].filter(([other]) => other !== path));
    const cut = (path: string) => new Map(files).set(path, files.get(path)!.subarray(0, 40));
    await refuses(observe(without('tile/entries/002.p/188'), note), 'bad-entries');
    await refuses(observe(cut('tile/entries/001'), note), 'bad-entries');
    await refuses(observe(flip(files, 'tile/entries/001', 1000), note), 'bad-entries');
    await refuses(observe(flip(files, 'tile/entries/000', 5)), 'bad-entries');
    await refuses(observe(without('tile/0/001'), note), 'bad-tile');
    await refuses(observe(cut('tile/0/001'), note), 'bad-tile');
    await refuses(observe(flip(files, 'tile/0/001', 3), note), 'bad-tile');
    await refuses(observe(flip(files, 'tile/0/002.p/188', 100), note), 'bad-tile');
    await refuses(observe(flip(files, 'tile/0/000', 100)), 'bad-tile');
    await refuses(observe(flip(files, 'tile/1/000.p/2', 40)), 'bad-tile');
    assert.equal((await observe(files, note)).newEntries, 400);
  });
});
