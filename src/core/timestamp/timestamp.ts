/** A file as its owner describes it; only the digest is proven. */
export interface FileDescription {
  /** SHA-256 of the file, 32 bytes. */
  readonly digest: Uint8Array;
  readonly filename: string;
  readonly sizeBytes: number;
  /** As it was sent; null when it was not. */
  readonly type: string | null;
}

/** What is written once, when a timestamp is made. */
export interface TimestampRecord extends FileDescription {
  readonly id: string;
  readonly accountId: string;
  /** `TS-` and at least six characters; no two timestamps of a server share one. */
  readonly certificateId: string;
  /** Epoch ms. No two of an account's are the same, so that it can be a cursor. */
  readonly createdAt: number;
  /** The receipt that anchors the digest, and its round. */
  readonly receiptId: string;
  readonly roundId: string;
}

/**
 * pending: no calendar's attestation is checked yet. confirmed: one is. failed: none was for as long as calendars are
 * asked; should one come after all, it is confirmed.
 */
export type TimestampStatus = 'pending' | 'confirmed' | 'failed';

/** The earliest block that a checked attestation names. */
export interface Confirmation {
  readonly height: number;
  /** Of the block's header, epoch ms. */
  readonly time: number;
  /** The calendar's transaction, as explorers show it; null when the proof does not tell. */
  readonly txid: string | null;
}

export interface Timestamp extends TimestampRecord {
  readonly status: TimestampStatus;
  /** Null unless `confirmed`. */
  readonly confirmation: Confirmation | null;
}
