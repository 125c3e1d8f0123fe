import type { MerkleStep } from '../../proof/merkle/opentimestamps.ts';

/** Whose a receipt is. Both are null when it belongs to no account and no stored credential, and is kept all the same. */
export interface ReceiptOwner {
  readonly accountId: string | null;
  readonly credentialId: string | null;
}

/** What somebody asks to have anchored. */
export interface AnchorRequest {
  /** SHA-256 of the work, 32 bytes. */
  readonly digest: Uint8Array;
  /** SHA-512 of the same bytes, 64 bytes; recorded beside the digest, not anchored by itself. */
  readonly sha512: Uint8Array | null;
  readonly label: string | null;
  /** Null for an anonymous receipt: the only kind that retention may prune. */
  readonly owner: ReceiptOwner | null;
}

/** One anchored digest: the leaf of a round, with the path from the digest to the round's root. Times are epoch ms. */
export interface Receipt extends AnchorRequest {
  /** 96 random bits in base64url: whoever knows it may read the receipt. */
  readonly id: string;
  readonly createdAt: number;
  readonly roundId: string;
  /** 16 bytes appended to the digest before hashing, so that a calendar or a neighbour learns nothing from the path. */
  readonly nonce: Uint8Array;
  /** From sha256(digest ‖ nonce) to the round's root. */
  readonly path: readonly MerkleStep[];
  /** Shown to its owner's account only. */
  readonly isPrivate: boolean;
}

/** pending: no Bitcoin attestation yet. partial: one is held, none is checked. pinned: one is checked and deep enough. */
export type RoundStatus = 'pending' | 'partial' | 'pinned';

/** Receipts that were aggregated and committed together; only its root is sent to calendars. */
export interface Round {
  readonly id: string;
  readonly root: Uint8Array;
  readonly createdAt: number;
  readonly status: RoundStatus;
  readonly pinnedAt: number | null;
}

/**
 * failed: the calendar did not accept the root (asked again later). pending: accepted, no Bitcoin attestation yet.
 * attested: a Bitcoin attestation is held. confirmed: its block was checked and is deep enough.
 */
export type SubmissionState = 'failed' | 'pending' | 'attested' | 'confirmed';

/** The block that a checked attestation names. `hash` is in internal byte order, `time` is Unix seconds. */
export interface AttestedBlock {
  readonly height: number;
  readonly hash: Uint8Array;
  readonly time: number;
}

/** One round given to one calendar. A calendar that never confirms is given the root again as the next attempt. */
export interface Submission {
  readonly roundId: string;
  readonly calendar: string;
  readonly attempt: number;
  readonly url: string;
  readonly state: SubmissionState;
  readonly error: string | null;
  readonly acceptedAt: number | null;
  /** Canonical timestamp from the round's root to the calendar's pending attestation; null when `failed`. */
  readonly proof: Uint8Array | null;
  /** The message under the pending attestation, and the URI that attestation names. */
  readonly commitment: Uint8Array | null;
  readonly lookupUri: string | null;
  /** Canonical timestamp from the commitment to a Bitcoin attestation, once the calendar gave one. */
  readonly upgrade: Uint8Array | null;
  readonly block: AttestedBlock | null;
}
