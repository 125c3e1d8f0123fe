import { floorLog2, foldRight, perfectSubtrees, type TreeNode } from './frontier.ts';
import type { TreeEdge } from './grow.ts';
import { HASH_BYTES, hashNode } from './rfc6962.ts';
import { formatTilePath, requireTile, TILE_HEIGHT, TILE_WIDTH, type Tile, tileOfTree } from './tile.ts';

/**
 * Gives the bytes of tiles, in the order asked for; a wider version of a tile will do. It is called once, with every
 * tile that is needed and no other, and rejects when one is not to be had. The same object each time saves hashing: what
 * is above a tile is remembered for as long as its bytes are.
 */
export type ReadTiles = (tiles: readonly Tile[]) => Promise<readonly Uint8Array[]>;

/** Leaves from `start` up to `end` that are a subtree of RFC 6962. */
interface Subtree {
  readonly start: number;
  readonly end: number;
}

/**
 * The inclusion proof of RFC 6962 section 2.1.1, the leaf's sibling first. It reads at most two tiles of each level.
 * Whoever does not trust the tiles verifies the proof. Throws RangeError when `index` is not within `size`, TreeError.
 */
export async function proveInclusion(index: number, size: number, readTiles: ReadTiles): Promise<Uint8Array[]> {
  requireWithin(index, size - 1);
  const siblings: Subtree[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      siblings.push({ start: middle, end });
      end = middle;
    } else {
      siblings.push({ start, end: middle });
      start = middle;
    }
  }
  return hashSubtrees(siblings.reverse(), size, readTiles);
}

/**
 * The consistency proof of RFC 6962 section 2.1.2; empty when the older tree is empty or the same. It reads at most two
 * tiles of each level. Throws RangeError when the sizes are not in order, TreeError.
 */
export async function proveConsistency(olderSize: number, size: number, readTiles: ReadTiles): Promise<Uint8Array[]> {
  requireWithin(olderSize, size);
  if (olderSize === 0) return [];
  const subtrees: Subtree[] = [];
  let [start, end] = [0, size];
  while (end !== olderSize) {
    const middle = start + splitOf(end - start);
    if (olderSize <= middle) {
      subtrees.push({ start: middle, end });
      end = middle;
    } else {
      subtrees.push({ start, end: middle });
      start = middle;
    }
  }
  // A subtree from 0 on is the older tree itself, which the verifier has.
  if (start > 0) subtrees.push({ start, end });
  return hashSubtrees(subtrees.reverse(), size, readTiles);
}

/**
 * The edge of a tree of `size` leaves from its partial tiles, one of each level at most. Whoever goes on from it compares
 * `frontierRoot` with the last checkpoint first. Throws RangeError, TreeError.
 */
export async function loadEdge(size: number, readTiles: ReadTiles): Promise<TreeEdge> {
  requireWithin(0, size);
  const levels = size === 0 ? 0 : Math.floor(floorLog2(size) / TILE_HEIGHT) + 1;
  const places = Array.from({ length: levels }, (_, level) =>
    tileOfTree(level, Math.floor(size / TILE_WIDTH ** (level + 1)), size),
  );
  const tiles = await loadTiles(
    places.filter((tile) => tile !== null),
    readTiles,
  );
  return {
    frontier: { size, hashes: perfectSubtrees(0, size).map((node) => hashOfNode(node, size, tiles)) },
    partialTiles: places.map((tile) =>
      tile === null ? new Uint8Array(0) : tiles.get(formatTilePath(tile))![0]!.slice(0, tile.width * HASH_BYTES),
    ),
  };
}

async function hashSubtrees(subtrees: readonly Subtree[], size: number, readTiles: ReadTiles): Promise<Uint8Array[]> {
  const parts = subtrees.map(({ start, end }) => perfectSubtrees(start, end));
  const needed = parts.flat().map((node) => tileOfNode(node, size));
  const tiles = await loadTiles(needed, readTiles);
  return parts.map((nodes) => foldRight(nodes.map((node) => hashOfNode(node, size, tiles)))!);
}

/** What is above the hashes of tiles, by path; each is read once. */
async function loadTiles(needed: readonly Tile[], readTiles: ReadTiles): Promise<Map<string, TileRows>> {
  const places = new Map(needed.map((tile) => [formatTilePath(tile), tile]));
  if (places.size === 0) return new Map();
  const read = await readTiles([...places.values()]);
  return new Map([...places].map(([path, { width }], i) => [path, growRows(requireTile(read[i]!, width))]));
}

/** The hashes of a tile, and for each height above them the roots of the perfect subtrees of it. */
type TileRows = readonly Uint8Array[];

const knownRows = new WeakMap<Uint8Array, TileRows>();

function growRows(bytes: Uint8Array): TileRows {
  const known = knownRows.get(bytes);
  if (known !== undefined) return known;
  const rows = [bytes];
  for (let below = bytes; below.length >= 2 * HASH_BYTES && rows.length < TILE_HEIGHT; below = rows.at(-1)!) {
    const row = new Uint8Array(Math.floor(below.length / (2 * HASH_BYTES)) * HASH_BYTES);
    for (let at = 0; at < row.length; at += HASH_BYTES)
      row.set(hashNode(hashAt(below, 2 * at), hashAt(below, 2 * at + HASH_BYTES)), at);
    rows.push(row);
  }
  knownRows.set(bytes, rows);
  return rows;
}

/** The root of a perfect subtree, from the tile that it stands in. */
function hashOfNode(node: TreeNode, size: number, tiles: ReadonlyMap<string, TileRows>): Uint8Array {
  const height = node.height % TILE_HEIGHT;
  const row = tiles.get(formatTilePath(tileOfNode(node, size)))![height]!;
  return hashAt(row, (node.index % (TILE_WIDTH / 2 ** height)) * HASH_BYTES).slice();
}

function hashAt(row: Uint8Array, offset: number): Uint8Array {
  return row.subarray(offset, offset + HASH_BYTES);
}

function tileOfNode({ height, index }: TreeNode, size: number): Tile {
  const first = index * 2 ** (height % TILE_HEIGHT);
  return tileOfTree(Math.floor(height / TILE_HEIGHT), Math.floor(first / TILE_WIDTH), size)!;
}

/** The largest power of two below `leaves`, where RFC 6962 divides a tree. */
function splitOf(leaves: number): number {
  return 2 ** floorLog2(leaves - 1);
}

function requireWithin(value: number, limit: number): void {
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(limit) || value < 0 || value > limit) {
    throw new RangeError(`${value} is not within 0..${limit}`);
  }
}
