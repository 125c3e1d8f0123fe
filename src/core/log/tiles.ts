import { LRUCache } from 'lru-cache';
import type { ReadTiles } from '../../proof/merkle/prove.ts';
import { HASH_BYTES } from '../../proof/merkle/rfc6962.ts';
import { formatTilePath, TILE_WIDTH, type Tile } from '../../proof/merkle/tile.ts';
import { LogError } from './error.ts';
import type { LogReader } from './store.ts';

/** Eight megabytes: enough for every tile above level 0 of a log of 50 million events. */
const CACHED_TILES = 1000;

/** Reads tiles out of the store. Full ones never change and are remembered. Rejects with `tree-damaged`. */
export function createTileReader(reader: Pick<LogReader, 'readTiles'>): ReadTiles {
  const full = new LRUCache<string, Uint8Array>({ max: CACHED_TILES });
  const pathOf = ({ level, index }: Tile) => formatTilePath({ level, index, width: TILE_WIDTH });
  return async (tiles) => {
    const known = tiles.map((tile) => full.get(pathOf(tile)) ?? null);
    const unknown = tiles.filter((_, i) => known[i] === null);
    const read = (await reader.readTiles(unknown)).values();
    return tiles.map((tile, i) => {
      const bytes = known[i] ?? read.next().value ?? null;
      if (bytes === null || bytes.length < tile.width * HASH_BYTES) {
        throw new LogError('tree-damaged', `${formatTilePath(tile)} is not stored`);
      }
      if (bytes.length === TILE_WIDTH * HASH_BYTES) full.set(pathOf(tile), bytes);
      return bytes;
    });
  };
}
