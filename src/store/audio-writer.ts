import { sql, type Transaction } from 'kysely';
import type { AudioWriter } from '../core/audio/store.ts';
import { selectByContent } from './audio-reader.ts';
import { realmNumber } from './audio-realm.ts';
import type { Schema } from './schema.ts';

/** One more than one's own is enough to know. */
const HOLDERS_MAX = 2;

export function createAudioWriter(transaction: Transaction<Schema>): AudioWriter {
  return {
    async savePolicy({ id, document, cohort, acceptedAt, acceptedBy }) {
      const row = { document, cohort, accepted_at: new Date(acceptedAt), accepted_by: acceptedBy, withdrawn_at: null };
      await transaction
        .insertInto('audio_policy')
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
    },

    async withdrawPolicy(id, at) {
      const { numUpdatedRows } = await transaction
        .updateTable('audio_policy')
        .set({ withdrawn_at: new Date(at) })
        .where('id', '=', id)
        .where('withdrawn_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async lockPolicy(id) {
      const row = await transaction
        .selectFrom('audio_policy')
        .select('withdrawn_at')
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      return row?.withdrawn_at === null;
    },

    async findRendition(accountId, certificateId, sha256) {
      const row = await transaction
        .selectFrom('audio_rendition')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('certificate_id', '=', certificateId)
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        id: row.id,
        accountId,
        certificateId,
        sha256,
        certificateVersion: row.certificate_version,
        policyId: row.policy_id,
        fingerprintSha256: row.fingerprint_sha256,
        durationMs: row.duration_ms,
        scoreE4: row.score_e4,
        similarIds: row.similar_ids,
        salt: row.salt,
        sequence: row.sequence,
        registeredAt: row.registered_at.getTime(),
      };
    },

    async listHolders(realm, sha256) {
      const { rows } = await selectByContent(realm, sha256, HOLDERS_MAX).execute(transaction);
      return rows.map(({ id }) => id);
    },

    async insertRendition(rendition) {
      await transaction
        .insertInto('audio_rendition')
        .values({
          account_id: rendition.accountId,
          certificate_id: rendition.certificateId,
          sha256: rendition.sha256,
          id: rendition.id,
          certificate_version: rendition.certificateVersion,
          policy_id: rendition.policyId,
          fingerprint_sha256: rendition.fingerprintSha256,
          duration_ms: rendition.durationMs,
          score_e4: rendition.scoreE4,
          similar_ids: [...rendition.similarIds],
          salt: rendition.salt,
          sequence: rendition.sequence,
          registered_at: new Date(rendition.registeredAt),
        })
        .execute();
    },

    async lockIndex() {
      const row = await transaction.selectFrom('audio_index').select('sequence').forUpdate().executeTakeFirstOrThrow();
      return row.sequence;
    },

    async listUnindexed(afterSequence, limit) {
      const rows = await transaction
        .selectFrom('certificate')
        .leftJoin('certificate_fingerprint', 'certificate_fingerprint.certificate_id', 'certificate.id')
        .select(['issued_sequence', 'is_sandbox', 'account_id', 'fingerprint'])
        .where('issued_sequence', '>', afterSequence)
        .orderBy('issued_sequence')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        issuedSequence: row.issued_sequence,
        isSandbox: row.is_sandbox,
        accountId: row.account_id,
        fingerprint: row.fingerprint,
      }));
    },

    async addToIndex(entries) {
      for (const { of, hashes } of entries) {
        await sql`
          insert into audio_hash (realm, hash, issued_sequence)
          select ${realmNumber(of)}::integer, hash, ${of.issuedSequence}::bigint
          from unnest(${[...hashes]}::integer[]) as made (hash)
          order by hash
          on conflict do nothing`.execute(transaction);
      }
    },

    async saveIndexed(sequence) {
      await transaction.updateTable('audio_index').set({ sequence }).execute();
    },
  };
}
