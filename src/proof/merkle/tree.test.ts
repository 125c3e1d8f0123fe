import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeHex } from '../../base/hex.ts';
import { decodeEntryBundle, ENTRY_MAX_BYTES, encodeEntryBundle } from './entry-bundle.ts';
import { TreeError } from './error.ts';
import { appendLeaves, EMPTY_FRONTIER, floorLog2, frontierRoot } from './frontier.ts';
import { EMPTY_EDGE, growTree, type TreeEdge } from './grow.ts';
import { loadEdge, proveConsistency, proveInclusion, type ReadTiles } from './prove.ts';
import { EMPTY_ROOT, hashLeaf, hashNode } from './rfc6962.ts';
import { formatTilePath, parseTilePath, TILE_WIDTH, type Tile, tileOfTree } from './tile.ts';
import { type TreeHead, verifyConsistency, verifyInclusion } from './verify.ts';

/** RFC 6962 section 2.1 word for word, which keeps what it has hashed. */
class NaiveTree {
  readonly leaves: readonly Uint8Array[];
  readonly #roots = new Map<number, Uint8Array>();

  constructor(size: number) {
    this.leaves = Array.from({ length: size }, (_, i) => hashLeaf(new TextEncoder().encode(`leaf ${i}`)));
  }

  head(size: number): TreeHead {
    return { size, rootHash: this.root(0, size) };
  }

  root(start: number, end: number): Uint8Array {
    if (end - start <= 1) return this.leaves.slice(start, end)[0] ?? EMPTY_ROOT;
    const key = start * 2 ** 20 + end;
    const middle = start + split(end - start);
    const root = this.#roots.get(key) ?? hashNode(this.root(start, middle), this.root(middle, end));
    this.#roots.set(key, root);
    return root;
  }

  path(index: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const middle = start + split(end - start);
    return index < middle
      ? [...this.path(index, start, middle), this.root(middle, end)]
      : [...this.path(index, middle, end), this.root(start, middle)];
  }

  consistency(olderSize: number, size: number): Uint8Array[] {
    return olderSize === 0 ? [] : this.#subproof(olderSize, 0, size, true);
  }

  #subproof(olderEnd: number, start: number, end: number, whole: boolean): Uint8Array[] {
    if (olderEnd === end) return whole ? [] : [this.root(start, end)];
    const middle = start + split(end - start);
    return olderEnd <= middle
      ? [...this.#subproof(olderEnd, start, middle, whole), this.root(middle, end)]
      : [...this.#subproof(olderEnd, middle, end, false), this.root(start, middle)];
  }
}

/** A store of tiles that keeps of each place the widest, and counts what is read. */
class TileStore {
  readonly reads: Tile[][] = [];
  readonly #tiles = new Map<string, Uint8Array>();
  edge: TreeEdge = EMPTY_EDGE;

  append(leafHashes: readonly Uint8Array[]): void {
    const { edge, tiles } = growTree(this.edge, leafHashes);
    this.edge = edge;
    for (const tile of tiles) this.#tiles.set(placeOf(tile), tile.bytes);
  }

