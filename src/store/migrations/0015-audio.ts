import type { Migration } from '../migrate.ts';

export const audioMigration: Migration = {
  name: '0015-audio',
  breaking: true,
  statements: [
    `create table audio_policy (
      id text collate "C" primary key,
      document bytea not null,
      cohort bytea,
      accepted_at timestamptz not null,
      accepted_by text not null,
      withdrawn_at timestamptz
    )`,
    `create table audio_rendition (
      account_id text collate "C" not null,
      certificate_id text collate "C" not null,
      sha256 bytea not null check (octet_length(sha256) = 32),
      id text collate "C" not null,
      certificate_version integer not null,
      policy_id text not null,
      fingerprint_sha256 bytea not null,
      duration_ms bigint not null,
      score_e4 integer not null,
      similar_ids text[] not null,
      salt bytea not null check (octet_length(salt) = 32),
      sequence bigint not null,
      registered_at timestamptz not null,
      primary key (account_id, certificate_id, sha256)
    )`,
    'create index audio_rendition_sha256 on audio_rendition (sha256, certificate_id)',
    // Which certificates have a hash. The realm keeps what accounts put into their sandboxes out of everybody's way.
    `create table audio_hash (
      realm integer not null,
      hash integer not null,
      issued_sequence bigint not null,
      primary key (realm, hash, issued_sequence)
    )`,
    'create table audio_index (only_row boolean primary key check (only_row), sequence bigint not null)',
    'insert into audio_index (only_row, sequence) values (true, 0)',
    'create index certificate_issued_sequence on certificate (issued_sequence)',
  ],
};
