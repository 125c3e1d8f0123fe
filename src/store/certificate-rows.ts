import type { Selectable } from 'kysely';
import type { CertificateRecord } from '../core/certificate/certificate.ts';
import { dateOrNull, epochMs } from './anchor-rows.ts';
import type { CertificateTable } from './certificate-tables.ts';

export type CertificateRow = Selectable<CertificateTable>;

export function readCertificate(row: CertificateRow): CertificateRecord {
  return {
    id: row.id,
    registry: row.registry,
    isSandbox: row.is_sandbox,
    version: row.version,
    status: row.status,
    accountId: row.account_id,
    workSha256: row.work_sha256,
    manifestJson: row.manifest_json,
    keyId: row.key_id,
    signature: row.signature,
    salt: row.salt,
    commitment: row.commitment,
    issuedAt: row.issued_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    revokedAt: epochMs(row.revoked_at),
    revocationReason: row.revocation_reason,
    issuedSequence: row.issued_sequence,
    sequence: row.sequence,
    versionSequence: row.version_sequence,
    envelopeReceiptId: row.envelope_receipt_id,
    workReceiptId: row.work_receipt_id,
  };
}

/** With its newest version still to be anchored. */
export function writeCertificate(record: CertificateRecord): Omit<CertificateTable, 'revision'> {
  return {
    id: record.id,
    registry: record.registry,
    is_sandbox: record.isSandbox,
    version: record.version,
    status: record.status,
    account_id: record.accountId,
    work_sha256: record.workSha256,
    manifest_json: record.manifestJson,
    key_id: record.keyId,
    signature: record.signature,
    salt: record.salt,
    commitment: record.commitment,
    issued_at: new Date(record.issuedAt),
    updated_at: new Date(record.updatedAt),
    revoked_at: dateOrNull(record.revokedAt),
    revocation_reason: record.revocationReason,
    issued_sequence: record.issuedSequence,
    sequence: record.sequence,
    version_sequence: record.versionSequence,
    envelope_receipt_id: record.envelopeReceiptId,
    work_receipt_id: record.workReceiptId,
    anchor_due_at: new Date(record.updatedAt),
  };
}