  read: ReadTiles = async (tiles) => {
    this.reads.push([...tiles]);
    return tiles.map((tile) => this.#tiles.get(placeOf(tile))!);
  };
}

const MAX_SIZE = 300;
const naive = new NaiveTree(TILE_WIDTH ** 2 + 5000);
const big = new TileStore();
big.append(naive.leaves);

test('appending in any portions gives the root, the frontier and the tiles of appending at once', () => {
  const portions = fc.array(fc.oneof(fc.nat(9), fc.constantFrom(255, 256, 257), fc.nat(700)), { maxLength: 8 });
  fc.assert(
    fc.property(portions, (counts) => {
      let edge = EMPTY_EDGE;
      const written = new Map<string, string>();
      for (const count of counts) {
        const from = edge.frontier.size;
        const grown = growTree(edge, naive.leaves.slice(from, from + count));
        edge = grown.edge;
        for (const tile of grown.tiles) {
          assert.equal(tile.bytes.length, tile.width * 32);
          const place = placeOf(tile);
          assert.ok(encodeHex(tile.bytes).startsWith(written.get(place) ?? ''), 'a tile only grows');
          written.set(place, encodeHex(tile.bytes));
        }
        assert.deepEqual(frontierRoot(edge.frontier), naive.root(0, edge.frontier.size));
      }
      const { size } = edge.frontier;
      const once = growTree(EMPTY_EDGE, naive.leaves.slice(0, size));
      assert.deepEqual(edge, once.edge);
      assert.deepEqual(written, new Map(once.tiles.map((tile) => [placeOf(tile), encodeHex(tile.bytes)])));
    }),
    { numRuns: 60 },
  );
});

test('every tile that a tree of this size has is written, and no empty one', () => {
  for (const size of [1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000]) {
    const { tiles } = growTree(EMPTY_EDGE, naive.leaves.slice(0, size));
    const expected = [0, 1, 2, 3].flatMap((level) =>
      Array.from({ length: Math.ceil(size / TILE_WIDTH ** (level + 1)) }, (_, index) => tileOfTree(level, index, size)),
    );
    assert.deepEqual(
      new Set(tiles.map(formatTilePath)),
      new Set(expected.filter((tile) => tile !== null).map(formatTilePath)),
      `size ${size}`,
    );
  }
});

test('growing by nothing writes nothing', () => {
  const { edge } = growTree(EMPTY_EDGE, naive.leaves.slice(0, 300));
  assert.deepEqual(growTree(edge, []), { edge, tiles: [] });
});

test('consistency between all sizes up to 300 is proved and verified', () => {
  for (let size = 0; size <= MAX_SIZE; size++) {
    for (let olderSize = 0; olderSize <= size; olderSize++) {
      const proof = naive.consistency(olderSize, size);
      const head = naive.head(size);
      assert.ok(verifyConsistency(naive.head(olderSize), head, proof), `${olderSize} to ${size}`);
    }
  }
});

test('every entry of every tree of up to 70 entries is proved from tiles as the definition has it', async () => {
  for (let size = 1; size <= 70; size++) {
    for (let index = 0; index < size; index++) {
      const proof = await proveInclusion(index, size, big.read);
      assert.deepEqual(proof, naive.path(index, 0, size));
      assert.ok(verifyInclusion(naive.leaves[index]!, index, naive.head(size), proof));
    }
  }
});

test('proofs from tiles are those of the definition around every boundary', async () => {
  const edges = [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, naive.leaves.length];
  for (const size of edges) {
    for (const olderSize of [0, ...edges].filter((older) => older <= size)) {
      assert.deepEqual(await proveConsistency(olderSize, size, big.read), naive.consistency(olderSize, size));
      if (olderSize === size) continue;
      assert.deepEqual(await proveInclusion(olderSize, size, big.read), naive.path(olderSize, 0, size));
    }
  }
});

test('proofs of random trees from tiles verify', async () => {
  const size = fc.integer({ min: 1, max: naive.leaves.length });
  await fc.assert(
    fc.asyncProperty(size, fc.nat(), fc.nat(), async (size, anyIndex, anyOlder) => {
      const [index, olderSize] = [anyIndex % size, anyOlder % (size + 1)];
      const inclusion = await proveInclusion(index, size, big.read);
      assert.ok(verifyInclusion(naive.leaves[index]!, index, naive.head(size), inclusion));
      const consistency = await proveConsistency(olderSize, size, big.read);
      assert.ok(verifyConsistency(naive.head(olderSize), naive.head(size), consistency));
    }),
    { numRuns: 100 },
  );
});

test('a proof reads in one call the tiles of the path and of the right edge and no others', async () => {
  const size = naive.leaves.length;
  const store = new TileStore();
  store.append(naive.leaves);
  for (const index of [0, 70_000, size - 1]) await proveInclusion(index, size, store.read);
  for (const older of [1, 70_000, 65_536, size - 1]) await proveConsistency(older, size, store.read);
  for (const tiles of store.reads) {
    for (const level of [0, 1, 2]) assert.ok(tiles.filter((tile) => tile.level === level).length <= 2);
    assert.equal(new Set(tiles.map(formatTilePath)).size, tiles.length);
  }
  assert.deepEqual(store.reads[0]!.map(formatTilePath).sort(), [
    'tile/0/000',
    'tile/0/275.p/136',
    'tile/1/000',
    'tile/1/001.p/19',
  ]);
  assert.equal(store.reads.length, 7);
});

test('the edge of a tree comes back from its partial tiles', async () => {
  const sizes = fc.oneof(fc.constantFrom(0, 1, 255, 256, 257, 65_535, 65_536, 65_537), fc.nat(naive.leaves.length));
  await fc.assert(
    fc.asyncProperty(sizes, async (size) => {
      const store = new TileStore();
      store.append(naive.leaves.slice(0, size));
      const edge = await loadEdge(size, store.read);
      assert.deepEqual(frontierRoot(edge.frontier), naive.root(0, size));
      assert.deepEqual(
        growTree(edge, naive.leaves.slice(0, 300)).tiles,
        growTree(store.edge, naive.leaves.slice(0, 300)).tiles,
      );
      assert.ok(store.reads.flat().every((tile) => tile.width < TILE_WIDTH));
    }),
    { numRuns: 20 },
  );
});

test('an inclusion proof in which any bit is changed does not verify', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: MAX_SIZE }), fc.nat(), fc.nat(), fc.nat(255), (size, any, at, bit) => {
      const index = any % size;
      const head = naive.head(size);
      const parts = [naive.leaves[index]!, head.rootHash, ...naive.path(index, 0, size)];
      const [leaf, rootHash, ...proof] = parts.map((part, i) => (i === at % parts.length ? flip(part, bit) : part));
      assert.equal(verifyInclusion(leaf!, index, { size, rootHash: rootHash! }, proof), false);
    }),
  );
});

