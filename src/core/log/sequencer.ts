import { equalBytes } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import { frontierRoot } from '../../proof/merkle/frontier.ts';
import { EMPTY_EDGE, growTree, type TreeEdge } from '../../proof/merkle/grow.ts';
import { loadEdge, proveConsistency } from '../../proof/merkle/prove.ts';
import { EMPTY_ROOT, hashLeaf } from '../../proof/merkle/rfc6962.ts';
import { type TreeHead, verifyConsistency } from '../../proof/merkle/verify.ts';
import { type Checkpoint, type LogTrust, openCheckpoint } from '../../proof/note/checkpoint.ts';
import { NoteError } from '../../proof/note/error.ts';
import { formatNote, type Note } from '../../proof/note/note.ts';
import type { VerifySignature } from '../../proof/note/verify-note.ts';
import type { Store } from '../store.ts';
import { LogError } from './error.ts';
import { type LogKeys, signCheckpoint } from './keys.ts';
import type { CheckpointMemory } from './memory.ts';
import type { LogState, PublishedNote } from './store.ts';
import { createTileReader } from './tiles.ts';
import type { Witnesses } from './witnesses.ts';

/** Events integrated at a time: some ten milliseconds of hashing, in which nothing else runs. */
export const BATCH_MAX_EVENTS = 4_096;
/**
 * Another process takes over this soon after one dies, and after what it may wait for witnesses. Too short only wastes
 * work: the slower one's write is refused.
 */
const LEASE_MS = 3_000;
/** How often a process looks into what another one publishes: each time costs it a synced file. */
const FOLLOW_MS = 1_000;

export interface SequencerParts {
  readonly store: Store;
  readonly keys: LogKeys;
  readonly verify: VerifySignature;
  readonly memory: CheckpointMemory;
  /** Null: nobody cosigns. */
  readonly witnesses: Witnesses | null;
  readonly clock: Clock;
  /** A checkpoint is signed and published again when it is as old as this, also without a new event. */
  readonly resignMs: number;
  /** Tells the processes that share a store apart: unique to this one. */
  readonly nodeId: string;
}

/** What a pass has left behind. */
export interface LogProgress {
  /** Events committed. */
  readonly size: number;
  readonly published: PublishedNote | null;
  /** Whether it is this process that signs. */
  readonly isLeading: boolean;
}

/**
 * Brings committed events under a published checkpoint. What it holds in memory is only what a load would give again:
 * whenever a write fails, or its outcome is not known, it forgets it all, and the next pass starts from what is stored.
 */
export interface Sequencer {
  /**
   * One pass: integrate, sign, publish, as far as there is something to do and no other process is at it.
   * Errors: LogError, and whatever the store or the memory threw.
   */
  pass(): Promise<LogProgress>;
  /** Lets another process take over at once. */
  release(): Promise<void>;
}

/** The newest signed checkpoint, and what is needed to go on from it. */
interface Position {
  readonly revision: number;
  /** As it is stored. */
  readonly signed: Uint8Array | null;
  readonly edge: TreeEdge;
  readonly rootHash: Uint8Array;
  /** Null before the first one. */
  readonly note: Note | null;
}

