import type { Credential, CredentialKind } from './credential.ts';

/** A credential with SHA-256 of its secret, by which it is found. */
export interface StoredCredential {
  readonly credential: Credential;
  readonly digest: Uint8Array;
}

/** Somebody ended a credential, now or at a time to come. Revisions are given in the order of the commits. */
export interface CredentialChange {
  readonly digest: Uint8Array;
  readonly revision: number;
}

export interface KeyReader {
  /** Those that exist, in any order. */
  findByDigests(digests: readonly Uint8Array[]): Promise<readonly StoredCredential[]>;
  /** 0 when nothing was ever changed. */
  lastRevision(): Promise<number>;
  /** Oldest first, at most `limit`. */
  listChanges(afterRevision: number, limit: number): Promise<readonly CredentialChange[]>;
  /** Newest first, ended ones too, at most `limit`. */
  listOfAccount(accountId: string, limit: number): Promise<readonly Credential[]>;
}

export interface KeyWriter {
  /** Until the transaction ends no other one gets past this for the same account. */
  lockAccount(accountId: string): Promise<{ readonly isClosed: boolean }>;
  /** The same, for good: the account is being deleted, and no key is made for it any more. */
  closeAccount(accountId: string): Promise<void>;
  insert(stored: StoredCredential): Promise<void>;
  /** Locks the row. Null for what is not there or not the account's. */
  find(accountId: string, id: string): Promise<Credential | null>;
  /** Neither revoked nor expired at `now`, packs left out. */
  countLive(accountId: string, now: number): Promise<number>;
  rename(id: string, name: string | null): Promise<void>;
  /** Nodes drop what they remember of it. Takes a lock that all changes share, so it belongs late in a transaction. */
  end(id: string, end: { readonly revokedAt: number } | { readonly expiresAt: number }): Promise<void>;
  /** The same for every credential of a kind that is not revoked. */
  revokeKind(accountId: string, kind: CredentialKind, revokedAt: number): Promise<void>;
  /** Skips rows that somebody else holds. Times are epoch ms. */
  saveUses(uses: readonly { readonly id: string; readonly usedAt: number }[]): Promise<void>;
}