test('a consistency proof in which any bit is changed does not verify', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: MAX_SIZE }), fc.nat(), fc.nat(), fc.nat(255), (size, any, at, bit) => {
      const olderSize = 1 + (any % (size - 1));
      const parts = [naive.root(0, olderSize), naive.root(0, size), ...naive.consistency(olderSize, size)];
      const changed = parts.map((part, i) => (i === at % parts.length ? flip(part, bit) : part));
      const [olderRoot, rootHash, ...proof] = changed;
      assert.equal(
        verifyConsistency({ size: olderSize, rootHash: olderRoot! }, { size, rootHash: rootHash! }, proof),
        false,
      );
    }),
  );
});

test('an inclusion proof verifies under no other index of the tree', () => {
  for (const size of [2, 3, 7, 8, 100, 256, 257]) {
    for (let index = 0; index < size; index += 1 + Math.floor(size / 20)) {
      const proof = naive.path(index, 0, size);
      for (let other = 0; other < size + 5; other++) {
        const verified = verifyInclusion(naive.leaves[index]!, other, naive.head(size), proof);
        assert.equal(verified, other === index, `${index} as ${other} of ${size}`);
      }
    }
  }
});

test('a proof for one size verifies under the head of no other', () => {
  for (let size = 1; size <= 40; size++) {
    for (let other = 1; other <= 40; other++) {
      if (other === size) continue;
      for (let index = 0; index < size; index++) {
        const proof = naive.path(index, 0, size);
        assert.equal(verifyInclusion(naive.leaves[index]!, index, naive.head(other), proof), false);
      }
      for (let olderSize = 1; olderSize < size; olderSize++) {
        const proof = naive.consistency(olderSize, size);
        assert.equal(verifyConsistency(naive.head(olderSize), naive.head(other), proof), false);
        if (other < size && other !== olderSize) {
          assert.equal(verifyConsistency(naive.head(other), naive.head(size), proof), false);
        }
      }
    }
  }
});

