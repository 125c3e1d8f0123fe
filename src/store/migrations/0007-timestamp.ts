import type { Migration } from '../migrate.ts';

export const timestampMigration: Migration = {
  name: '0007-timestamp',
  breaking: true,
  statements: [
    // One row to lock for everything that may happen only once in an account.
    `create table timestamp_account (
      account_id text primary key,
      last_created_at timestamptz not null)`,
    `create table timestamp_record (
      account_id text not null,
      id uuid not null,
      created_at timestamptz not null,
      digest bytea not null check (octet_length(digest) = 32),
      filename text not null check (filename <> ''),
      file_size_bytes bigint not null check (file_size_bytes > 0),
      file_type text,
      certificate_id text collate "C" not null,
      receipt_id text collate "C" not null,
      round_id uuid not null,
      primary key (account_id, id))`,
    'create unique index timestamp_record_digest on timestamp_record (account_id, digest)',
    // Unique, because the moment is the cursor of the list.
    'create unique index timestamp_record_created on timestamp_record (account_id, created_at)',
    // By the id alone: people who look one up do not know the account.
    `create table timestamp_certificate (
      certificate_id text collate "C" primary key,
      account_id text not null,
      timestamp_id uuid not null)`,
    `create table timestamp_request (
      account_id text not null,
      idempotency_key text not null,
      attempt_id uuid not null,
      fingerprint bytea not null,
      lease_until timestamptz not null,
      expires_at timestamptz not null,
      timestamp_id uuid,
      primary key (account_id, idempotency_key))`,
    'create index timestamp_request_expiry on timestamp_request (account_id, expires_at)',
  ],
};
