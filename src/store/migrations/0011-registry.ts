import type { Migration } from '../migrate.ts';

export const registryMigration: Migration = {
  name: '0011-registry',
  breaking: true,
  statements: [
    // One row to lock for everything that an account may do only so often.
    `create table registry_account (
      account_id text collate "C" primary key,
      pending bigint not null default 0 check (pending >= 0)
    )`,
    `create table registry_artist (
      id text collate "C" primary key,
      account_id text collate "C" not null,
      is_sandbox boolean not null,
      is_own boolean not null,
      handle text collate "C" not null,
      display_name text not null,
      bio text,
      location text,
      avatar_url text,
      created_at timestamptz not null,
      verified_at timestamptz,
      certificate_count bigint not null check (certificate_count >= 0)
    )`,
    // The account's own one has an empty handle here.
    'create unique index registry_artist_handle on registry_artist (account_id, is_sandbox, handle)',
    `create table registry_track (
      artist_id text collate "C" not null,
      work_sha256 bytea not null check (octet_length(work_sha256) = 32),
      id text collate "C" not null,
      primary key (artist_id, work_sha256)
    )`,
    `create table registry_submission (
      account_id text collate "C" not null,
      id text collate "C" not null,
      credential_id text,
      is_sandbox boolean not null,
      created_at timestamptz not null,
      status text not null check (status in ('pending', 'verified', 'rejected', 'withdrawn')),
      artist_id text collate "C" not null,
      track_id text collate "C" not null,
      title text not null,
      work_sha256 bytea not null check (octet_length(work_sha256) = 32),
      duration_ms bigint not null check (duration_ms > 0),
      fingerprint bytea,
      fingerprint2 bytea,
      metadata jsonb not null,
      declarations jsonb not null,
      is_high_risk boolean not null default false,
      verdict text check (verdict in ('verified', 'rejected')),
      reason text,
      decided_at timestamptz,
      operator_id text,
      certificate_id text collate "C",
      primary key (account_id, id),
      check ((status in ('verified', 'rejected')) = (verdict is not null and verdict = status)),
      check ((certificate_id is not null) = (status = 'verified'))
    )`,
    'create index registry_submission_id on registry_submission (id)',
    'create index registry_submission_account on registry_submission (account_id, created_at, id)',
    'create index registry_submission_queue on registry_submission (is_sandbox, status, created_at, id)',
    'create index registry_submission_all on registry_submission (is_sandbox, created_at, id)',
    'create index registry_submission_work on registry_submission (work_sha256)',
    `create unique index registry_submission_pending on registry_submission (account_id, is_sandbox, work_sha256)
      where status = 'pending'`,
    `create table registry_request (
      account_id text collate "C" not null,
      idempotency_key text not null,
      digest bytea not null,
      submission_id text not null,
      expires_at timestamptz not null,
      primary key (account_id, idempotency_key)
    )`,
    'create index registry_request_expiry on registry_request (account_id, expires_at)',
    'create table registry_work (work_sha256 bytea primary key)',
    `create table registry_certificate (
      certificate_id text collate "C" primary key,
      is_sandbox boolean not null,
      artist_id text collate "C" not null,
      track_id text collate "C" not null,
      submission_id text collate "C" not null,
      work_sha256 bytea not null,
      title text not null,
      title_key text collate "C" not null,
      issued_at timestamptz not null,
      is_active boolean not null,
      revoked_from timestamptz,
      is_high_risk boolean not null
    )`,
    'create index registry_certificate_artist on registry_certificate (artist_id, issued_at, certificate_id)',
    'create index registry_certificate_all on registry_certificate (is_sandbox, issued_at, certificate_id)',
    'create index registry_certificate_work on registry_certificate (work_sha256)',
    'create index registry_certificate_title on registry_certificate (title_key)',
    `create table registry_integrator (
      account_id text collate "C" primary key,
      note text not null,
      added_at timestamptz not null
    )`,
    `create table registry_action (
      id text collate "C" primary key,
      at timestamptz not null,
      operator_id text not null,
      type text not null,
      subject text collate "C" not null,
      reason text not null,
      before jsonb not null,
      after jsonb not null
    )`,
    'create index registry_action_at on registry_action (at, id)',
    'create index registry_action_subject on registry_action (subject, at, id)',
    `create function refuse_action_change() returns trigger language plpgsql as
      $$ begin raise exception 'the log of operators is append-only'; end $$`,
    `create trigger registry_action_is_append_only before update or delete or truncate on registry_action
      for each statement execute function refuse_action_change()`,
  ],
};
