import type { OwnershipType, PrivacyLevel, WorkType } from '../core/works/work.ts';

export interface WorkTable {
  id: string;
  account_id: string;
  privacy: PrivacyLevel;
  last_version: number;
  last_cert_id: string;
}

export interface WorkVersionTable {
  work_id: string;
  version: number;
  cert_id: string;
  account_id: string;
  hash: Uint8Array;
  work_type: WorkType;
  source_language: string | null;
  creation_date: string | null;
  ownership: OwnershipType;
  title: string;
  title_salt: Uint8Array;
  author_first_name: string | null;
  author_last_name: string | null;
  author_country: string | null;
  /** Null once the author was erased. */
  author_salt: Uint8Array | null;
  issued_at: Date;
  place: number | null;
  /** With a space before each and after the last; empty when nobody is found by them. */
  author_words: string;
}

/** Whose a hash is. */
export interface WorkHashTable {
  hash: Uint8Array;
  cert_id: string;
  account_id: string;
  is_released: boolean;
}

/** One row, which puts the registry's places in the order of the commits. */
export interface WorkPlaceTable {
  id: number;
  last_place: number;
}

export interface WorkCountTable {
  /** `YYYY-MM-DD`. */
  day: string;
  work_type: WorkType;
  count: number;
}

export interface WorkTermTable {
  term: string;
  work_type: WorkType;
  place: number;
}

export interface WorkVerificationTable {
  cert_id: string;
  verifier: Uint8Array;
  seen_at: Date;
}

export interface WorkTables {
  work: WorkTable;
  work_version: WorkVersionTable;
  work_hash: WorkHashTable;
  work_place: WorkPlaceTable;
  work_count: WorkCountTable;
  work_term: WorkTermTable;
  work_verification: WorkVerificationTable;
}
