import type { TimestampRecord, TimestampStatus } from './timestamp.ts';

/** A checked attestation as it is held: a timestamp from `commitment` to the block. */
export interface HeldConfirmation {
  readonly commitment: Uint8Array;
  readonly upgrade: Uint8Array;
  readonly height: number;
  /** Unix seconds. */
  readonly time: number;
}

export interface StoredTimestamp {
  readonly record: TimestampRecord;
  /** That of the lowest block. */
  readonly confirmation: HeldConfirmation | null;
}

/** Which of an account's timestamps. */
export interface TimestampFilter {
  readonly accountId: string;
  readonly status: TimestampStatus | 'all';
  /** Those that were made before this moment and are not confirmed have failed. Epoch ms. */
  readonly failedBefore: number;
}

export interface TimestampReader {
  /** By the id that people have, whoever's it is. */
  findByCertificateId(certificateId: string): Promise<StoredTimestamp | null>;
  find(accountId: string, id: string): Promise<StoredTimestamp | null>;
  /** Newest first, made before `before`. */
  list(filter: TimestampFilter, before: number | null, limit: number): Promise<readonly StoredTimestamp[]>;
  count(filter: TimestampFilter): Promise<number>;
  /** Whoever's they are, oldest first. */
  listByDigest(digest: Uint8Array, limit: number): Promise<readonly StoredTimestamp[]>;
  hasDigest(accountId: string, digest: Uint8Array): Promise<boolean>;
  /** How many of the account's were made at `since` or later; stops counting at `limit`. */
  countSince(accountId: string, since: number, limit: number): Promise<number>;
}

/** One try at a create request that carries an idempotency key. */
export interface RequestAttempt {
  readonly accountId: string;
  readonly key: string;
  /** A UUID: of two tries with one key only the one whose id is stored may complete it. */
  readonly attemptId: string;
  /** SHA-256 of what was asked. */
  readonly fingerprint: Uint8Array;
  /** The try counts as given up then, and another may take its place. Epoch ms. */
  readonly leaseUntil: number;
  /** The key is free again then. Epoch ms. */
  readonly expiresAt: number;
}

export interface HeldRequest extends RequestAttempt {
  /** What came of it; null while nothing has. */
  readonly timestampId: string | null;
}

export interface TimestampWriter {
  /** Stores the attempt if its key is new. Resolves with what is stored for the key then, locked. */
  holdRequest(attempt: RequestAttempt): Promise<HeldRequest>;
  /** Puts this attempt in the place of what `holdRequest` found. */
  replaceRequest(attempt: RequestAttempt): Promise<void>;
  /** False when another attempt has taken the place of this one. */
  completeRequest(attempt: RequestAttempt, timestampId: string): Promise<boolean>;
  /** Frees the key, unless the attempt was completed or another has taken its place. */
  releaseRequest(attempt: RequestAttempt): Promise<void>;
  /** Removes some of the account's keys that have expired. */
  forgetRequests(accountId: string, now: number): Promise<void>;
  /**
   * Until the transaction ends nobody else makes a timestamp of this account. Resolves with the moment of its latest
   * one, 0 for none.
   */
  lockAccount(accountId: string): Promise<number>;
  /** As the reader's, but as of the lock. */
  hasDigest(accountId: string, digest: Uint8Array): Promise<boolean>;
  countSince(accountId: string, since: number, limit: number): Promise<number>;
  /** False when another timestamp has this certificate id. */
  takeCertificateId(certificateId: string, owner: Pick<TimestampRecord, 'accountId' | 'id'>): Promise<boolean>;
  /** The record becomes the account's latest one. */
  insert(record: TimestampRecord): Promise<void>;
}
