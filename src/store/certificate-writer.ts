import { sql, type Transaction } from 'kysely';
import type { CertificateRecord } from '../core/certificate/certificate.ts';
import type { CertificateWriter } from '../core/certificate/store.ts';
import { dateOrNull } from './anchor-rows.ts';
import { type CertificateRow, readCertificate, writeCertificate } from './certificate-rows.ts';
import type { Schema } from './schema.ts';

const NO_BYTES = new Uint8Array();

export function createCertificateWriter(transaction: Transaction<Schema>): CertificateWriter {
  /** The row lock is held until commit, so that revisions become visible in their order. */
  async function nextRevision(): Promise<number> {
    const row = await transaction
      .updateTable('certificate_change')
      .set(({ eb }) => ({ last_revision: eb('last_revision', '+', 1) }))
      .returning('last_revision')
      .executeTakeFirstOrThrow();
    return row.last_revision;
  }

  return {
    insert: (records) => insertCertificates(transaction, records),

    async lock(id) {
      const row = await transaction
        .selectFrom('certificate')
        .selectAll()
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? null : readCertificate(row);
    },

    async saveVersion(record) {
      await sql`
        insert into certificate_version (
          certificate_id, version, manifest_json, key_id, signature, salt, envelope_receipt_id, signed_at, sequence
        )
        select id, version, manifest_json, key_id, signature, salt, envelope_receipt_id, updated_at, version_sequence
        from certificate where id = ${record.id}`.execute(transaction);
      const { id, ...row } = writeCertificate(record);
      const revision = await nextRevision();
      await transaction
        .updateTable('certificate')
        .set({ ...row, revision })
        .where('id', '=', id)
        .execute();
    },

    async saveStatus(id, { status, revokedAt, revocationReason, sequence }) {
      const row = { status, revoked_at: dateOrNull(revokedAt), revocation_reason: revocationReason, sequence };
      const revision = await nextRevision();
      await transaction
        .updateTable('certificate')
        .set({ ...row, revision })
        .where('id', '=', id)
        .execute();
    },

    async erase(id) {
      const nothing = { manifest_json: '', signature: NO_BYTES, salt: null };
      const revision = await nextRevision();
      // What was not anchored yet cannot be any more.
      await transaction
        .updateTable('certificate')
        .set({ ...nothing, anchor_due_at: null, revision })
        .where('id', '=', id)
        .execute();
      await transaction.updateTable('certificate_version').set(nothing).where('certificate_id', '=', id).execute();
    },

    async saveFingerprint({ certificateId, fingerprint, fingerprint2, durationMs }) {
      const row = { fingerprint, fingerprint2, duration_ms: durationMs };
      await transaction
        .insertInto('certificate_fingerprint')
        .values({ certificate_id: certificateId, ...row })
        .onConflict((conflict) => conflict.column('certificate_id').doUpdateSet(row))
        .execute();
    },

    async touch(id) {
      const revision = await nextRevision();
      await transaction.updateTable('certificate').set({ revision }).where('id', '=', id).execute();
    },

    async claimAnchoring(now, leaseUntil, limit) {
      const { rows } = await sql<CertificateRow>`
        update certificate set anchor_due_at = ${new Date(leaseUntil)}
        from (
          select id from certificate where anchor_due_at <= ${new Date(now)}
          order by anchor_due_at limit ${limit} for update skip locked
        ) as due
        where certificate.id = due.id
        returning certificate.*`.execute(transaction);
      return rows.map(readCertificate);
    },

    async saveReceipts(receipts) {
      if (receipts.length === 0) return;
      const ids = receipts.map(({ id }) => id);
      const versions = receipts.map(({ version }) => version);
      const envelopes = receipts.map(({ envelopeReceiptId }) => envelopeReceiptId);
      const works = receipts.map(({ workReceiptId }) => workReceiptId);
      // Locked in one order by a statement of its own: a worker whose lease has ended may be writing the same.
      await sql`select id from certificate where id = any(${ids}::text[]) order by id for update`.execute(transaction);
      await sql`
        update certificate set envelope_receipt_id = made.envelope, work_receipt_id = made.work, anchor_due_at = null
        from unnest(${ids}::text[], ${versions}::integer[], ${envelopes}::text[], ${works}::text[])
          as made (id, version, envelope, work)
        where certificate.id = made.id and certificate.version = made.version`.execute(transaction);
      await sql`
        update certificate_version set envelope_receipt_id = made.envelope
        from unnest(${ids}::text[], ${versions}::integer[], ${envelopes}::text[]) as made (id, version, envelope)
        where certificate_version.certificate_id = made.id and certificate_version.version = made.version`.execute(
        transaction,
      );
    },

    async saveKeys(keys) {
      for (const { id, publicKey, validFrom, validUntil } of keys) {
        await sql`
          insert into certificate_key (id, public_key, valid_from, valid_until)
          values (${id}, ${publicKey}, ${new Date(validFrom)}, ${dateOrNull(validUntil)})
          on conflict (id) do update
          set valid_until = least(certificate_key.valid_until, excluded.valid_until)`.execute(transaction);
      }
    },

    async lockSnapshot(registry) {
      // A row to lock has to be there before.
      await sql`
        insert into certificate_snapshot (registry, sequence, generated_at, body)
        values (${registry}, 0, ${new Date(0)}, '')
        on conflict (registry) do nothing`.execute(transaction);
      const row = await transaction
        .selectFrom('certificate_snapshot')
        .select(['sequence', 'generated_at'])
        .where('registry', '=', registry)
        .forUpdate()
        .executeTakeFirstOrThrow();
      // By a statement of its own: it sees what was committed while this one waited.
      const { size: logSize } = await transaction.selectFrom('log_head').select('size').executeTakeFirstOrThrow();
      return { previous: { sequence: row.sequence, generatedAt: row.generated_at.getTime() }, logSize };
    },

    async listRevoked(registry) {
      const rows = await transaction
        .selectFrom('certificate')
        .select(['id', 'sequence', 'revoked_at', 'revocation_reason'])
        .where('status', '=', 'revoked')
        .where('registry', '=', registry)
        .where('is_sandbox', '=', false)
        .orderBy('sequence')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        sequence: row.sequence,
        revokedAt: row.revoked_at!.getTime(),
        reason: row.revocation_reason!,
      }));
    },

    async saveSnapshot(registry, { sequence, generatedAt, body }) {
      await transaction
        .updateTable('certificate_snapshot')
        .set({ sequence, generated_at: new Date(generatedAt), body })
        .where('registry', '=', registry)
        .execute();
    },
  };
}

