import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { decodeEntryBundle, encodeEntryBundle } from './entry-bundle.ts';
import { TreeError } from './error.ts';
import { appendLeaves, EMPTY_FRONTIER, frontierRoot } from './frontier.ts';
import { EMPTY_EDGE, growTree } from './grow.ts';
import { hashLeaf } from './rfc6962.ts';
import { formatEntryBundlePath, formatTilePath, parseEntryBundlePath, parseTilePath } from './tile.ts';
import { verifyConsistency, verifyInclusion } from './verify.ts';

interface Inclusion {
  kind: 'inclusion';
  leafHash: string;
  index: number;
  size: number;
  root: string;
  proof: string[];
}
interface Consistency {
  kind: 'consistency';
  olderSize: number;
  olderRoot: string;
  size: number;
  root: string;
  proof: string[];
}
type Named = { name: string };
type ValidCase = Named &
  (
    | Inclusion
    | Consistency
    | { kind: 'tile-path'; path: string; level: number | 'entries'; index: number; width: number }
    | { kind: 'entry-bundle'; hex: string; entries: string[] }
    | { kind: 'tlog-proof' }
  );
type InvalidCase = Named &
  (
    | Inclusion
    | Consistency
    | { kind: 'tile-path'; path: string }
    | { kind: 'entry-bundle'; hex: string; width: number; error: string }
    | { kind: 'tlog-proof' }
  );

const FOLDER = new URL('../../../vectors/tlog/', import.meta.url);

const leafHashes = Array.from({ length: 70_000 }, (_, i) => hashLeaf(new TextEncoder().encode(`entry ${i}`)));

describe('the root is that of the recursive definition', () => {
  for (const { size, root } of readJson<{ roots: { size: number; root: string }[] }>('roots.json').roots) {
    test(`${size} entries`, () => {
      assert.equal(encodeHex(frontierRoot(appendLeaves(EMPTY_FRONTIER, leafHashes.slice(0, size)))), root);
    });
  }
});

describe('a tree has these tiles and no others', () => {
  const { trees } = readJson<{ trees: { size: number; tiles: Record<string, string> }[] }>('tiles.json');
  for (const { size, tiles } of trees) {
    test(`${size} entries`, () => {
      const grown = growTree(EMPTY_EDGE, leafHashes.slice(0, size)).tiles;
      const written = Object.fromEntries(grown.map((tile) => [formatTilePath(tile), encodeHex(sha256(tile.bytes))]));
      assert.equal(Object.keys(written).length, grown.length);
      assert.deepEqual(written, tiles);
    });
  }
});

describe('what is right is read or verified', () => {
  for (const vector of readCases<ValidCase>('valid')) {
    if (vector.kind !== 'tlog-proof') test(vector.name, () => checkValid(vector));
  }
});

describe('what is wrong is refused', () => {
  for (const vector of readCases<InvalidCase>('invalid')) {
    if (vector.kind !== 'tlog-proof') test(vector.name, () => checkInvalid(vector));
  }
});

function checkValid(vector: ValidCase): void {
  switch (vector.kind) {
    case 'inclusion':
    case 'consistency':
      assert.ok(verifies(vector));
      return;
    case 'tile-path': {
      const { path, level, index, width } = vector;
      if (level === 'entries') {
        assert.deepEqual(parseEntryBundlePath(path), { index, width });
        assert.equal(parseTilePath(path), null);
        assert.equal(formatEntryBundlePath({ index, width }), path);
      } else {
        assert.deepEqual(parseTilePath(path), { level, index, width });
        assert.equal(parseEntryBundlePath(path), null);
        assert.equal(formatTilePath({ level, index, width }), path);
      }
      return;
    }
    case 'entry-bundle': {
      const entries = vector.entries.map((entry) => decodeHex(entry)!);
      assert.deepEqual(decodeEntryBundle(decodeHex(vector.hex)!, entries.length).map(encodeHex), vector.entries);
      assert.equal(encodeHex(encodeEntryBundle(entries)), vector.hex);
    }
  }
}

function checkInvalid(vector: InvalidCase): void {
  switch (vector.kind) {
    case 'inclusion':
    case 'consistency':
      assert.equal(verifies(vector), false);
      return;
    case 'tile-path':
      assert.equal(parseTilePath(vector.path), null);
      assert.equal(parseEntryBundlePath(vector.path), null);
      return;
    case 'entry-bundle':
      assert.throws(
        () => decodeEntryBundle(decodeHex(vector.hex)!, vector.width),
        (error) => error instanceof TreeError && error.code === vector.error,
      );
  }
}

function verifies(vector: Inclusion | Consistency): boolean {
  const proof = vector.proof.map((hash) => decodeHex(hash)!);
  const head = { size: vector.size, rootHash: decodeHex(vector.root)! };
  return vector.kind === 'inclusion'
    ? verifyInclusion(decodeHex(vector.leafHash)!, vector.index, head, proof)
    : verifyConsistency({ size: vector.olderSize, rootHash: decodeHex(vector.olderRoot)! }, head, proof);
}

function readCases<T>(folder: string): T[] {
  return readdirSync(new URL(folder, FOLDER)).map((file) => readJson<T>(`${folder}/${file}`));
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'));
}
