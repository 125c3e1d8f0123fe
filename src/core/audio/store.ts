import type { CertificateRecord } from '../certificate/certificate.ts';

/** A certificate as its audio is judged by. */
export type MasterRecord = Pick<CertificateRecord, 'id' | 'isSandbox' | 'status' | 'version' | 'accountId'> & {
  readonly isHighRisk: boolean;
  /** Raw items, little-endian; null when none was given. */
  readonly fingerprint: Uint8Array | null;
  readonly fingerprint2: Uint8Array | null;
  readonly durationMs: number | null;
};

/** A signed policy that an operator has accepted. Times are epoch ms. */
export interface AcceptedPolicy {
  readonly id: string;
  /** The document of docs/formats/fingerprint.md. */
  readonly document: Uint8Array;
  readonly acceptedAt: number;
  /** Account of the operator, or `command line`. */
  readonly acceptedBy: string;
  readonly withdrawnAt: number | null;
}

/** An artifact of a certified recording that somebody serves. */
export interface Rendition {
  /** `ren_` and a ULID. */
  readonly id: string;
  readonly accountId: string;
  readonly certificateId: string;
  /** Of the artifact's bytes. */
  readonly sha256: Uint8Array;
  /** Of the signed manifest, when it was registered. */
  readonly certificateVersion: number;
  readonly policyId: string;
  /** SHA-256 of the packed items that it was verified by. */
  readonly fingerprintSha256: Uint8Array;
  readonly durationMs: number;
  readonly scoreE4: number;
  /** Other active certificates whose audio it matches as well. */
  readonly similarIds: readonly string[];
  /** Opens the commitment in the log. */
  readonly salt: Uint8Array;
  /** Number in the log. */
  readonly sequence: number;
  /** Epoch ms. */
  readonly registeredAt: number;
}

/** Which certificates are meant: all live ones, or what an account has in its sandbox. */
export type Realm = { readonly of: 'live' } | { readonly of: 'sandbox'; readonly accountId: string };

export interface Candidate {
  readonly certificateId: string;
  /** How many of the hashes that were asked for it has. */
  readonly sharedHashes: number;
}

export interface AudioReader {
  /** Of trackorigin's registry, those that exist, in any order. */
  findMasters(ids: readonly string[]): Promise<readonly MasterRecord[]>;
  /** Active ones that are of this file: their master, or a rendition of it. Oldest first. */
  findByContent(realm: Realm, sha256: Uint8Array, limit: number): Promise<readonly CertificateRecord[]>;
  /** Newest acceptance first, withdrawn ones among them. */
  listPolicies(): Promise<readonly AcceptedPolicy[]>;
  /** The frozen cohort's file of a policy. */
  readCohort(policyId: string): Promise<Uint8Array | null>;
  /** Active certificates that share at least `minShared` of the hashes, those that share most first. */
  findCandidates(
    realm: Realm,
    hashes: readonly number[],
    minShared: number,
    limit: number,
  ): Promise<readonly Candidate[]>;
}

/** A certificate that the index does not know yet. */
export interface Unindexed {
  /** Number in the log of the event that issued it. */
  readonly issuedSequence: number;
  readonly isSandbox: boolean;
  readonly accountId: string | null;
  /** Raw items, little-endian; null when it has none. */
  readonly fingerprint: Uint8Array | null;
}

export interface AudioWriter {
  /** One that is known is accepted anew. */
  savePolicy(policy: AcceptedPolicy & { readonly cohort: Uint8Array | null }): Promise<void>;
  /** False when there is none, or it is withdrawn already. */
  withdrawPolicy(id: string, at: number): Promise<boolean>;
  /** Locked, so that it is not withdrawn until the transaction ends. False when there is none, or it is withdrawn. */
  lockPolicy(id: string): Promise<boolean>;

  /** Under the lock of the work. */
  findRendition(accountId: string, certificateId: string, sha256: Uint8Array): Promise<Rendition | null>;
  /** `AudioReader.findByContent` under the lock of the work; ids only. */
  listHolders(realm: Realm, sha256: Uint8Array): Promise<readonly string[]>;
  insertRendition(rendition: Rendition): Promise<void>;

  /** Locked, so that one process at a time adds: the certificates up to this number in the log are in the index. */
  lockIndex(): Promise<number>;
  listUnindexed(afterSequence: number, limit: number): Promise<readonly Unindexed[]>;
  addToIndex(entries: readonly { readonly of: Unindexed; readonly hashes: Int32Array }[]): Promise<void>;
  saveIndexed(sequence: number): Promise<void>;
}
