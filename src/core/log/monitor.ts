import { equalBytes } from '../../base/bytes.ts';
import { CodedError } from '../../base/coded-error.ts';
import { decodeEntryBundle } from '../../proof/merkle/entry-bundle.ts';
import { TreeError } from '../../proof/merkle/error.ts';
import { frontierRoot } from '../../proof/merkle/frontier.ts';
import { growTree, type TileData, type TreeEdge } from '../../proof/merkle/grow.ts';
import { loadEdge, proveConsistency } from '../../proof/merkle/prove.ts';
import { EMPTY_ROOT, HASH_BYTES, hashLeaf } from '../../proof/merkle/rfc6962.ts';
import {
  type EntryBundle,
  formatEntryBundlePath,
  formatTilePath,
  TILE_WIDTH,
  type Tile,
  tileOfTree,
} from '../../proof/merkle/tile.ts';
import { type TreeHead, verifyConsistency } from '../../proof/merkle/verify.ts';
import { type LogTrust, openCheckpoint, type SignedCheckpoint } from '../../proof/note/checkpoint.ts';
import { NoteError } from '../../proof/note/error.ts';
import type { VerifySignature } from '../../proof/note/verify-note.ts';

export type MonitorErrorCode =
  /** The checkpoint is not one, or not by the log's key. */
  | 'bad-checkpoint'
  /** The log shows a smaller tree than before. */
  | 'rolled-back'
  /** The log has signed two trees of one size. */
  | 'equivocation'
  /** The log has signed a tree that does not continue the one before. */
  | 'inconsistent'
  /** A tile is missing, or is not what the signed tree has there. */
  | 'bad-tile'
  /** Entries are missing, or are not those of the signed tree. */
  | 'bad-entries';

/** What is wrong with a log. */
export class MonitorError extends CodedError<MonitorErrorCode> {
  /** The checkpoint that was seen now, where the contradiction is between it and the one before. */
  readonly evidence: Uint8Array | null;

  constructor(code: MonitorErrorCode, message: string, evidence: Uint8Array | null = null, options?: ErrorOptions) {
    super(code, message, options);
    this.evidence = evidence;
  }
}

/** A log as it can be read by anybody (C2SP tlog-tiles). Both reject with CodedError when there is no answer to be had. */
export interface LogSource {
  readCheckpoint(): Promise<Uint8Array>;
  /** What is at a path below the log's prefix; null when there is nothing. */
  readPath(path: string): Promise<Uint8Array | null>;
}

export interface Observation {
  /** What is to be remembered for the next time. */
  readonly note: Uint8Array;
  readonly seen: SignedCheckpoint;
  /** Entries that were read and checked now. */
  readonly newEntries: number;
}

/** Bundles that are hashed together: a few thousand entries. */
const BUNDLES_AT_ONCE = 16;

/**
 * Reads what a log has added since the checkpoint `remembered` (null: since its beginning), and checks all of it: the
 * signature, that the tree continues, that the entries make it, and that the tiles are its tiles. Whatever the log
 * serves, it is compared with what it has signed. Errors: MonitorError, and what `source` rejects with.
 */