/** As columns: a statement with a parameter for each value would have tens of thousands of them. */
async function insertCertificates(
  transaction: Transaction<Schema>,
  records: readonly CertificateRecord[],
): Promise<void> {
  if (records.length === 0) return;
  const rows = records.map(writeCertificate);
  const column = <Name extends keyof (typeof rows)[number]>(name: Name) => rows.map((row) => row[name]);
  const times = (name: 'issued_at' | 'updated_at' | 'revoked_at' | 'anchor_due_at') =>
    rows.map((row) => row[name]?.toISOString() ?? null);
  await sql`
    insert into certificate (
      id, registry, is_sandbox, version, status, account_id, work_sha256, manifest_json, key_id, signature, salt,
      commitment, issued_at, updated_at, revoked_at, revocation_reason, issued_sequence, sequence, version_sequence,
      envelope_receipt_id, work_receipt_id, anchor_due_at
    )
    select * from unnest(
      ${column('id')}::text[], ${column('registry')}::text[], ${column('is_sandbox')}::boolean[],
      ${column('version')}::integer[], ${column('status')}::text[], ${column('account_id')}::text[],
      ${column('work_sha256')}::bytea[], ${column('manifest_json')}::text[], ${column('key_id')}::text[],
      ${column('signature')}::bytea[], ${column('salt')}::bytea[], ${column('commitment')}::bytea[],
      ${times('issued_at')}::timestamptz[], ${times('updated_at')}::timestamptz[],
      ${times('revoked_at')}::timestamptz[], ${column('revocation_reason')}::text[],
      ${column('issued_sequence')}::bigint[], ${column('sequence')}::bigint[],
      ${column('version_sequence')}::bigint[], ${column('envelope_receipt_id')}::text[],
      ${column('work_receipt_id')}::text[], ${times('anchor_due_at')}::timestamptz[]
    )`.execute(transaction);
}
