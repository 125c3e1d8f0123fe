import type { Migration } from '../migrate.ts';

export const anchorMigration: Migration = {
  name: '0001-anchor',
  breaking: true,
  statements: [
    `create table round (
      id uuid primary key,
      root bytea not null,
      created_at timestamptz not null,
      receipt_count integer not null,
      status text not null check (status in ('pending', 'partial', 'pinned')),
      pinned_at timestamptz,
      check ((status = 'pinned') = (pinned_at is not null))
    )`,
    // No foreign key to round: both are written in one transaction, and a distributed engine may shard them apart.
    `create table receipt (
      id text collate "C" primary key,
      round_id uuid not null,
      created_at timestamptz not null,
      digest bytea not null check (octet_length(digest) = 32),
      sha512 bytea check (octet_length(sha512) = 64),
      nonce bytea not null,
      path bytea not null,
      path_sides integer not null,
      label text
    )`,
    `create index round_created_at on round (created_at)`,
    `create table submission (
      round_id uuid not null,
      calendar text not null,
      attempt integer not null,
      url text not null,
      state text not null check (state in ('failed', 'pending', 'attested', 'confirmed')),
      error text,
      accepted_at timestamptz,
      proof bytea,
      commitment bytea,
      lookup_uri text,
      upgrade bytea,
      block_height integer,
      block_hash bytea,
      block_time bigint,
      polls integer not null default 0,
      due_at timestamptz,
      resubmit_at timestamptz,
      primary key (round_id, calendar, attempt),
      check ((state = 'failed') = (proof is null)),
      check ((state in ('attested', 'confirmed')) = (upgrade is not null)),
      check ((state = 'confirmed') = (block_hash is not null))
    )`,
    `create index submission_due on submission (state, due_at) where due_at is not null`,
    `create index submission_resubmit on submission (resubmit_at) where resubmit_at is not null`,
    `create index submission_block on submission (block_height) where block_height is not null`,
  ],
};
