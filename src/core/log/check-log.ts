import { equalBytes } from '../../base/bytes.ts';
import { CodedError } from '../../base/coded-error.ts';
import { decodeLogEvent } from '../../proof/log-event.ts';
import { frontierRoot } from '../../proof/merkle/frontier.ts';
import { EMPTY_EDGE, growTree, type TileData } from '../../proof/merkle/grow.ts';
import { HASH_BYTES, hashLeaf } from '../../proof/merkle/rfc6962.ts';
import { formatTilePath, TILE_WIDTH } from '../../proof/merkle/tile.ts';
import { type Checkpoint, type LogTrust, openCheckpoint } from '../../proof/note/checkpoint.ts';
import type { VerifierKey } from '../../proof/note/verifier-key.ts';
import type { VerifySignature } from '../../proof/note/verify-note.ts';
import type { CheckpointMemory } from './memory.ts';
import type { AnchoredCheckpoint, LogReader } from './store.ts';

/** Something in the stored log that is not as it has to be. */
export interface LogFinding {
  readonly problem: string;
}

const PAGE_EVENTS = 16 * TILE_WIDTH;
/** Anchored checkpoints that are compared with the tree: a year of one every ten minutes. */
const MAX_ANCHORED = 60_000;

/**
 * Builds the whole tree again from the stored events, and compares it with everything that is stored beside them and
 * with every checkpoint that was signed. `onProgress` is told the number of events checked so far. Events that are
 * committed and not signed yet are read too.
 */
export async function* checkLog(parts: {
  readonly reader: LogReader;
  readonly logKey: VerifierKey;
  readonly verify: VerifySignature;
  readonly memory: CheckpointMemory;
  readonly onProgress: (checked: number) => void;
}): AsyncGenerator<LogFinding> {
  const { reader } = parts;
  const trust: LogTrust = { origin: parts.logKey.name, logKeys: [parts.logKey], witnessKeys: [] };
  // The memory first: what was signed before it was read is in the database.
  const memory = await parts.memory.read();
  const anchored = await reader.listAnchored(MAX_ANCHORED);
  const state = await reader.readState();

  const found: LogFinding[] = [];
  const signed = openOne('the newest signed checkpoint', state.signed);
  const published = openOne('the published checkpoint', state.published?.note ?? null);
  const remembered = openOne('the checkpoint in the memory of the log', memory);
  if (signed === null && (published !== null || remembered !== null || anchored.length > 0)) {
    found.push({ problem: 'no checkpoint is stored as signed, though some were' });
  }
  const checkpoints = [
    { what: 'the newest signed checkpoint', checkpoint: signed },
    { what: 'the published checkpoint', checkpoint: published },
    { what: 'the checkpoint in the memory of the log', checkpoint: remembered },
    ...anchored.map((item) => ({
      what: `the anchored checkpoint of size ${item.size}`,
      checkpoint: openAnchored(item),
    })),
  ].flatMap(({ what, checkpoint }) => (checkpoint === null ? [] : [{ what, checkpoint }]));
  for (const { what, checkpoint } of checkpoints) {
    if (checkpoint.size > (signed?.size ?? 0)) {
      found.push({ problem: `${what} is of size ${checkpoint.size}, the newest signed one of ${signed?.size ?? 0}` });
    }
  }
  yield* found;

  const bySize = Map.groupBy(checkpoints, ({ checkpoint }) => checkpoint.size);
  const signedSize = signed?.size ?? 0;
  const stops = [...bySize.keys(), signedSize].sort((a, b) => b - a);
  let edge = EMPTY_EDGE;
  /** The tile at the edge is compared at every stop. */
  const wrongEvents = new Set<number>();
  yield* compareRoots(0);
  for (let size = 0; size < state.size; ) {
    const end = nextStop(size, Math.min(state.size, size + PAGE_EVENTS));
    const leaves = await reader.listLeaves(size, end);
    if (leaves.length !== end - size) {
      yield { problem: `of events ${size + 1} to ${end} only ${leaves.length} are stored` };
      return;
    }
    for (const [i, leaf] of leaves.entries()) {
      const problem = describeLeaf(leaf);
      if (problem !== null) yield { problem: `event ${size + i + 1}: ${problem}` };
    }
    const { edge: grown, tiles } = growTree(edge, leaves.map(hashLeaf));
    edge = grown;
    if (end <= signedSize) yield* compareTiles(tiles);
    size = end;
    yield* compareRoots(size);
    parts.onProgress(size);
  }

  /** The next size at which there is a root to compare, or what is signed ends. */
  function nextStop(size: number, limit: number): number {
    while (stops.length > 0 && stops.at(-1)! <= size) stops.pop();
    return Math.min(limit, stops.at(-1) ?? limit);
  }

  function openOne(what: string, note: Uint8Array | null): Checkpoint | null {
    if (note === null) return null;
    try {
      return openCheckpoint(note, trust, parts.verify).checkpoint;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      found.push({ problem: `${what} cannot be believed: ${error.message}` });
      return null;
    }
  }

  function openAnchored({ size, note }: AnchoredCheckpoint): Checkpoint | null {
    const what = `the anchored checkpoint of size ${size}`;
    const checkpoint = openOne(what, note);
    if (checkpoint !== null && checkpoint.size !== size) found.push({ problem: `${what} is of another size` });
    return checkpoint;
  }

  function* compareRoots(size: number): Generator<LogFinding> {
    for (const { what, checkpoint } of bySize.get(size) ?? []) {
      if (equalBytes(checkpoint.rootHash, frontierRoot(edge.frontier))) continue;
      yield { problem: `${what}, of size ${size}, has another root than the stored events make` };
    }
  }

  async function* compareTiles(tiles: readonly TileData[]): AsyncGenerator<LogFinding> {
    const stored = await reader.readTiles(tiles);
    for (const [i, tile] of tiles.entries()) {
      const path = formatTilePath(tile);
      const bytes = stored[i]?.subarray(0, tile.bytes.length);
      if (bytes === undefined || bytes.length < tile.bytes.length) {
        yield { problem: `${path} is not stored` };
        continue;
      }
      const wrong = Array.from({ length: tile.width }, (_, hash) => hash).filter((hash) => {
        const [start, end] = [hash * HASH_BYTES, (hash + 1) * HASH_BYTES];
        return !equalBytes(bytes.subarray(start, end), tile.bytes.subarray(start, end));
      });
      if (wrong.length === 0) continue;
      if (tile.level > 0) yield { problem: `${path} does not follow from the events below it` };
      for (const hash of tile.level === 0 ? wrong : []) {
        const sequence = tile.index * TILE_WIDTH + hash + 1;
        if (wrongEvents.has(sequence)) continue;
        wrongEvents.add(sequence);
        yield { problem: `event ${sequence} is not what its hash in the tile at level 0 was made of` };
      }
    }
  }
}

function describeLeaf(leaf: Uint8Array): string | null {
  try {
    decodeLogEvent(leaf);
    return null;
  } catch (error) {
    if (error instanceof CodedError) return error.message;
    throw error;
  }
}
