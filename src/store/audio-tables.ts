export interface AudioRenditionTable {
  account_id: string;
  certificate_id: string;
  sha256: Uint8Array;
  id: string;
  certificate_version: number;
  policy_id: string;
  fingerprint_sha256: Uint8Array;
  duration_ms: number;
  score_e4: number;
  similar_ids: string[];
  salt: Uint8Array;
  sequence: number;
  registered_at: Date;
}

export interface AudioTables {
  audio_policy: {
    id: string;
    document: Uint8Array;
    cohort: Uint8Array | null;
    accepted_at: Date;
    accepted_by: string;
    withdrawn_at: Date | null;
  };
  audio_rendition: AudioRenditionTable;
  audio_hash: { realm: number; hash: number; issued_sequence: number };
  audio_index: { only_row: true; sequence: number };
}
