import { appendLeaves, EMPTY_FRONTIER, type Frontier } from './frontier.ts';
import { HASH_BYTES } from './rfc6962.ts';
import { TILE_HEIGHT, TILE_WIDTH, type Tile } from './tile.ts';

/** What a log keeps at hand to append: the frontier, and the bytes of the partial tile of each level (or no bytes). */
export interface TreeEdge {
  readonly frontier: Frontier;
  readonly partialTiles: readonly Uint8Array[];
}

export interface TileData extends Tile {
  readonly bytes: Uint8Array;
}

export const EMPTY_EDGE: TreeEdge = { frontier: EMPTY_FRONTIER, partialTiles: [] };

/**
 * Appends `leafHashes`. `tiles` is what has to be written before a checkpoint of the new size is published: every tile
 * that has become full, then the partial ones that have grown. Throws RangeError when `edge` is not one.
 */
export function growTree(edge: TreeEdge, leafHashes: readonly Uint8Array[]): { edge: TreeEdge; tiles: TileData[] } {
  const growing = edge.partialTiles.map((bytes, level) => new GrowingTile(edge.frontier.size, level, bytes));
  const full: TileData[] = [];
  const frontier = appendLeaves(edge.frontier, leafHashes, (height, hash) => {
    if (height % TILE_HEIGHT !== 0) return;
    const level = height / TILE_HEIGHT;
    growing[level] ??= new GrowingTile(edge.frontier.size, level, new Uint8Array(0));
    const tile = growing[level].push(hash);
    if (tile !== null) full.push(tile);
  });
  const partial = growing.filter(({ changed, width }) => changed && width > 0).map((tile) => tile.copy());
  return { edge: { frontier, partialTiles: growing.map((tile) => tile.copy().bytes) }, tiles: [...full, ...partial] };
}

class GrowingTile {
  readonly #level: number;
  readonly #bytes = new Uint8Array(TILE_WIDTH * HASH_BYTES);
  #index: number;
  width: number;
  changed = false;

  constructor(size: number, level: number, bytes: Uint8Array) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    this.#level = level;
    this.#index = Math.floor(hashes / TILE_WIDTH);
    this.width = hashes % TILE_WIDTH;
    if (bytes.length !== this.width * HASH_BYTES) {
      throw new RangeError(`the partial tile of level ${level} has ${bytes.length} bytes`);
    }
    this.#bytes.set(bytes);
  }

  /** Takes the next hash; the tile if that makes it full, and the next tile starts. */
  push(hash: Uint8Array): TileData | null {
    this.#bytes.set(hash, this.width * HASH_BYTES);
    this.width++;
    this.changed = true;
    if (this.width < TILE_WIDTH) return null;
    const full = this.copy();
    this.#index++;
    this.width = 0;
    return full;
  }

  copy(): TileData {
    const bytes = this.#bytes.slice(0, this.width * HASH_BYTES);
    return { level: this.#level, index: this.#index, width: this.width, bytes };
  }
}
