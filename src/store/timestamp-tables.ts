export interface TimestampAccountTable {
  account_id: string;
  last_created_at: Date;
}

export interface TimestampRecordTable {
  account_id: string;
  id: string;
  created_at: Date;
  digest: Uint8Array;
  filename: string;
  file_size_bytes: number;
  file_type: string | null;
  certificate_id: string;
  receipt_id: string;
  round_id: string;
}

/** Who has a certificate id. */
export interface TimestampCertificateTable {
  certificate_id: string;
  account_id: string;
  timestamp_id: string;
}

export interface TimestampRequestTable {
  account_id: string;
  idempotency_key: string;
  attempt_id: string;
  fingerprint: Uint8Array;
  lease_until: Date;
  expires_at: Date;
  timestamp_id: string | null;
}

export interface TimestampTables {
  timestamp_account: TimestampAccountTable;
  timestamp_record: TimestampRecordTable;
  timestamp_certificate: TimestampCertificateTable;
  timestamp_request: TimestampRequestTable;
}
