import { CodedError } from '../../base/coded-error.ts';
import type { EntryBundle, Tile } from '../../proof/merkle/tile.ts';
import type { AnchoredCheckpoint } from './store.ts';

/** not-published: no checkpoint covered the event in time; the event is kept and will be covered. */
export type PublicLogErrorCode = 'not-published' | 'unknown-event';
export class PublicLogError extends CodedError<PublicLogErrorCode> {}

/** A checkpoint that everybody can get. */
export interface PublishedCheckpoint {
  readonly size: number;
  readonly rootHash: Uint8Array;
  /** The signed note, cosignatures included. */
  readonly note: Uint8Array;
  /** Epoch ms. */
  readonly publishedAt: number;
}

/** The public log as the rest of the server uses it. */
export interface PublicLog {
  /** First line of its checkpoints. */
  readonly origin: string;
  /** Text form of the key that signs its checkpoints (C2SP signed-note). */
  readonly verifierKey: string;
  /** Text form of the key that signs when they were signed (cosignature/v1). */
  readonly timeVerifierKey: string;
  /** Resolves when a published checkpoint covers the event with this number. Errors: `not-published`. */
  awaitPublished(sequence: number): Promise<PublishedCheckpoint>;
  /** The newest published one. Errors: `not-published` before the first. */
  head(): Promise<PublishedCheckpoint>;
  /** The leaf with this number, as canonical JSON bytes. Errors: `unknown-event`. */
  readLeaf(sequence: number): Promise<Uint8Array>;
  /** C2SP tlog-proof of a leaf by the newest published checkpoint. Errors: `unknown-event`, `not-published`. */
  prove(sequence: number): Promise<string>;
  /** The same by an older one, such as `findAnchored` gives; it has to be over the event. */
  proveUnder(sequence: number, checkpoint: Pick<PublishedCheckpoint, 'size' | 'note'>): Promise<string>;
  /** The bytes of a tile of the published tree; null when no published checkpoint has it. */
  readTile(tile: Tile): Promise<Uint8Array | null>;
  /** The bytes of a bundle of published entries; null when no published checkpoint has it. */
  readEntries(bundle: EntryBundle): Promise<Uint8Array | null>;
  /** The oldest checkpoint over the event that was given to calendars; null when there is none yet. */
  findAnchored(sequence: number): Promise<AnchoredCheckpoint | null>;
  /** Checkpoints that were given to calendars, newest first. */
  listAnchored(limit: number): Promise<readonly AnchoredCheckpoint[]>;
}
