import type { Migration } from '../migrate.ts';

export const certificateMigration: Migration = {
  name: '0009-certificate',
  breaking: true,
  statements: [
    // By the id alone: people who look one up do not know the account.
    `create table certificate (
      id text collate "C" primary key,
      registry text collate "C" not null,
      is_sandbox boolean not null,
      version integer not null check (version > 0),
      status text collate "C" not null check (status in ('active', 'revoked')),
      account_id text collate "C",
      work_sha256 bytea not null check (octet_length(work_sha256) = 32),
      manifest_json text not null,
      key_id text not null,
      signature bytea not null,
      salt bytea check (octet_length(salt) = 32),
      commitment bytea not null check (octet_length(commitment) = 32),
      issued_at timestamptz not null,
      updated_at timestamptz not null,
      revoked_at timestamptz,
      revocation_reason text,
      issued_sequence bigint not null,
      sequence bigint not null,
      version_sequence bigint not null,
      envelope_receipt_id text collate "C",
      work_receipt_id text collate "C",
      anchor_due_at timestamptz,
      revision bigint,
      check ((status = 'revoked') = (revoked_at is not null))
    )`,
    `create index certificate_work on certificate (registry, work_sha256, issued_at) where status = 'active'`,
    `create index certificate_revoked on certificate (registry, is_sandbox, sequence) where status = 'revoked'`,
    `create index certificate_anchor_due on certificate (anchor_due_at) where anchor_due_at is not null`,
    `create index certificate_revision on certificate (revision) where revision is not null`,
    // The current version is in the table above: most certificates never have another.
    `create table certificate_version (
      certificate_id text collate "C" not null,
      version integer not null,
      manifest_json text not null,
      key_id text not null,
      signature bytea not null,
      salt bytea check (octet_length(salt) = 32),
      envelope_receipt_id text collate "C",
      signed_at timestamptz not null,
      sequence bigint not null,
      primary key (certificate_id, version)
    )`,
    // In the order of commits, so that other nodes hear of every change of what they remember.
    `create table certificate_change (only_row boolean primary key check (only_row), last_revision bigint not null)`,
    `insert into certificate_change (only_row, last_revision) values (true, 0)`,
    `create table certificate_fingerprint (
      certificate_id text collate "C" primary key,
      fingerprint bytea not null,
      fingerprint2 bytea,
      duration_ms integer
    )`,
    `create table certificate_key (
      id text collate "C" primary key,
      public_key bytea not null check (octet_length(public_key) = 32),
      valid_from timestamptz not null,
      valid_until timestamptz
    )`,
    `create table certificate_snapshot (
      registry text collate "C" primary key,
      sequence bigint not null,
      generated_at timestamptz not null,
      body text not null
    )`,
  ],
};