export function createSequencer(parts: SequencerParts): Sequencer {
  const { store, keys, memory, clock, nodeId } = parts;
  const { log } = store;
  const readTiles = createTileReader(log);
  const leaseMs = LEASE_MS + (parts.witnesses?.maxWaitMs ?? 0);
  const trust: LogTrust = { origin: keys.log.key.name, logKeys: [keys.log.key], witnessKeys: [] };
  let position: Position | null = null;
  /** What the memory holds, once it was read. */
  let remembered: Checkpoint | null | undefined;
  let followedAt = Number.NEGATIVE_INFINITY;

  /** The state as it is now. The memory first: what another process on this machine puts there is in the store by then. */
  async function lookBack(): Promise<LogState> {
    const note = await memory.read();
    remembered = note === null ? null : open(note, 'the checkpoint in the memory of the log').checkpoint;
    return log.readState();
  }

  async function load(state: LogState): Promise<Position> {
    if (state.signed === null) {
      if (remembered != null) throw rolledBack(remembered, 0);
      return { revision: 0, signed: null, edge: EMPTY_EDGE, rootHash: EMPTY_ROOT, note: null };
    }
    const { checkpoint, note } = open(state.signed, 'the newest signed checkpoint');
    const { size, rootHash } = checkpoint;
    if (size > state.size) {
      throw new LogError('events-missing', `${size} events are under a checkpoint, ${state.size} are stored`);
    }
    await requireContinuation(checkpoint);
    const edge = await loadEdge(size, readTiles);
    if (!equalBytes(frontierRoot(edge.frontier), rootHash)) {
      throw new LogError('tree-damaged', `the stored tiles do not make the root of the checkpoint of size ${size}`);
    }
    return { revision: state.revision, signed: state.signed, edge, rootHash, note };
  }

  /** Refuses a tree that does not continue what this machine has seen signed. */
  async function requireContinuation(tree: TreeHead): Promise<void> {
    if (remembered == null) return;
    if (tree.size < remembered.size) throw rolledBack(remembered, tree.size);
    const proof = await proveConsistency(remembered.size, tree.size, readTiles);
    if (!verifyConsistency(remembered, tree, proof)) {
      const sizes = `of size ${tree.size} does not continue the one of size ${remembered.size} that was signed before`;
      throw new LogError('inconsistent', `the tree ${sizes}`);
    }
  }

  async function remember(note: Note, checkpoint: Checkpoint): Promise<void> {
    // A checkpoint that was only signed anew says nothing new.
    if (remembered?.size === checkpoint.size && equalBytes(remembered.rootHash, checkpoint.rootHash)) return;
    // Should the write fail, it may have happened all the same: what is there is read again.
    remembered = undefined;
    await memory.write(encodeNote(note));
    remembered = checkpoint;
  }

  function open(bytes: Uint8Array, what: string): ReturnType<typeof openCheckpoint> {
    try {
      return openCheckpoint(bytes, trust, parts.verify);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      throw new LogError('wrong-key', `${what} is not by the key of ${trust.origin} (${error.message})`, {
        cause: error,
      });
    }
  }

  /** Integrates the events up to `size`, and puts a signed checkpoint of the new tree into the lock. */
  async function sign(from: Position, size: number): Promise<Position> {
    const start = from.edge.frontier.size;
    const leaves = size === start ? [] : await log.listLeaves(start, size);
    if (leaves.length !== size - start) {
      throw new LogError('events-missing', `of events ${start + 1} to ${size} only ${leaves.length} are stored`);
    }
    const { edge, tiles } = growTree(from.edge, leaves.map(hashLeaf));
    const rootHash = frontierRoot(edge.frontier);
    const now = clock.now();
    const note = signCheckpoint(keys, { size, rootHash }, now);
    const signed = encodeNote(note);
    await store.transact(async (writers) => {
      if (!(await writers.log.saveTiles(tiles))) {
        throw new LogError('tree-damaged', `a tile of events ${start + 1} to ${size} is stored with other bytes`);
      }
      const lock = { revision: from.revision, note: signed, owner: nodeId, now, leaseUntil: now + leaseMs };
      if (!(await writers.log.saveSigned(lock))) throw overtaken();
    });
    return { revision: from.revision + 1, signed, edge, rootHash, note };
  }

  async function publish({ revision, edge, rootHash, note }: Position): Promise<PublishedNote> {
    const { size } = edge.frontier;
    const { text, signatures } = note!;
    // Before anybody outside sees it, witnesses included.
    await remember(note!, { origin: trust.origin, size, rootHash, extensions: [] });
    const prove = (older: number, newer: number) => proveConsistency(older, newer, readTiles);
    const cosignatures = (await parts.witnesses?.gather({ note: note!, size, prove })) ?? [];
    const bytes = encodeNote({ text, signatures: [...signatures, ...cosignatures] });
    const published = { revision, size, note: bytes, publishedAt: clock.now() };
    if (!(await store.transact((writers) => writers.log.publish(published)))) throw overtaken();
    return published;
  }

  /** Another process is at work: what it signs is remembered here as well, against the day when it is our turn. */
  async function follow({ size, published }: LogState): Promise<LogProgress> {
    if (clock.now() - followedAt >= FOLLOW_MS) {
      followedAt = clock.now();
      const { signed } = await lookBack();
      if (signed !== null) {
        const { checkpoint, note } = open(signed, 'the newest signed checkpoint');
        await requireContinuation(checkpoint);
        await remember(note, checkpoint);
      } else if (remembered != null) throw rolledBack(remembered, 0);
    }
    return { size, published, isLeading: false };
  }

  async function lead(seen: LogState): Promise<LogProgress> {
    let state = seen;
    if (position === null || !isCurrent(position, state)) {
      state = await lookBack();
      position = await load(state);
    }
    const { published } = state;
    const target = Math.min(state.size, position.edge.frontier.size + BATCH_MAX_EVENTS);
    const isPublished = published !== null && published.revision === position.revision;
    const isDue = isPublished && clock.now() - published.publishedAt >= parts.resignMs;
    const isGrown = target > position.edge.frontier.size;
    if (isPublished && !isDue && !isGrown) return { size: state.size, published, isLeading: true };
    if (isGrown || isDue || position.note === null) position = await sign(position, target);
    return { size: state.size, published: await publish(position), isLeading: true };
  }

  return {
    async pass() {
      try {
        const state = await log.readState();
        const isOurs = state.leaseOwner === null || state.leaseOwner === nodeId || state.leaseUntil <= clock.now();
        return await (isOurs ? lead(state) : follow(state));
      } catch (error) {
        position = null;
        remembered = undefined;
        throw error;
      }
    },
    release: () => store.transact((writers) => writers.log.release(nodeId)),
  };
}

function isCurrent({ revision, signed }: Position, state: LogState): boolean {
  if (revision !== state.revision) return false;
  return signed === null || state.signed === null ? signed === state.signed : equalBytes(signed, state.signed);
}

function encodeNote(note: Note): Uint8Array {
  return new TextEncoder().encode(formatNote(note));
}

function overtaken(): LogError {
  return new LogError('overtaken', 'another process has signed a checkpoint meanwhile');
}

function rolledBack(remembered: TreeHead, size: number): LogError {
  const sizes = `a checkpoint of size ${remembered.size} was signed, and the database is at ${size}`;
  return new LogError('rolled-back', `${sizes}: it is an older copy, and nothing is signed on it`);
}
