import type { ChainErrorCode, ChainTip } from '../chain.ts';
import type { JournalEntry } from './journal.ts';
import type { Coin, Outpoint, Stamp, StampVersion } from './stamp.ts';

/** Why the stamper cannot do its work right now. Commitments are queued meanwhile. */
export type StamperCondition =
  | ChainErrorCode
  /** No confirmed coin is large enough for the next transaction. */
  | 'no-coins'
  /** Bitcoin asks for more than the policy allows to pay. */
  | 'fee-capped'
  /** The calendar's coins belong to another key than the configured one. */
  | 'wallet-changed'
  /** The chain differs from the one that was followed further back than is remembered. */
  | 'reorganised-too-deep';

/** What is known of a calendar's stamper. Times are epoch ms. */
export interface StamperState {
  /** Changes with every write, so that a decision made on an older state is not carried out. */
  readonly revision: number;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number;
  /** The wallet's scriptPubKey; null before the first look at the chain. */
  readonly script: Uint8Array | null;
  /** The last block that was looked into. */
  readonly best: ChainTip | null;
  /** Up to here every commitment is in a block that no reorganisation reaches. */
  readonly settledPosition: number;
  /** The last position of the journal. */
  readonly lastPosition: number;
  readonly condition: StamperCondition | null;
  readonly conditionSince: number | null;
}

/** Where a commitment stands: `stamp` is null while it is queued. */
export interface FoundCommitment {
  readonly position: number;
  readonly bestHeight: number | null;
  readonly stamp: FoundStamp | null;
}

export interface FoundStamp {
  readonly fromPosition: number;
  readonly toPosition: number;
  readonly txid: Uint8Array;
  readonly minedHeight: number | null;
  /** Serialised path from the tip to the Bitcoin attestation; set when mined. */
  readonly tail: Uint8Array | null;
}

/** One stamp as a status page lists it. */
export interface StampSummary extends FoundStamp {
  readonly openedAt: number;
  readonly abandoned: boolean;
  readonly tip: Uint8Array;
  readonly feeSats: number;
}

export interface CalendarReader {
  findCommitment(calendar: string, commitment: Uint8Array): Promise<FoundCommitment | null>;
  /** The commitments at positions in (from, to], in order. */
  listCommitments(calendar: string, from: number, to: number): Promise<Uint8Array[]>;
  /** Null when no such calendar is registered. */
  readStamper(calendar: string): Promise<StamperState | null>;
  /** Stamps that a reorganisation can still reach or that are not mined, by id. */
  listUnsettledStamps(calendar: string): Promise<Stamp[]>;
  /** Coins that are unspent, or whose spending a reorganisation can still reach. */
  listCoins(calendar: string): Promise<Coin[]>;
  /** The blocks that were followed, newest first, as far back as they are remembered. */
  listBlocks(calendar: string): Promise<ChainTip[]>;
  /** The newest stamps, newest first. */
  listStamps(calendar: string, limit: number): Promise<StampSummary[]>;
}

interface StamperClaim {
  readonly calendar: string;
  readonly revision: number;
  readonly owner: string;
  readonly now: number;
  readonly leaseUntil: number;
}

/** What blocks did to a calendar's coins and stamps. */
export interface ChainAdvance {
  /** In order of height, each following the one before. Never empty. */
  readonly blocks: readonly ChainTip[];
  readonly coins: readonly (Pick<Coin, 'txid' | 'vout' | 'valueSats' | 'coinbase'> & {
    readonly minedHeight: number;
  })[];
  readonly spends: readonly (Outpoint & { readonly height: number })[];
  readonly mined: readonly MinedStamp[];
  /** Stamps that no reorganisation reaches any more, and how far they settle the journal. */
  readonly settledStamps: readonly number[];
  readonly settledPosition: number;
  /** Blocks at and coins spent at or below this height are forgotten. */
  readonly forgetHeight: number;
}

export interface MinedStamp {
  readonly stampId: number;
  readonly version: number;
  readonly toPosition: number;
  readonly height: number;
  readonly tail: Uint8Array;
}

export interface CalendarWriter {
  /** Creates the calendar, or changes the URI that its future answers name. */
  registerCalendar(calendar: string, uri: string): Promise<void>;
  /** Appends to the calendars' journals, in order; a position is one more than the last, whoever appended that. */
  appendCommitments(entries: readonly JournalEntry[]): Promise<void>;
  /**
   * Takes or renews the lease and moves the revision on, if nobody else holds the lease and the revision is still the
   * given one. Every change to the stamper's state is made in a transaction in which this came first and was true.
   */
  claimStamper(claim: StamperClaim): Promise<boolean>;
  startFollowing(calendar: string, script: Uint8Array, best: ChainTip): Promise<void>;
  /** Takes back everything that blocks above `to` did. */
  rollBack(calendar: string, to: ChainTip, lostHeight: number): Promise<void>;
  advance(calendar: string, advance: ChainAdvance): Promise<void>;
  /** Adds a stamp with its first version. */
  insertStamp(
    calendar: string,
    stamp: Pick<Stamp, 'fromPosition' | 'openedAt' | 'input'>,
    version: StampVersion,
  ): Promise<void>;
  /** Adds a version to a stamp and makes it the current one. */
  insertVersion(calendar: string, stampId: number, version: StampVersion): Promise<void>;
  abandonStamps(calendar: string, stampIds: readonly number[]): Promise<void>;
  setCondition(calendar: string, condition: StamperCondition | null, now: number): Promise<void>;
}