test('a wrong older size with the right roots does not verify, nor does a size with a path of another length', () => {
  for (let size = 2; size <= 70; size++) {
    const head = naive.head(size);
    for (let olderSize = 1; olderSize < size; olderSize++) {
      const proof = naive.consistency(olderSize, size);
      for (const wrong of [2 * size, 4 * size, size * 2 ** 30]) {
        const older = naive.head(olderSize);
        assert.equal(verifyConsistency(older, { ...head, size: wrong }, [...proof]), false, `${olderSize} ${wrong}`);
      }
      for (let wrong = 0; wrong < size; wrong++) {
        if (wrong === olderSize) continue;
        const older = { size: wrong, rootHash: naive.root(0, olderSize) };
        assert.equal(verifyConsistency(older, head, proof), false, `${olderSize} as ${wrong} of ${size}`);
      }
    }
  }
});

test('a longer or shorter proof does not verify', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: MAX_SIZE }), fc.nat(), fc.nat(), (size, any, at) => {
      const index = any % size;
      const olderSize = 1 + (any % (size - 1));
      const [older, head] = [naive.head(olderSize), naive.head(size)];
      const inclusion = naive.path(index, 0, size);
      const consistency = naive.consistency(olderSize, size);
      const without = (proof: Uint8Array[]) => proof.toSpliced(at % proof.length, 1);
      const withMore = (proof: Uint8Array[]) => proof.toSpliced(at % (proof.length + 1), 0, naive.leaves[at % 300]!);
      const leaf = naive.leaves[index]!;
      assert.equal(verifyInclusion(leaf, index, head, without(inclusion)), false);
      assert.equal(verifyInclusion(leaf, index, head, withMore(inclusion)), false);
      assert.equal(verifyConsistency(older, head, without(consistency)), false);
      assert.equal(verifyConsistency(older, head, withMore(consistency)), false);
    }),
  );
});

