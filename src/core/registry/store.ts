import type { Integrator, OperatorAction } from './action.ts';
import type { Artist, PublicArtist } from './artist.ts';
import type { CertificatePosition, TrackCertificate } from './certificate.ts';
import type { Decision, Submission, SubmissionStatus } from './submission.ts';

/** Which submissions a reviewer looks at. */
export interface QueueFilter {
  /** Null: of any status. */
  readonly status: SubmissionStatus | null;
  readonly isSandbox: boolean;
}

/** Which certificates an operator looks for; null: whatever. */
export interface CertificateFilter {
  readonly isSandbox: boolean;
  readonly isActive: boolean | null;
  readonly sha256: Uint8Array | null;
  readonly artistId: string | null;
  /** Start of the title, as `searchKey` makes it. */
  readonly titleKey: string | null;
}

/** Where a list goes on: after the element with this moment, epoch ms, and this id. */
export interface Position {
  readonly at: number;
  readonly id: string;
}

export interface RegistryReader {
  /** What anybody may see: an account with that handle, or an artist with a certificate. */
  findPublicArtist(handle: string): Promise<PublicArtist | null>;
  /** An artist that the account's test keys made. */
  findSandboxArtist(accountId: string, handle: string): Promise<PublicArtist | null>;
  findArtist(id: string): Promise<Artist | null>;
  /** Newest first, revoked ones among them. */
  listOfArtist(artistId: string, after: Position | null, limit: number): Promise<readonly CertificatePosition[]>;
  findSubmission(id: string): Promise<Submission | null>;
  /** The account's, newest first. */
  listSubmissions(accountId: string, after: Position | null, limit: number): Promise<readonly Submission[]>;
  /** Oldest first, since that one has waited longest. */
  listQueue(filter: QueueFilter, after: Position | null, limit: number): Promise<readonly Submission[]>;
  /** Of the same master, whoever sent them, newest first. */
  listSubmissionsOfWork(sha256: Uint8Array, limit: number): Promise<readonly Submission[]>;
  findCertificate(id: string): Promise<TrackCertificate | null>;
  /** Newest first. */
  listCertificates(
    filter: CertificateFilter,
    after: Position | null,
    limit: number,
  ): Promise<readonly TrackCertificate[]>;
  /** Newest first; of one subject, or of all when it is null. */
  listActions(subject: string | null, after: Position | null, limit: number): Promise<readonly OperatorAction[]>;
  /** By account id, at most `limit` after the one named. */
  listIntegrators(after: string, limit: number): Promise<readonly Integrator[]>;
  isIntegrator(accountId: string): Promise<boolean>;
}

/** A submission's key for being asked again, and what was asked. */
export interface SubmissionRequest {
  readonly accountId: string;
  readonly key: string;
  /** SHA-256 of what was asked. */
  readonly digest: Uint8Array;
  readonly submissionId: string;
  /** The key is free again then. Epoch ms. */
  readonly expiresAt: number;
}

export type NewSubmission = Omit<Submission, 'artist' | 'status' | 'isHighRisk' | 'decision'> & {
  readonly artistId: string;
};

export type NewArtist = Omit<Artist, 'verifiedAt' | 'certificateCount'> & { readonly createdAt: number };

/** Locks are taken in the order of these functions, and last until the transaction ends. */
export interface RegistryWriter {
  /** Resolves with the number of the account's submissions that wait for a decision. */
  lockAccount(accountId: string): Promise<number>;
  savePendingCount(accountId: string, count: number): Promise<void>;
  /** Under the account's lock. Also forgets keys of the account that have expired. */
  findRequest(accountId: string, key: string, now: number): Promise<SubmissionRequest | null>;
  insertRequest(request: SubmissionRequest): Promise<void>;

  lockSubmission(id: string): Promise<Submission | null>;
  hasPending(submission: Pick<Submission, 'accountId' | 'sha256' | 'isSandbox'>): Promise<boolean>;
  insertSubmission(submission: NewSubmission): Promise<void>;
  saveDecision(submission: Submission, decision: Decision, isHighRisk: boolean): Promise<void>;

  /** Of a recording: at most one transaction at a time issues for it. */
  lockWork(sha256: Uint8Array): Promise<void>;

  lockCertificate(id: string): Promise<TrackCertificate | null>;
  insertCertificate(certificate: TrackCertificate): Promise<void>;
  saveCertificate(certificate: TrackCertificate): Promise<void>;

  /** The account's artist; under the account's lock. */
  findOwnArtist(accountId: string, isSandbox: boolean): Promise<Artist | null>;
  findArtistById(accountId: string, isSandbox: boolean, id: string): Promise<Artist | null>;
  findArtistByHandle(accountId: string, isSandbox: boolean, handle: string): Promise<Artist | null>;
  insertArtist(artist: NewArtist): Promise<void>;
  renameArtist(artistId: string, displayName: string): Promise<void>;
  /** Locks the account, and all certificates of the artist, which are returned; null when nobody has the id. */
  lockArtist(artistId: string): Promise<readonly Pick<TrackCertificate, 'id' | 'isActive'>[] | null>;
  /** Deletes a locked artist with handle, submissions, tracks, and the registry's rows of certificates. */
  removeArtist(artistId: string): Promise<void>;
  /** False when somebody else has the handle; accounts and artists share them. */
  claimHandle(handle: string, artistId: string): Promise<boolean>;
  /** Counts one more; the first one makes the artist a verified one at `now`. */
  countCertificate(artistId: string, now: number): Promise<void>;
  /** The id of the artist's track with this master; `id` when there was none. */
  takeTrack(track: { readonly artistId: string; readonly sha256: Uint8Array; readonly id: string }): Promise<string>;

  insertAction(action: OperatorAction): Promise<void>;
  /** Locked; null when the account is none. */
  lockIntegrator(accountId: string): Promise<Integrator | null>;
  saveIntegrator(integrator: Integrator): Promise<void>;
  removeIntegrator(accountId: string): Promise<void>;

  /** What the account has submitted and nobody has decided on is withdrawn. */
  withdrawAll(accountId: string): Promise<void>;
}
