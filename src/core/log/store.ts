import type { TileData } from '../../proof/merkle/grow.ts';
import type { LogEvent, LogEventType } from './event.ts';

/** Where the log stands. Notes are signed notes of checkpoints, as bytes; times are epoch ms. */
export interface LogState {
  /** Number of events committed so far. */
  readonly size: number;
  /** Of the newest signed checkpoint; counts how often one was signed. 0: never. */
  readonly revision: number;
  /** The newest checkpoint that was signed, published or not: the lock that signers compare and swap. */
  readonly signed: Uint8Array | null;
  readonly published: PublishedNote | null;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number;
}

export interface PublishedNote {
  readonly revision: number;
  readonly size: number;
  /** With cosignatures. */
  readonly note: Uint8Array;
  readonly publishedAt: number;
}

/** A published checkpoint whose text was given to calendars. */
export interface AnchoredCheckpoint {
  readonly size: number;
  readonly note: Uint8Array;
  /** Of the SHA-256 of the note's text, which signatures are not a part of. */
  readonly receiptId: string;
  readonly anchoredAt: number;
}

export interface LoggedEvent {
  readonly sequence: number;
  readonly event: LogEvent;
}

/** Which events a feed wants; what is left out is not asked for. */
export interface LogEventFilter {
  readonly types?: readonly LogEventType[];
  readonly registry?: LogEvent['registry'];
  readonly isSandbox?: boolean;
  /** Epoch ms: only events at this time or later. */
  readonly since?: number;
  readonly limit: number;
}

export interface LogReader {
  /** Number of events committed so far, published or not. */
  size(): Promise<number>;
  readState(): Promise<LogState>;
  /** Events with a higher number, in order. */
  listAfter(sequence: number, filter: LogEventFilter): Promise<readonly LoggedEvent[]>;
  /** The leaves of events with numbers in (after, to], in order; fewer where some are missing. */
  listLeaves(after: number, to: number): Promise<readonly Uint8Array[]>;
  /** What is stored of each tile, in the order asked for: full, as far as it has grown, or null. */
  readTiles(
    tiles: readonly { readonly level: number; readonly index: number }[],
  ): Promise<readonly (Uint8Array | null)[]>;
  /** The smallest anchored checkpoint of at least this size. */
  findAnchored(size: number): Promise<AnchoredCheckpoint | null>;
  /** Newest first. */
  listAnchored(limit: number): Promise<readonly AnchoredCheckpoint[]>;
}

export interface LogWriter {
  /**
   * Gives the events the next numbers, without gaps, in the transaction at hand. The number of the log's first event is
   * 1; event n is the leaf with index n - 1. The end of the log is locked until the transaction ends, so this is called
   * as late in it as possible.
   *
   * @returns The number of each event, in order.
   */
  append(events: readonly LogEvent[]): Promise<readonly number[]>;
  /**
   * Stores tiles. A stored one may only grow: false when one has other bytes where both have any, and then the
   * transaction has to be given up.
   */
  saveTiles(tiles: readonly TileData[]): Promise<boolean>;
  /** Puts a newly signed checkpoint into the lock, and takes the lease; false when another one is there already. */
  saveSigned(change: {
    /** Of the checkpoint that this one follows. */
    readonly revision: number;
    readonly note: Uint8Array;
    readonly owner: string;
    readonly now: number;
    readonly leaseUntil: number;
  }): Promise<boolean>;
  /** Publishes the signed checkpoint of a revision; false when a newer one is signed. */
  publish(published: PublishedNote): Promise<boolean>;
  /**
   * Forgets every checkpoint, so that another log, of another name, can begin with the same events. Nothing that was
   * signed before can be continued after that.
   */
  forgetCheckpoints(): Promise<void>;
  /** Gives the lease back. */
  release(owner: string): Promise<void>;
  /** Whether it is this process's turn to anchor a checkpoint; the next turn is at `nextAt`. */
  claimAnchoring(now: number, nextAt: number): Promise<boolean>;
  saveAnchored(checkpoint: AnchoredCheckpoint, nextAt: number): Promise<void>;
}
