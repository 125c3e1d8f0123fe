import { type Kysely, sql } from 'kysely';
import type { CertificateReader } from '../core/certificate/store.ts';
import { epochMs } from './anchor-rows.ts';
import { type CertificateRow, readCertificate } from './certificate-rows.ts';
import type { Schema } from './schema.ts';

export function createCertificateReader(kysely: Kysely<Schema>): CertificateReader {
  return {
    async find(id) {
      const row = await kysely.selectFrom('certificate').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : readCertificate(row);
    },

    async findMany(ids) {
      if (ids.length === 0) return [];
      const { rows } = await sql<CertificateRow>`
        select * from certificate where id = any(${ids}::text[])`.execute(kysely);
      return rows.map(readCertificate);
    },

    async findActiveByWork(registry, workSha256, limit) {
      const rows = await kysely
        .selectFrom('certificate')
        .selectAll()
        .where('status', '=', 'active')
        .where('registry', '=', registry)
        .where('work_sha256', '=', workSha256)
        .where('is_sandbox', '=', false)
        .orderBy('issued_at')
        .limit(limit)
        .execute();
      return rows.map(readCertificate);
    },

    async listAll(afterId, limit) {
      const rows = await kysely
        .selectFrom('certificate')
        .selectAll()
        .where('id', '>', afterId)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(readCertificate);
    },

    async listVersions(id) {
      const older = await kysely
        .selectFrom('certificate_version')
        .selectAll()
        .where('certificate_id', '=', id)
        .orderBy('version')
        .execute();
      const newest = await this.find(id);
      if (newest === null) return [];
      const { version, manifestJson, keyId, signature, salt, envelopeReceiptId, updatedAt, versionSequence } = newest;
      return [
        ...older
          // One that was made between the two questions is in both answers.
          .filter((row) => row.version < version)
          .map((row) => ({
            id,
            version: row.version,
            manifestJson: row.manifest_json,
            keyId: row.key_id,
            signature: row.signature,
            salt: row.salt,
            envelopeReceiptId: row.envelope_receipt_id,
            signedAt: row.signed_at.getTime(),
            sequence: row.sequence,
          })),
        {
          ...{ id, version, manifestJson, keyId, signature, salt, envelopeReceiptId },
          signedAt: updatedAt,
          sequence: versionSequence,
        },
      ];
    },

    async lastRevision() {
      const row = await kysely.selectFrom('certificate_change').select('last_revision').executeTakeFirstOrThrow();
      return row.last_revision;
    },

    async listChanges(afterRevision, limit) {
      const rows = await kysely
        .selectFrom('certificate')
        .select(['id', 'revision'])
        .where('revision', '>', afterRevision)
        .orderBy('revision')
        .limit(limit)
        .execute();
      return rows.map(({ id, revision }) => ({ id, revision: revision! }));
    },

    async listKeys() {
      const rows = await kysely.selectFrom('certificate_key').selectAll().orderBy('valid_from').orderBy('id').execute();
      return rows.map((row) => ({
        id: row.id,
        publicKey: row.public_key,
        validFrom: row.valid_from.getTime(),
        validUntil: epochMs(row.valid_until),
      }));
    },

    async findFingerprint(id) {
      const row = await kysely
        .selectFrom('certificate_fingerprint')
        .selectAll()
        .where('certificate_id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { fingerprint, fingerprint2, duration_ms: durationMs } = row;
      return { certificateId: id, fingerprint, fingerprint2, durationMs };
    },

    async findSnapshot(registry) {
      // One statement, so that the two are of one moment.
      const { rows } = await sql<{ sequence: number; generated_at: Date | null; last_revoked: number }>`
        select coalesce(snapshot.sequence, 0) as sequence, snapshot.generated_at, coalesce(
          (select sequence from certificate
            where status = 'revoked' and registry = ${registry} and is_sandbox = false
            order by sequence desc limit 1), 0) as last_revoked
        from (select 1) as one left join certificate_snapshot snapshot on snapshot.registry = ${registry}`.execute(
        kysely,
      );
      const { sequence, generated_at: generatedAt, last_revoked: lastRevokedSequence } = rows[0]!;
      return { sequence, generatedAt: generatedAt?.getTime() ?? 0, lastRevokedSequence };
    },

    async readSnapshot(registry) {
      const row = await kysely
        .selectFrom('certificate_snapshot')
        .select(['sequence', 'generated_at', 'body'])
        .where('registry', '=', registry)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { sequence: row.sequence, generatedAt: row.generated_at.getTime(), body: row.body };
    },
  };
}
