import type { AuthorQuery } from './author-words.ts';
import type { RegistryEntry } from './registry-entry.ts';
import type { PrivacyLevel, WorkType, WorkVersion } from './work.ts';

/** Which certificates of the registry. */
export interface RegistryFilter {
  /** Null: of whomever. */
  readonly author: AuthorQuery | null;
  /** One at least. */
  readonly workTypes: readonly WorkType[];
  /** The first day and the last one, `YYYY-MM-DD`, and what the same is in places, the end not included. */
  readonly days: { readonly from: string; readonly to: string };
  readonly places: { readonly from: number; readonly end: number };
}

/** A page of a list. `after` is the place (of `listedAs`, or the certificate's id) that comes just before it. */
export interface PageQuery<Place> {
  readonly order: 'oldest' | 'newest';
  readonly after: Place | null;
  readonly offset: number;
  readonly limit: number;
}

export interface WorkReader {
  find(certId: string): Promise<WorkVersion | null>;
  /** Of the certificate that holds the hash, be it revoked. */
  findByHash(hash: Uint8Array): Promise<WorkVersion | null>;
  /** Oldest first. */
  listVersions(workId: string): Promise<readonly WorkVersion[]>;
  browse(filter: RegistryFilter, page: PageQuery<number>): Promise<readonly WorkVersion[]>;
  /** Counted up to `max` where a search for authors asks for it; else exact. */
  count(filter: RegistryFilter, max: number): Promise<number>;
  listOwned(ownerId: string, page: PageQuery<string>): Promise<readonly WorkVersion[]>;
  /** Counted up to `max`. */
  countOwned(ownerId: string, max: number): Promise<number>;
}

/** A work, locked until the transaction ends. */
export interface LockedWork {
  readonly id: string;
  readonly ownerId: string;
  readonly privacy: PrivacyLevel;
  readonly lastVersion: number;
  readonly lastCertId: string;
}

/** Who wants to have a hash. */
export interface HashClaim {
  readonly hash: Uint8Array;
  readonly certId: string;
  readonly ownerId: string;
}

/** Somebody looked a certificate up. */
export interface Verification {
  readonly certId: string;
  /** What stands for the address it was done from. */
  readonly verifier: Uint8Array;
}

/** A transaction calls what it needs of this in this order, so that no two wait for each other. */
export interface WorkWriter {
  /** Those that exist. */
  lock(workIds: readonly string[]): Promise<readonly LockedWork[]>;
  /** Locked by the work, which is locked already. */
  listVersions(workId: string): Promise<readonly WorkVersion[]>;
  /**
   * Gives each hash to whoever claims it here, unless a certificate holds it. What was released goes to its former owner
   * only. Hashes are different ones. Resolves with the certificates whose claim was granted.
   */
  claim(claims: readonly HashClaim[]): Promise<ReadonlySet<string>>;
  /** Of a revoked certificate: its owner may certify the hash again, and until then it is still found by it. */
  release(hash: Uint8Array): Promise<void>;
  /** The next places of the registry, none before `earliest`. They become visible in their order, whoever takes them. */
  takePlaces(count: number, earliest: number): Promise<readonly number[]>;
  /** A version 1 is a new work's. */
  insert(entries: readonly RegistryEntry[]): Promise<void>;
  /** Takes versions out of lists, counts and searches. */
  unlist(entries: readonly RegistryEntry[]): Promise<void>;
  /** Takes versions out of the search for authors, and leaves them in the lists. */
  unindex(entries: readonly RegistryEntry[]): Promise<void>;
  savePrivacy(workId: string, privacy: PrivacyLevel): Promise<void>;
  /** The openings of the authors of all versions. */
  eraseAuthors(workId: string): Promise<void>;
  /**
   * Remembers verifications, and resolves with those that were not remembered since `since`, epoch ms. What is older is
   * forgotten by and by. The verifications are different ones.
   */
  noteVerifications(
    verifications: readonly Verification[],
    now: number,
    since: number,
  ): Promise<readonly Verification[]>;
}
