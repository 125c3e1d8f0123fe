import { concatBytes } from '../../base/bytes.ts';
import { floorLog2, foldRight, perfectSubtrees, type TreeNode } from './frontier.ts';
import type { TreeEdge } from './grow.ts';
import { hashNode } from './rfc6962.ts';
import { decodeTile, formatTilePath, TILE_HEIGHT, TILE_WIDTH, type Tile, tileOfTree } from './tile.ts';

/**
 * Gives the bytes of tiles, in the order asked for; a wider version of a tile will do. It is called once, with every
 * tile that is needed and no other, and rejects when one is not to be had.
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
    partialTiles: places.map((tile) => concatBytes(...(tile === null ? [] : tiles.get(formatTilePath(tile))!))),
  };
}

async function hashSubtrees(subtrees: readonly Subtree[], size: number, readTiles: ReadTiles): Promise<Uint8Array[]> {
  const parts = subtrees.map(({ start, end }) => perfectSubtrees(start, end));
  const needed = parts.flat().map((node) => tileOfNode(node, size));
  const tiles = await loadTiles(needed, readTiles);
  return parts.map((nodes) => foldRight(nodes.map((node) => hashOfNode(node, size, tiles)))!);
}

/** The hashes of tiles by path, each read once. */
async function loadTiles(needed: readonly Tile[], readTiles: ReadTiles): Promise<Map<string, Uint8Array[]>> {
  const places = new Map(needed.map((tile) => [formatTilePath(tile), tile]));
  if (places.size === 0) return new Map();
  const read = await readTiles([...places.values()]);
  return new Map([...places].map(([path, { width }], i) => [path, decodeTile(read[i]!, width)]));
}

/** The root of a perfect subtree from the hashes in its tile that it stands on. */
function hashOfNode(node: TreeNode, size: number, tiles: ReadonlyMap<string, readonly Uint8Array[]>): Uint8Array {
  const count = 2 ** (node.height % TILE_HEIGHT);
  const offset = (node.index * count) % TILE_WIDTH;
  let level = tiles.get(formatTilePath(tileOfNode(node, size)))!.slice(offset, offset + count);
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => hashNode(level[2 * i]!, level[2 * i + 1]!));
  }
  return level[0]!;
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
