import type { CertificateRecord, CertificateStatus, Registry } from './certificate.ts';
import type { CertificateKey } from './signer.ts';

export interface CertificateReader {
  find(id: string): Promise<CertificateRecord | null>;
  /** Those that exist, in any order. */
  findMany(ids: readonly string[]): Promise<readonly CertificateRecord[]>;
  /** Active ones of a work, oldest first, at most `limit`; without those of the sandbox. */
  findActiveByWork(registry: Registry, workSha256: Uint8Array, limit: number): Promise<readonly CertificateRecord[]>;
  /** By id, at most `limit` after the one named; of both registries and the sandbox. */
  listAll(afterId: string, limit: number): Promise<readonly CertificateRecord[]>;
  /** Every signed version of one, from version 1 on. */
  listVersions(id: string): Promise<readonly CertificateVersion[]>;
  /** Number of the newest change of any certificate that was there before. */
  lastRevision(): Promise<number>;
  /** Certificates that were changed after the change with this number, in the order of changes. */
  listChanges(afterRevision: number, limit: number): Promise<readonly CertificateChange[]>;
  /** Every key that ever signed, oldest first. */
  listKeys(): Promise<readonly CertificateKey[]>;
  /** What its audio is recognised by; null when nothing was given. */
  findFingerprint(id: string): Promise<CertificateFingerprint | null>;
  /** Of 1970 while there is none. */
  findSnapshot(registry: Registry): Promise<SnapshotState>;
  /** The signed text of the newest snapshot. */
  readSnapshot(registry: Registry): Promise<RevocationSnapshot | null>;
}

/** A change of a certificate that was there before: a new version, a revocation, an erasure. */
export interface CertificateChange {
  readonly id: string;
  readonly revision: number;
}

/** Raw Chromaprint items, little-endian; the length of the audio in milliseconds. */
export interface CertificateFingerprint {
  readonly certificateId: string;
  readonly fingerprint: Uint8Array;
  readonly fingerprint2: Uint8Array | null;
  readonly durationMs: number | null;
}

/** A list of all revoked certificates of a registry, signed. */
export interface RevocationSnapshot {
  /** Size of the log that it is as of. */
  readonly sequence: number;
  /** Epoch ms. */
  readonly generatedAt: number;
  readonly body: string;
}

export type SnapshotState = Omit<RevocationSnapshot, 'body'> & {
  /** Number in the log of the newest revocation, which the snapshot may be older than; 0 when there is none. */
  readonly lastRevokedSequence: number;
};

/** A certificate that was revoked. */
export type Revocation = Pick<CertificateRecord, 'id' | 'sequence'> & {
  /** Epoch ms. */
  readonly revokedAt: number;
  readonly reason: string;
};

/** A signed manifest as it was, also after an update. */
export type CertificateVersion = Pick<
  CertificateRecord,
  'id' | 'version' | 'manifestJson' | 'keyId' | 'signature' | 'salt' | 'envelopeReceiptId'
> & {
  /** Epoch ms. */
  readonly signedAt: number;
  /** Number in the log of the event that committed to it. */
  readonly sequence: number;
};

export interface CertificateWriter {
  insert(records: readonly CertificateRecord[]): Promise<void>;
  /** Locked until the transaction ends. */
  lock(id: string): Promise<CertificateRecord | null>;
  /** Writes a new version over the one before, which stays in `listVersions`. */
  saveVersion(record: CertificateRecord): Promise<void>;
  saveStatus(
    id: string,
    change: {
      readonly status: CertificateStatus;
      readonly revokedAt: number | null;
      readonly revocationReason: string | null;
      readonly sequence: number;
    },
  ): Promise<void>;
  /** Erases what opens the commitments of all versions, the manifests and their signatures; the log stays valid. */
  erase(id: string): Promise<void>;
  saveFingerprint(fingerprint: CertificateFingerprint): Promise<void>;
  /** Something else that is remembered of a locked certificate has changed: every node shall forget it. */
  touch(id: string): Promise<void>;
  /** Takes certificates whose newest version has to be anchored, longest waiting first, until the lease ends. */
  claimAnchoring(now: number, leaseUntil: number, limit: number): Promise<readonly CertificateRecord[]>;
  /** Notes receipts of versions; a version that is no longer the newest keeps its own. */
  saveReceipts(receipts: readonly CertificateReceipts[]): Promise<void>;
  /** Adds keys that are new; one that is known can only end, and only earlier. */
  saveKeys(keys: readonly CertificateKey[]): Promise<void>;
  /** The newest snapshot, locked, so that one at a time makes the next, and the size of the log after that. */
  lockSnapshot(registry: Registry): Promise<{
    /** Of 1970 while there is none. */
    readonly previous: Omit<RevocationSnapshot, 'body'>;
    readonly logSize: number;
  }>;
  /** Everything of the registry that is revoked, without the sandbox, in the order of the log. */
  listRevoked(registry: Registry): Promise<readonly Revocation[]>;
  saveSnapshot(registry: Registry, snapshot: RevocationSnapshot): Promise<void>;
}

export type CertificateReceipts = Pick<CertificateRecord, 'id' | 'version'> & {
  readonly envelopeReceiptId: string;
  readonly workReceiptId: string;
};
