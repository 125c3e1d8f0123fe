import { type Kysely, sql } from 'kysely';
import type { AudioReader, MasterRecord, Realm } from '../core/audio/store.ts';
import { epochMs } from './anchor-rows.ts';
import { realmNumbers } from './audio-realm.ts';
import { type CertificateRow, readCertificate } from './certificate-rows.ts';
import type { Schema } from './schema.ts';

/** So many certificates of one hash are looked at: one that more have says nothing, and costs. */
const PER_HASH_MAX = 1000;

export function createAudioReader(kysely: Kysely<Schema>): AudioReader {
  return {
    async findMasters(ids) {
      if (ids.length === 0) return [];
      const { rows } = await sql<{
        id: string;
        is_sandbox: boolean;
        status: MasterRecord['status'];
        version: number;
        account_id: string | null;
        is_high_risk: boolean;
        fingerprint: Uint8Array | null;
        fingerprint2: Uint8Array | null;
        duration_ms: number | null;
      }>`
        select certificate.id, certificate.is_sandbox, certificate.status, certificate.version, certificate.account_id,
          coalesce(registry_certificate.is_high_risk, false) as is_high_risk, fingerprint, fingerprint2, duration_ms
        from certificate
          left join registry_certificate on registry_certificate.certificate_id = certificate.id
          left join certificate_fingerprint on certificate_fingerprint.certificate_id = certificate.id
        where certificate.id = any(${ids}::text[]) and certificate.registry = 'trackorigin'
          and certificate.manifest_json <> ''`.execute(kysely);
      return rows.map((row) => ({
        id: row.id,
        isSandbox: row.is_sandbox,
        status: row.status,
        version: row.version,
        accountId: row.account_id,
        isHighRisk: row.is_high_risk,
        fingerprint: row.fingerprint,
        fingerprint2: row.fingerprint2,
        durationMs: row.duration_ms,
      }));
    },

    async findByContent(realm, sha256, limit) {
      const { rows } = await selectByContent(realm, sha256, limit).execute(kysely);
      return rows.map(readCertificate);
    },

    async listPolicies() {
      const rows = await kysely
        .selectFrom('audio_policy')
        .select(['id', 'document', 'accepted_at', 'accepted_by', 'withdrawn_at'])
        .orderBy('accepted_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        document: row.document,
        acceptedAt: row.accepted_at.getTime(),
        acceptedBy: row.accepted_by,
        withdrawnAt: epochMs(row.withdrawn_at),
      }));
    },

    async readCohort(policyId) {
      const row = await kysely
        .selectFrom('audio_policy')
        .select('cohort')
        .where('id', '=', policyId)
        .executeTakeFirst();
      return row?.cohort ?? null;
    },

    async findCandidates(realm, hashes, minShared, limit) {
      const mine = realm.of === 'live' ? '' : realm.accountId;
      const { rows } = await sql<{ id: string; shared: number }>`
        select certificate.id, hit.shared
        from (
          select one.issued_sequence, count(*) as shared
          from unnest(${realmNumbers(realm)}::integer[]) as realm (number)
            cross join unnest(${hashes}::integer[]) as wanted (hash)
            cross join lateral (
              select issued_sequence from audio_hash
              where audio_hash.realm = realm.number and audio_hash.hash = wanted.hash
              limit ${PER_HASH_MAX}
            ) as one
          group by one.issued_sequence having count(*) >= ${minShared}
        ) as hit
          join certificate on certificate.issued_sequence = hit.issued_sequence
        where certificate.status = 'active' and certificate.registry = 'trackorigin'
          and certificate.is_sandbox = ${realm.of === 'sandbox'}
          and (certificate.is_sandbox = false or certificate.account_id is null or certificate.account_id = ${mine})
        order by hit.shared desc, certificate.issued_sequence
        limit ${limit}`.execute(kysely);
      return rows.map(({ id, shared }) => ({ certificateId: id, sharedHashes: Number(shared) }));
    },
  };
}

/** Active certificates of a file, by their master or a rendition. Of a sandbox: only what the account itself, or everybody, has there. */
export function selectByContent(realm: Realm, sha256: Uint8Array, limit: number) {
  const mine = realm.of === 'live' ? '' : realm.accountId;
  const isSandbox = realm.of === 'sandbox';
  return sql<CertificateRow>`
    select * from certificate
    where status = 'active' and registry = 'trackorigin' and is_sandbox = ${isSandbox} and id in (
      select id from certificate
      where status = 'active' and registry = 'trackorigin' and work_sha256 = ${sha256}
        and (${!isSandbox} or account_id is null or account_id = ${mine})
      union
      select certificate_id from audio_rendition
      where sha256 = ${sha256} and (${!isSandbox} or account_id = ${mine})
    )
    order by issued_at, id limit ${limit}`;
}
