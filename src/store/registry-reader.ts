import { type Kysely, sql } from 'kysely';
import type { PublicArtist } from '../core/registry/artist.ts';
import type { Position, RegistryReader } from '../core/registry/store.ts';
import { readArtist, readCertificate, readSubmission, selectArtists, selectSubmissions } from './registry-rows.ts';
import type { Schema } from './schema.ts';

export function createRegistryReader(kysely: Kysely<Schema>): RegistryReader {
  return {
    async findPublicArtist(handle) {
      const claim = await kysely
        .selectFrom('account_handle')
        .select('account_id')
        .where('handle', '=', handle)
        .executeTakeFirst();
      if (claim === undefined) return null;
      const holder = claim.account_id;
      const row = await selectArtists(kysely)
        .where('artist.is_sandbox', '=', false)
        .where(({ or, and, eb }) =>
          or([
            eb('artist.id', '=', holder),
            and([eb('artist.account_id', '=', holder), eb('artist.is_own', '=', true)]),
          ]),
        )
        .executeTakeFirst();
      if (row === undefined) return findAccountAsArtist(kysely, holder);
      const artist = readArtist(row);
      // Whom a partner represents is its own affair until there is something to show.
      return artist !== null && (artist.isOwn || artist.verifiedAt !== null) ? artist : null;
    },

    async findSandboxArtist(accountId, handle) {
      const rows = await selectArtists(kysely)
        .where('artist.account_id', '=', accountId)
        .where('artist.is_sandbox', '=', true)
        .where(({ or, eb }) => or([eb('artist.handle', '=', handle), eb('account_handle.handle', '=', handle)]))
        .execute();
      return rows.map(readArtist).find((artist) => artist !== null) ?? null;
    },

    async findArtist(id) {
      const row = await selectArtists(kysely).where('artist.id', '=', id).executeTakeFirst();
      return row === undefined ? null : readArtist(row);
    },

    async listOfArtist(artistId, after, limit) {
      const rows = await kysely
        .selectFrom('registry_certificate')
        .select(['certificate_id', 'issued_at'])
        .where('artist_id', '=', artistId)
        .$if(after !== null, (query) => query.where(isBefore('issued_at', 'certificate_id', after!)))
        .orderBy('issued_at', 'desc')
        .orderBy('certificate_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ id: row.certificate_id, issuedAt: row.issued_at.getTime() }));
    },

    async findSubmission(id) {
      const row = await selectSubmissions(kysely).where('submission.id', '=', id).executeTakeFirst();
      return row === undefined ? null : readSubmission(row);
    },

    async listSubmissions(accountId, after, limit) {
      const rows = await selectSubmissions(kysely)
        .where('submission.account_id', '=', accountId)
        .$if(after !== null, (query) => query.where(isBefore('submission.created_at', 'submission.id', after!)))
        .orderBy('submission.created_at', 'desc')
        .orderBy('submission.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(readSubmission);
    },

    async listQueue({ status, isSandbox }, after, limit) {
      const rows = await selectSubmissions(kysely)
        .where('submission.is_sandbox', '=', isSandbox)
        .$if(status !== null, (query) => query.where('submission.status', '=', status!))
        .$if(after !== null, (query) => query.where(isAfter('submission.created_at', 'submission.id', after!)))
        .orderBy('submission.created_at')
        .orderBy('submission.id')
        .limit(limit)
        .execute();
      return rows.map(readSubmission);
    },

    async listSubmissionsOfWork(sha256, limit) {
      const rows = await selectSubmissions(kysely)
        .where('submission.work_sha256', '=', sha256)
        .orderBy('submission.created_at', 'desc')
        .orderBy('submission.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(readSubmission);
    },

    async findCertificate(id) {
      const row = await kysely
        .selectFrom('registry_certificate')
        .selectAll()
        .where('certificate_id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : readCertificate(row);
    },

    async listCertificates({ isSandbox, isActive, sha256, artistId, titleKey }, after, limit) {
      const rows = await kysely
        .selectFrom('registry_certificate')
        .selectAll()
        .where('is_sandbox', '=', isSandbox)
        .$if(isActive !== null, (query) => query.where('is_active', '=', isActive!))
        .$if(sha256 !== null, (query) => query.where('work_sha256', '=', sha256!))
        .$if(artistId !== null, (query) => query.where('artist_id', '=', artistId!))
        .$if(titleKey !== null, (query) => query.where('title_key', 'like', `${escapeLike(titleKey!)}%`))
        .$if(after !== null, (query) => query.where(isBefore('issued_at', 'certificate_id', after!)))
        .orderBy('issued_at', 'desc')
        .orderBy('certificate_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(readCertificate);
    },

    async listActions(subject, after, limit) {
      const rows = await kysely
        .selectFrom('registry_action')
        .selectAll()
        .$if(subject !== null, (query) => query.where('subject', '=', subject!))
        .$if(after !== null, (query) => query.where(isBefore('at', 'id', after!)))
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ operator_id: operatorId, at, ...row }) => ({ ...row, operatorId, at: at.getTime() }));
    },

    async listIntegrators(after, limit) {
      const rows = await kysely
        .selectFrom('registry_integrator')
        .selectAll()
        .where('account_id', '>', after)
        .orderBy('account_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ accountId: row.account_id, note: row.note, addedAt: row.added_at.getTime() }));
    },

    async isIntegrator(accountId) {
      const row = await kysely
        .selectFrom('registry_integrator')
        .select('account_id')
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

/** The profile of an account that has submitted nothing. */
async function findAccountAsArtist(kysely: Kysely<Schema>, accountId: string): Promise<PublicArtist | null> {
  const row = await kysely
    .selectFrom('account_holder')
    .innerJoin('account_handle', 'account_handle.account_id', 'account_holder.id')
    .select(['handle', 'display_name', 'bio', 'location', 'avatar_url'])
    .where('account_holder.id', '=', accountId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { handle, display_name: displayName, bio, location, avatar_url: avatarUrl } = row;
  return { id: null, handle, displayName, bio, location, avatarUrl, verifiedAt: null, certificateCount: 0 };
}

function isBefore(time: string, id: string, { at, id: lastId }: Position) {
  return sql<boolean>`(${sql.ref(time)}, ${sql.ref(id)}) < (${new Date(at)}, ${lastId})`;
}

function isAfter(time: string, id: string, { at, id: lastId }: Position) {
  return sql<boolean>`(${sql.ref(time)}, ${sql.ref(id)}) > (${new Date(at)}, ${lastId})`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
