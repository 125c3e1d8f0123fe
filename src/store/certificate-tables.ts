import type { CertificateStatus, Registry } from '../core/certificate/certificate.ts';

export interface CertificateTable {
  id: string;
  registry: Registry;
  is_sandbox: boolean;
  version: number;
  status: CertificateStatus;
  account_id: string | null;
  work_sha256: Uint8Array;
  manifest_json: string;
  key_id: string;
  signature: Uint8Array;
  salt: Uint8Array | null;
  commitment: Uint8Array;
  issued_at: Date;
  updated_at: Date;
  revoked_at: Date | null;
  revocation_reason: string | null;
  issued_sequence: number;
  sequence: number;
  version_sequence: number;
  envelope_receipt_id: string | null;
  work_receipt_id: string | null;
  /** When somebody has to anchor it; null when that was done. */
  anchor_due_at: Date | null;
  /** When it was last changed, in the order of all changes; null for one that never was. */
  revision: number | null;
}

export interface CertificateVersionTable {
  certificate_id: string;
  version: number;
  manifest_json: string;
  key_id: string;
  signature: Uint8Array;
  salt: Uint8Array | null;
  envelope_receipt_id: string | null;
  signed_at: Date;
  sequence: number;
}

export interface CertificateTables {
  certificate: CertificateTable;
  certificate_version: CertificateVersionTable;
  certificate_change: { only_row: true; last_revision: number };
  certificate_fingerprint: {
    certificate_id: string;
    fingerprint: Uint8Array;
    fingerprint2: Uint8Array | null;
    duration_ms: number | null;
  };
  certificate_key: { id: string; public_key: Uint8Array; valid_from: Date; valid_until: Date | null };
  certificate_snapshot: { registry: string; sequence: number; generated_at: Date; body: string };
}
