import { TreeError } from './error.ts';
import { HASH_BYTES } from './rfc6962.ts';

/** Hashes in a full tile, and entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;

/** Levels of the tree between one level of tiles and the next. */
export const TILE_HEIGHT = 8;

/**
 * Where a tile is: hash `i` of it is the root of the perfect subtree of height 8·`level` at `index`·256 + `i`. `width`
 * is the number of hashes, 1 to 256; a tile with fewer than 256 is partial.
 */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** Where a bundle of entries is: those of the leaves in the tile of level 0 at `index`. */
export type EntryBundle = Omit<Tile, 'level'>;

/** Paths may name levels up to this (C2SP tlog-tiles); trees of less than 2^53 leaves reach 6. */
const TILE_MAX_LEVEL = 63;

/** `tile/<level>/<index>[.p/<width>]`, below the log's prefix. */
export function formatTilePath({ level, ...place }: Tile): string {
  return `tile/${level}/${formatPlace(place)}`;
}

/** `tile/entries/<index>[.p/<width>]`, below the log's prefix. */
export function formatEntryBundlePath(bundle: EntryBundle): string {
  return `tile/entries/${formatPlace(bundle)}`;
}

/** The tile of a path, or `null` when it is not exactly as `formatTilePath` writes it. */
export function parseTilePath(path: string): Tile | null {
  const [, level, place] = /^tile\/(0|[1-9]\d?)\/(.+)$/s.exec(path) ?? [];
  const parsed = place === undefined ? null : parsePlace(place);
  return parsed === null || Number(level) > TILE_MAX_LEVEL ? null : { level: Number(level), ...parsed };
}

/** The bundle of a path, or `null` when it is not exactly as `formatEntryBundlePath` writes it. */
export function parseEntryBundlePath(path: string): EntryBundle | null {
  const [, place] = /^tile\/entries\/(.+)$/s.exec(path) ?? [];
  return place === undefined ? null : parsePlace(place);
}

/**
 * The tile at `level` and `index` in a tree of `size` leaves, as wide as that tree makes it, or `null` where the tree
 * has none. With level 0 also the bundle of entries.
 */
export function tileOfTree(level: number, index: number, size: number): Tile | null {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  const width = Math.min(hashes - index * TILE_WIDTH, TILE_WIDTH);
  return width > 0 ? { level, index, width } : null;
}

/**
 * The bytes, if they are those of a tile of at least `width` hashes. A wider version of the same tile serves as well, as
 * partial tiles may be deleted when the full one is there. Throws TreeError.
 */
export function requireTile(bytes: Uint8Array, width: number): Uint8Array {
  if (bytes.length % HASH_BYTES !== 0 || bytes.length < width * HASH_BYTES || bytes.length > TILE_WIDTH * HASH_BYTES) {
    throw new TreeError('bad-tile', `a tile of ${width} hashes cannot have ${bytes.length} bytes`);
  }
  return bytes;
}

function formatPlace({ index, width }: EntryBundle): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!;
  const last = groups.pop()!;
  return `${groups.map((group) => `x${group}/`).join('')}${last}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

function parsePlace(text: string): EntryBundle | null {
  const [, groups, width] = /^((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(text) ?? [];
  if (groups === undefined) return null;
  const place = { index: Number(groups.replace(/\D/g, '')), width: width === undefined ? TILE_WIDTH : Number(width) };
  // Written again it has to be the same: one place, one path.
  return Number.isSafeInteger(place.index) && place.width <= TILE_WIDTH && formatPlace(place) === text ? place : null;
}