test('sizes and indexes that are no integers, and hashes that are none, do not verify', () => {
  const [leaf, head, proof] = [naive.leaves[1]!, naive.head(2), naive.path(1, 0, 2)];
  assert.ok(verifyInclusion(leaf, 1, head, proof));
  for (const wrong of [-1, 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.equal(verifyInclusion(leaf, wrong, head, proof), false);
    assert.equal(verifyInclusion(leaf, 1, { ...head, size: wrong }, proof), false);
    assert.equal(verifyConsistency({ ...head, size: wrong }, naive.head(3), naive.consistency(2, 3)), false);
    assert.equal(verifyConsistency(naive.head(1), { ...head, size: wrong }, proof), false);
  }
  assert.equal(verifyInclusion(leaf.subarray(1), 1, head, proof), false);
  assert.equal(verifyInclusion(leaf, 1, { size: 2, rootHash: new Uint8Array(0) }, proof), false);
});

test('a tree of more than 2^32 leaves is walked without loss', () => {
  // All leaves are the same, so there is one hash for each height.
  const perfect = [naive.leaves[0]!];
  for (let height = 0; height < 40; height++) perfect.push(hashNode(perfect[height]!, perfect[height]!));
  const size = 2 ** 40;
  const head = { size, rootHash: perfect[40]! };
  assert.ok(verifyInclusion(perfect[0]!, size - 2, head, perfect.slice(0, 40)));
  const grown = appendLeaves({ size, hashes: [perfect[40]!] }, [naive.leaves[1]!, naive.leaves[2]!, naive.leaves[3]!]);
  const newer = { size: size + 3, rootHash: frontierRoot(grown) };
  const pair = hashNode(naive.leaves[1]!, naive.leaves[2]!);
  assert.deepEqual(newer.rootHash, hashNode(perfect[40]!, hashNode(pair, naive.leaves[3]!)));
  assert.ok(verifyConsistency(head, newer, [hashNode(pair, naive.leaves[3]!)]));
  assert.ok(verifyInclusion(naive.leaves[3]!, size + 2, newer, [pair, perfect[40]!]));
  assert.equal(verifyInclusion(naive.leaves[3]!, 2, newer, [pair, perfect[40]!]), false);
});

test('the binary logarithm is exact beside every power of two', () => {
  for (let exponent = 1; exponent <= 53; exponent++) {
    assert.equal(floorLog2(2 ** exponent - 1), exponent - 1);
    if (exponent < 53) assert.equal(floorLog2(2 ** exponent), exponent);
  }
});

test('what is not an edge, a frontier or a place in a tree is refused', async () => {
  const hash = naive.leaves[0]!;
  assert.throws(() => frontierRoot({ size: 3, hashes: [hash] }), RangeError);
  assert.throws(() => frontierRoot({ size: -1, hashes: [] }), RangeError);
  assert.throws(() => appendLeaves({ size: 1, hashes: [] }, [hash]), RangeError);
  assert.throws(() => appendLeaves(EMPTY_FRONTIER, [hash.subarray(1)]), RangeError);
  assert.throws(
    () => appendLeaves({ size: Number.MAX_SAFE_INTEGER, hashes: Array(53).fill(hash) }, [hash]),
    RangeError,
  );
  assert.throws(() => growTree({ frontier: { size: 1, hashes: [hash] }, partialTiles: [] }, [hash]), RangeError);
  for (const index of [-1, 5, 0.5]) await assert.rejects(proveInclusion(index, 5, big.read), RangeError);
  for (const older of [-1, 6, 0.5]) await assert.rejects(proveConsistency(older, 5, big.read), RangeError);
  await assert.rejects(proveInclusion(0, 0, big.read), RangeError);
  await assert.rejects(loadEdge(-1, big.read), RangeError);
});

test('a tile that is too short or not of whole hashes is refused', async () => {
  for (const bytes of [
    new Uint8Array(0),
    new Uint8Array(4 * 32),
    new Uint8Array(5 * 32 + 1),
    new Uint8Array(257 * 32),
  ]) {
    await assert.rejects(
      proveInclusion(0, 5, async () => [bytes]),
      (error) => error instanceof TreeError && error.code === 'bad-tile',
    );
  }
});

test('a tile path is read back as it was written', () => {
  fc.assert(
    fc.property(fc.nat(63), fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
      assert.deepEqual(parseTilePath(formatTilePath({ level, index, width })), { level, index, width });
    }),
  );
});

test('any text is either no tile path or the one of what it is read as', () => {
  const unit = fc.constantFrom('x', '0', '1', '9', '/', '.p/', 'tile/', 'tile/0/', 'x001/', '000', 'entries/');
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 8 }), (parts) => {
      const path = parts.join('');
      const tile = parseTilePath(path);
      if (tile !== null) assert.equal(formatTilePath(tile), path);
    }),
    { numRuns: 2000 },
  );
});

test('a bundle gives back its entries, and an entry over 65535 bytes does not fit', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 }), (entries) => {
      assert.deepEqual(decodeEntryBundle(encodeEntryBundle(entries), entries.length), entries);
    }),
  );
  const longest = new Uint8Array(ENTRY_MAX_BYTES);
  assert.deepEqual(decodeEntryBundle(encodeEntryBundle([longest]), 1), [longest]);
  assert.throws(
    () => encodeEntryBundle([new Uint8Array(ENTRY_MAX_BYTES + 1)]),
    (error) => error instanceof TreeError && error.code === 'entry-too-large',
  );
});

function split(leaves: number): number {
  let power = 1;
  while (power * 2 < leaves) power *= 2;
  return power;
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}

function placeOf({ level, index }: Tile): string {
  return `${level}/${index}`;
}
