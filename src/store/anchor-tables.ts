export interface RoundTable {
  id: string;
  root: Uint8Array;
  created_at: Date;
  /** Kept here so that counting does not read every receipt. */
  receipt_count: number;
  status: 'pending' | 'partial' | 'pinned';
  pinned_at: Date | null;
  /** Its receipts that retention may prune. */
  anonymous_ids: string[] | null;
}

export interface ReceiptTable {
  id: string;
  round_id: string;
  created_at: Date;
  digest: Uint8Array;
  sha512: Uint8Array | null;
  nonce: Uint8Array;
  /** The siblings from the leaf upwards, 32 bytes each. */
  path: Uint8Array;
  /** Bit i is set when sibling i stands on the left. */
  path_sides: number;
  label: string | null;
  account_id: string | null;
  credential_id: string | null;
  is_private: boolean;
}

/** What retention deleted in one transaction. */
export interface ReceiptExpiryTable {
  id: string;
  run_at: Date;
  receipts: number;
  rounds: number;
}

export interface SubmissionTable {
  round_id: string;
  calendar: string;
  attempt: number;
  url: string;
  state: 'failed' | 'pending' | 'attested' | 'confirmed';
  error: string | null;
  accepted_at: Date | null;
  proof: Uint8Array | null;
  commitment: Uint8Array | null;
  lookup_uri: string | null;
  upgrade: Uint8Array | null;
  block_height: number | null;
  block_hash: Uint8Array | null;
  block_time: number | null;
  polls: number;
  due_at: Date | null;
  resubmit_at: Date | null;
}

export interface AnchorTables {
  round: RoundTable;
  receipt: ReceiptTable;
  submission: SubmissionTable;
  receipt_expiry: ReceiptExpiryTable;
}
