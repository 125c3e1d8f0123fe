import type { Migration } from '../migrate.ts';

export const tsaMigration: Migration = {
  name: '0014-tsa',
  breaking: true,
  statements: [
    // Chains are the same for thousands of tokens: kept once, under the SHA-256 of what they hold.
    `create table tsa_evidence (
      id bytea primary key check (octet_length(id) = 32),
      chain bytea[] not null,
      revocations bytea[] not null)`,
    `create table tsa_token (
      digest bytea primary key check (octet_length(digest) = 32),
      authority text not null,
      token bytea not null,
      gen_time timestamptz not null,
      evidence_id bytea not null)`,
    'create index tsa_token_time on tsa_token (authority, gen_time)',
    `create table tsa_pending (
      digest bytea primary key check (octet_length(digest) = 32),
      attempts integer not null default 0,
      due_at timestamptz not null)`,
    'create index tsa_pending_due on tsa_pending (due_at)',
    // Events of the public log up to this one have been looked at.
    `create table tsa_cursor (
      id smallint primary key check (id = 1),
      sequence bigint not null)`,
    'create index certificate_by_version_sequence on certificate (version_sequence)',
    'create index certificate_version_by_sequence on certificate_version (sequence)',
    'insert into tsa_cursor (id, sequence) values (1, 0)',
  ],
};
