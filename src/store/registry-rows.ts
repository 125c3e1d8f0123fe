import { type Kysely, type Selectable, sql } from 'kysely';
import type { Artist } from '../core/registry/artist.ts';
import type { TrackCertificate } from '../core/registry/certificate.ts';
import type { Submission } from '../core/registry/submission.ts';
import type { RegistryCertificateTable } from './registry-tables.ts';
import type { Schema } from './schema.ts';

/** `kysely` is a transaction where the answer has to be as of a lock. What an own artist is called is the account's. */
export function selectArtists(kysely: Kysely<Schema>) {
  return kysely
    .selectFrom('registry_artist as artist')
    .leftJoin('account_holder as holder', (join) =>
      join.onRef('holder.id', '=', 'artist.account_id').on('artist.is_own', '=', true),
    )
    .leftJoin('account_handle', 'account_handle.account_id', 'holder.id')
    .select([
      'artist.id as artist_id',
      'artist.account_id as artist_account_id',
      'artist.is_sandbox as artist_is_sandbox',
      'artist.is_own as artist_is_own',
      'artist.verified_at',
      'artist.certificate_count',
      sql<string | null>`case when artist.is_own then account_handle.handle else artist.handle end`.as('artist_handle'),
      sql<string>`coalesce(holder.display_name, artist.display_name)`.as('artist_display_name'),
      sql<string | null>`coalesce(holder.bio, artist.bio)`.as('artist_bio'),
      sql<string | null>`coalesce(holder.location, artist.location)`.as('artist_location'),
      sql<string | null>`coalesce(holder.avatar_url, artist.avatar_url)`.as('artist_avatar_url'),
    ]);
}

type ArtistRow = Awaited<ReturnType<ReturnType<typeof selectArtists>['execute']>>[number];

/** Null for the own one of an account that is gone, or has no handle any more. */
export function readArtist(row: ArtistRow): Artist | null {
  if (row.artist_handle === null) return null;
  return {
    id: row.artist_id,
    accountId: row.artist_account_id,
    isSandbox: row.artist_is_sandbox,
    isOwn: row.artist_is_own,
    handle: row.artist_handle,
    displayName: row.artist_display_name,
    bio: row.artist_bio,
    location: row.artist_location,
    avatarUrl: row.artist_avatar_url,
    verifiedAt: row.verified_at?.getTime() ?? null,
    certificateCount: row.certificate_count,
  };
}

export function selectSubmissions(kysely: Kysely<Schema>) {
  return selectArtists(kysely)
    .innerJoin('registry_submission as submission', 'submission.artist_id', 'artist.id')
    .selectAll('submission');
}

type SubmissionRow = Awaited<ReturnType<ReturnType<typeof selectSubmissions>['execute']>>[number];

export function readSubmission(row: SubmissionRow): Submission {
  return {
    id: row.id,
    accountId: row.account_id,
    credentialId: row.credential_id,
    isSandbox: row.is_sandbox,
    createdAt: row.created_at.getTime(),
    status: row.status,
    artist: readArtist(row),
    trackId: row.track_id,
    title: row.title,
    sha256: row.work_sha256,
    durationMs: row.duration_ms,
    fingerprint: row.fingerprint,
    fingerprint2: row.fingerprint2,
    metadata: row.metadata,
    declarations: row.declarations,
    isHighRisk: row.is_high_risk,
    decision:
      row.verdict === null
        ? null
        : {
            verdict: row.verdict,
            reason: row.reason!,
            at: row.decided_at!.getTime(),
            operatorId: row.operator_id!,
            certificateId: row.certificate_id,
          },
  };
}

export function readCertificate(row: Selectable<RegistryCertificateTable>): TrackCertificate {
  return {
    id: row.certificate_id,
    isSandbox: row.is_sandbox,
    artistId: row.artist_id,
    trackId: row.track_id,
    submissionId: row.submission_id,
    sha256: row.work_sha256,
    title: row.title,
    titleKey: row.title_key,
    issuedAt: row.issued_at.getTime(),
    isActive: row.is_active,
    revokedFrom: row.revoked_from?.getTime() ?? null,
    isHighRisk: row.is_high_risk,
  };
}