export async function observeLog(parts: {
  readonly source: LogSource;
  readonly trust: LogTrust;
  readonly verify: VerifySignature;
  readonly remembered: Uint8Array | null;
  readonly onProgress: (entries: number) => void;
}): Promise<Observation> {
  const { source, trust, verify, remembered } = parts;
  const open = (bytes: Uint8Array) => openCheckpoint(bytes, trust, verify);
  const older: TreeHead = remembered === null ? { size: 0, rootHash: EMPTY_ROOT } : open(remembered).checkpoint;
  const note = await source.readCheckpoint();
  const seen = openSeen(note);
  const newer = seen.checkpoint;
  if (newer.size < older.size) {
    const sizes = `of size ${newer.size}, and one of size ${older.size} was seen before`;
    throw new MonitorError('rolled-back', `the checkpoint is ${sizes}: an old copy, or a log that takes back`, note);
  }
  if (newer.size === older.size && !equalBytes(newer.rootHash, older.rootHash)) {
    throw new MonitorError('equivocation', `two checkpoints of size ${newer.size} have different roots`, note);
  }
  let edge = await findEdge();
  let badTile: string | null = null;
  for (let size = older.size; size < newer.size; ) {
    const end = Math.min(newer.size, (Math.floor(size / TILE_WIDTH) + BUNDLES_AT_ONCE) * TILE_WIDTH);
    const { edge: grown, tiles } = growTree(edge, (await readEntries(size, end)).map(hashLeaf));
    edge = grown;
    for (const tile of tiles) if (!(await isServed(tile))) badTile ??= formatTilePath(tile);
    size = end;
    parts.onProgress(size - older.size);
  }
  if (!equalBytes(frontierRoot(edge.frontier), newer.rootHash)) {
    await refuseContradiction();
    throw new MonitorError('bad-entries', 'the entries are not those of the tree that was signed', note);
  }
  if (badTile !== null) throw new MonitorError('bad-tile', `${badTile} does not follow from the entries`, note);
  return { note, seen, newEntries: newer.size - older.size };

  function openSeen(bytes: Uint8Array): SignedCheckpoint {
    try {
      return open(bytes);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      throw new MonitorError('bad-checkpoint', `the checkpoint cannot be believed: ${error.message}`, bytes, {
        cause: error,
      });
    }
  }

  /** What the older tree ends with. The log gives it, and it has to make the root that the log signed. */
  async function findEdge(): Promise<TreeEdge> {
    const edge = await fromTiles(() => loadEdge(older.size, readTiles));
    if (equalBytes(frontierRoot(edge.frontier), older.rootHash)) return edge;
    await refuseContradiction();
    throw new MonitorError('bad-tile', 'the tiles are not those of the tree that was signed before', note);
  }

  /** Tells a log that has signed two histories from one that serves something else than it has signed. */
  async function refuseContradiction(): Promise<void> {
    const proof = await fromTiles(() => proveConsistency(older.size, newer.size, readTiles));
    if (verifyConsistency(older, newer, proof)) return;
    // What the newer tree has for its first entries, if the tiles are of that tree, which the proof says.
    const { frontier } = await fromTiles(() => loadEdge(older.size, readTiles));
    const other = { size: older.size, rootHash: frontierRoot(frontier) };
    if (!verifyConsistency(other, newer, proof)) {
      throw new MonitorError('bad-tile', 'the tiles are not those of the tree that was signed', note);
    }
    const sizes = `of size ${newer.size} does not continue the one of size ${older.size}; both were signed`;
    throw new MonitorError('inconsistent', `the tree ${sizes}`, note);
  }

  async function readEntries(start: number, end: number): Promise<Uint8Array[]> {
    const entries: Uint8Array[] = [];
    for (let index = Math.floor(start / TILE_WIDTH); index * TILE_WIDTH < end; index++) {
      const { width } = tileOfTree(0, index, newer.size)!;
      const bundle = await readBundle({ index, width });
      const first = index * TILE_WIDTH;
      entries.push(...bundle.slice(Math.max(0, start - first), end - first));
    }
    return entries;
  }

  async function readBundle(bundle: EntryBundle): Promise<Uint8Array[]> {
    const path = formatEntryBundlePath(bundle);
    const bytes = await source.readPath(path);
    // A partial one may be gone when there is the full one.
    const full = bytes ?? (await source.readPath(formatEntryBundlePath({ ...bundle, width: TILE_WIDTH })));
    if (full === null) throw new MonitorError('bad-entries', `${path} is missing`);
    try {
      return decodeEntryBundle(full, bytes === null ? TILE_WIDTH : bundle.width).slice(0, bundle.width);
    } catch (error) {
      if (!(error instanceof TreeError)) throw error;
      throw new MonitorError('bad-entries', `${path}: ${error.message}`, null, { cause: error });
    }
  }

  /** In a tree that has grown on, the tile may be wider: that is the one that the log has to have. */
  async function isServed(tile: TileData): Promise<boolean> {
    const bytes = await readTile(tile);
    return equalBytes(bytes.subarray(0, tile.bytes.length), tile.bytes);
  }

  async function readTiles(tiles: readonly Tile[]): Promise<readonly Uint8Array[]> {
    return Promise.all(tiles.map(readTile));
  }

  /** As wide as the newest tree has it: a log may delete narrower ones. */
  async function readTile({ level, index, width }: Tile): Promise<Uint8Array> {
    const now = tileOfTree(level, index, newer.size) ?? { level, index, width };
    const path = formatTilePath(now);
    const bytes =
      (await source.readPath(path)) ?? (await source.readPath(formatTilePath({ ...now, width: TILE_WIDTH })));
    if (bytes === null) throw new MonitorError('bad-tile', `${path} is missing`);
    if (bytes.length < width * HASH_BYTES || bytes.length % HASH_BYTES !== 0) {
      throw new MonitorError('bad-tile', `${path} has ${bytes.length} bytes`);
    }
    return bytes;
  }

  async function fromTiles<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof TreeError)) throw error;
      throw new MonitorError('bad-tile', error.message, null, { cause: error });
    }
  }
}
