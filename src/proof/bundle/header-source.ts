import type { BitcoinNetwork } from '../bitcoin/network.ts';

/**
 * How far a block header can be believed. node: a Bitcoin node that the verifier runs. quorum: several independent
 * servers agree. single-source: one server says so. headers-file: a file that the verifier brought.
 */
export type HeaderTrust = 'node' | 'quorum' | 'single-source' | 'headers-file';

/** Where block headers come from. Methods reject with a `CodedError` when the source cannot answer. */
export interface HeaderSource {
  readonly trust: HeaderTrust;
  readonly network: BitcoinNetwork;
  /** The 80 bytes of the best chain's header at a height, `null` when the source knows none there. */
  headerAt(height: number): Promise<Uint8Array | null>;
  /** Height of the best block, `null` when the source cannot know. */
  tipHeight(): Promise<number | null>;
}
