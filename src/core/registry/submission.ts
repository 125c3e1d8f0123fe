import type { Artist } from './artist.ts';

/** What a reviewer says of a recording. */
export const VERDICTS = ['verified', 'rejected'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** withdrawn: its account was deleted before anybody decided. */
export const SUBMISSION_STATUSES = ['pending', ...VERDICTS, 'withdrawn'] as const;
export type SubmissionStatus = (typeof SUBMISSION_STATUSES)[number];

/** How much of a recording was made by a machine that was trained on those of others. */
export const AI_USES = ['none', 'assistive', 'generative'] as const;

/** What the submitter states; it becomes a part of the signed certificate. */
export interface Declarations {
  readonly human_composition: boolean;
  readonly human_performance: boolean;
  /** The submitter may speak for whoever holds the rights. */
  readonly rights_held: boolean;
  readonly ai_use: (typeof AI_USES)[number];
}

export const CONTRIBUTOR_ROLES = ['composer', 'lyricist', 'performer', 'producer', 'engineer', 'other'] as const;

/** What is said about a recording besides; for the reviewer, and in no certificate. */
export interface Metadata {
  /** ISO 3901, without hyphens. */
  readonly isrc?: string;
  /** GTIN of the release, 12 to 14 digits. */
  readonly upc?: string;
  readonly release?: string;
  /** `YYYY-MM-DD` */
  readonly release_date?: string;
  readonly label?: string;
  readonly genre?: string;
  /** ISO 639-1 */
  readonly language?: string;
  readonly contributors?: readonly { readonly name: string; readonly role: (typeof CONTRIBUTOR_ROLES)[number] }[];
}

/** A recording as it is submitted. */
export interface Recording {
  readonly title: string;
  /** Of the master's bytes. */
  readonly sha256: Uint8Array;
  readonly durationMs: number;
  /** Raw chromaprint items, little-endian; null when none was sent. */
  readonly fingerprint: Uint8Array | null;
  /** The second, independent one. */
  readonly fingerprint2: Uint8Array | null;
  readonly metadata: Metadata;
  readonly declarations: Declarations;
}

/** Times are epoch ms. */
export interface Submission extends Recording {
  /** `sub_` and a ULID. */
  readonly id: string;
  readonly accountId: string;
  /** The key that it was made with; null for one made in a session. */
  readonly credentialId: string | null;
  readonly isSandbox: boolean;
  readonly createdAt: number;
  readonly status: SubmissionStatus;
  /** As it is now; null when it was the own one of an account that is gone. */
  readonly artist: Artist | null;
  /** `trk_` and a ULID: the same for the same artist and master. */
  readonly trackId: string;
  readonly isHighRisk: boolean;
  readonly decision: Decision | null;
}

export interface Decision {
  readonly verdict: Verdict;
  /** For the submitter to read. */
  readonly reason: string;
  readonly at: number;
  /** The account of the reviewer; not told to the submitter. */
  readonly operatorId: string;
  /** What was issued; null unless verified. */
  readonly certificateId: string | null;
}
