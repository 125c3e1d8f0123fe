import { type Insertable, sql, type Transaction } from 'kysely';
import type { TrackCertificate } from '../core/registry/certificate.ts';
import type { RegistryWriter } from '../core/registry/store.ts';
import { claimHandle } from './handle.ts';
import { readArtist, readCertificate, readSubmission, selectArtists, selectSubmissions } from './registry-rows.ts';
import type { RegistryCertificateTable } from './registry-tables.ts';
import type { Schema } from './schema.ts';

/** More than one request can add, so what has expired goes away; few enough to cost nothing. */
const MAX_FORGOTTEN = 20;

export function createRegistryWriter(transaction: Transaction<Schema>): RegistryWriter {
  return {
    async lockAccount(accountId) {
      await transaction
        .insertInto('registry_account')
        .values({ account_id: accountId, pending: 0 })
        .onConflict((conflict) => conflict.column('account_id').doNothing())
        .execute();
      const row = await transaction
        .selectFrom('registry_account')
        .select('pending')
        .where('account_id', '=', accountId)
        .forUpdate()
        .executeTakeFirstOrThrow();
      return row.pending;
    },

    async savePendingCount(accountId, pending) {
      await transaction.updateTable('registry_account').set({ pending }).where('account_id', '=', accountId).execute();
    },

    async findRequest(accountId, key, now) {
      await sql`
        delete from registry_request where account_id = ${accountId} and idempotency_key in (
          select idempotency_key from registry_request
          where account_id = ${accountId} and expires_at <= ${new Date(now)} limit ${MAX_FORGOTTEN}
        )`.execute(transaction);
      const row = await transaction
        .selectFrom('registry_request')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('idempotency_key', '=', key)
        .where('expires_at', '>', new Date(now))
        .executeTakeFirst();
      if (row === undefined) return null;
      const { digest, submission_id: submissionId, expires_at: expiresAt } = row;
      return { accountId, key, digest, submissionId, expiresAt: expiresAt.getTime() };
    },

    async insertRequest({ accountId, key, digest, submissionId, expiresAt }) {
      const values = { digest, submission_id: submissionId, expires_at: new Date(expiresAt) };
      await transaction
        .insertInto('registry_request')
        .values({ account_id: accountId, idempotency_key: key, ...values })
        // One that has expired, and was not yet forgotten.
        .onConflict((conflict) => conflict.columns(['account_id', 'idempotency_key']).doUpdateSet(values))
        .execute();
    },

    async lockSubmission(id) {
      const row = await selectSubmissions(transaction)
        .where('submission.id', '=', id)
        .forUpdate('submission')
        .executeTakeFirst();
      return row === undefined ? null : readSubmission(row);
    },

    async hasPending({ accountId, sha256, isSandbox }) {
      const row = await transaction
        .selectFrom('registry_submission')
        .select('id')
        .where('account_id', '=', accountId)
        .where('is_sandbox', '=', isSandbox)
        .where('work_sha256', '=', sha256)
        .where('status', '=', 'pending')
        .executeTakeFirst();
      return row !== undefined;
    },

    async insertSubmission(submission) {
      await transaction
        .insertInto('registry_submission')
        .values({
          account_id: submission.accountId,
          id: submission.id,
          credential_id: submission.credentialId,
          is_sandbox: submission.isSandbox,
          created_at: new Date(submission.createdAt),
          status: 'pending',
          artist_id: submission.artistId,
          track_id: submission.trackId,
          title: submission.title,
          work_sha256: submission.sha256,
          duration_ms: submission.durationMs,
          fingerprint: submission.fingerprint,
          fingerprint2: submission.fingerprint2,
          metadata: JSON.stringify(submission.metadata),
          declarations: JSON.stringify(submission.declarations),
          is_high_risk: false,
        })
        .execute();
    },

    async saveDecision({ accountId, id }, { verdict, reason, at, operatorId, certificateId }, isHighRisk) {
      await transaction
        .updateTable('registry_submission')
        .set({
          status: verdict,
          verdict,
          reason,
          decided_at: new Date(at),
          operator_id: operatorId,
          certificate_id: certificateId,
          is_high_risk: isHighRisk,
        })
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
    },

    async lockWork(sha256) {
      await transaction
        .insertInto('registry_work')
        .values({ work_sha256: sha256 })
        .onConflict((conflict) => conflict.column('work_sha256').doNothing())
        .execute();
      await transaction
        .selectFrom('registry_work')
        .select('work_sha256')
        .where('work_sha256', '=', sha256)
        .forUpdate()
        .execute();
    },

    async lockCertificate(id) {
      const row = await transaction
        .selectFrom('registry_certificate')
        .selectAll()
        .where('certificate_id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? null : readCertificate(row);
    },

    async insertCertificate(certificate) {
      await transaction.insertInto('registry_certificate').values(writeCertificate(certificate)).execute();
    },

    async saveCertificate(certificate) {
      await transaction
        .updateTable('registry_certificate')
        .set(writeCertificate(certificate))
        .where('certificate_id', '=', certificate.id)
        .execute();
    },

    async findOwnArtist(accountId, isSandbox) {
      const row = await selectArtists(transaction)
        .where('artist.account_id', '=', accountId)
        .where('artist.is_sandbox', '=', isSandbox)
        .where('artist.is_own', '=', true)
        .executeTakeFirst();
      return row === undefined ? null : readArtist(row);
    },

    async findArtistById(accountId, isSandbox, id) {
      const row = await selectArtists(transaction)
        .where('artist.id', '=', id)
        .where('artist.account_id', '=', accountId)
        .where('artist.is_sandbox', '=', isSandbox)
        .executeTakeFirst();
      return row === undefined ? null : readArtist(row);
    },

    async findArtistByHandle(accountId, isSandbox, handle) {
      const row = await selectArtists(transaction)
        .where('artist.account_id', '=', accountId)
        .where('artist.is_sandbox', '=', isSandbox)
        .where('artist.handle', '=', handle)
        .executeTakeFirst();
      return row === undefined ? null : readArtist(row);
    },

    async insertArtist(artist) {
      await transaction
        .insertInto('registry_artist')
        .values({
          id: artist.id,
          account_id: artist.accountId,
          is_sandbox: artist.isSandbox,
          is_own: artist.isOwn,
          handle: artist.handle,
          display_name: artist.displayName,
          bio: artist.bio,
          location: artist.location,
          avatar_url: artist.avatarUrl,
          created_at: new Date(artist.createdAt),
          certificate_count: 0,
        })
        .execute();
    },

    async renameArtist(artistId, displayName) {
      await transaction
        .updateTable('registry_artist')
        .set({ display_name: displayName })
        .where('id', '=', artistId)
        .where('is_own', '=', false)
        .execute();
    },

    async lockArtist(artistId) {
      const artist = transaction.selectFrom('registry_artist').select('account_id').where('id', '=', artistId);
      const known = await artist.executeTakeFirst();
      if (known === undefined) return null;
      await this.lockAccount(known.account_id);
      const rows = await transaction
        .selectFrom('registry_certificate')
        .select(['certificate_id', 'is_active'])
        .where('artist_id', '=', artistId)
        .orderBy('certificate_id')
        .forUpdate()
        .execute();
      // Somebody may have removed it before the lock was there.
      if ((await artist.forUpdate().executeTakeFirst()) === undefined) return null;
      return rows.map((row) => ({ id: row.certificate_id, isActive: row.is_active }));
    },

    async removeArtist(artistId) {
      const submissions = await transaction
        .deleteFrom('registry_submission')
        .where('artist_id', '=', artistId)
        .returning('status')
        .execute();
      const pending = submissions.filter(({ status }) => status === 'pending').length;
      await transaction.deleteFrom('registry_certificate').where('artist_id', '=', artistId).execute();
      await transaction.deleteFrom('registry_track').where('artist_id', '=', artistId).execute();
      // An own artist's handle is the account's, and stays with it.
      await transaction.deleteFrom('account_handle').where('account_id', '=', artistId).execute();
      const artist = await transaction
        .deleteFrom('registry_artist')
        .where('id', '=', artistId)
        .returning('account_id')
        .executeTakeFirstOrThrow();
      await transaction
        .updateTable('registry_account')
        .set(({ eb }) => ({ pending: eb('pending', '-', pending) }))
        .where('account_id', '=', artist.account_id)
        .execute();
    },

    claimHandle: (handle, artistId) => claimHandle(transaction, handle, artistId),

    async countCertificate(artistId, now) {
      await transaction
        .updateTable('registry_artist')
        .set(({ eb, fn, val }) => ({
          certificate_count: eb('certificate_count', '+', 1),
          verified_at: fn.coalesce('verified_at', val(new Date(now))),
        }))
        .where('id', '=', artistId)
        .execute();
    },

    async takeTrack({ artistId, sha256, id }) {
      const row = await transaction
        .insertInto('registry_track')
        .values({ artist_id: artistId, work_sha256: sha256, id })
        .onConflict((conflict) => conflict.columns(['artist_id', 'work_sha256']).doUpdateSet({ artist_id: artistId }))
        .returning('id')
        .executeTakeFirstOrThrow();
      return row.id;
    },

    async insertAction({ operatorId, at, before, after, ...action }) {
      await transaction
        .insertInto('registry_action')
        .values({
          ...action,
          operator_id: operatorId,
          at: new Date(at),
          before: JSON.stringify(before),
          after: JSON.stringify(after),
        })
        .execute();
    },

    async lockIntegrator(accountId) {
      const row = await transaction
        .selectFrom('registry_integrator')
        .selectAll()
        .where('account_id', '=', accountId)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? null : { accountId, note: row.note, addedAt: row.added_at.getTime() };
    },

    async saveIntegrator({ accountId, note, addedAt }) {
      await transaction
        .insertInto('registry_integrator')
        .values({ account_id: accountId, note, added_at: new Date(addedAt) })
        .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ note }))
        .execute();
    },

    async removeIntegrator(accountId) {
      await transaction.deleteFrom('registry_integrator').where('account_id', '=', accountId).execute();
    },

    async withdrawAll(accountId) {
      await this.lockAccount(accountId);
      await transaction
        .updateTable('registry_submission')
        .set({ status: 'withdrawn' })
        .where('account_id', '=', accountId)
        .where('status', '=', 'pending')
        .execute();
      await this.savePendingCount(accountId, 0);
    },
  };
}

function writeCertificate(certificate: TrackCertificate): Insertable<RegistryCertificateTable> {
  return {
    certificate_id: certificate.id,
    is_sandbox: certificate.isSandbox,
    artist_id: certificate.artistId,
    track_id: certificate.trackId,
    submission_id: certificate.submissionId,
    work_sha256: certificate.sha256,
    title: certificate.title,
    title_key: certificate.titleKey,
    issued_at: new Date(certificate.issuedAt),
    is_active: certificate.isActive,
    revoked_from: certificate.revokedFrom === null ? null : new Date(certificate.revokedFrom),
    is_high_risk: certificate.isHighRisk,
  };
}
