import type { Migration } from '../migrate.ts';

export const origimarkMigration: Migration = {
  name: '0012-origimark',
  breaking: true,
  statements: [
    `create table work (
      id uuid primary key,
      account_id text collate "C" not null,
      privacy text collate "C" not null,
      last_version integer not null,
      last_cert_id uuid not null)`,
    `create table work_version (
      work_id uuid not null,
      version integer not null check (version > 0),
      cert_id uuid not null,
      account_id text collate "C" not null,
      hash bytea not null check (octet_length(hash) = 32),
      work_type text collate "C" not null,
      source_language text collate "C",
      creation_date text collate "C",
      ownership text collate "C" not null,
      title text not null,
      title_salt bytea not null,
      author_first_name text,
      author_last_name text,
      author_country text collate "C",
      author_salt bytea,
      issued_at timestamptz not null,
      place bigint,
      author_words text collate "C" not null,
      primary key (work_id, version))`,
    'create index work_version_certificate on work_version (cert_id)',
    'create index work_version_account on work_version (account_id, cert_id)',
    'create unique index work_version_place on work_version (work_type, place) where place is not null',
    // One row for a hash, whoever has it: a table of its own, since nothing else is unique across accounts.
    `create table work_hash (
      hash bytea primary key,
      cert_id uuid not null,
      account_id text collate "C" not null,
      is_released boolean not null)`,
    'create table work_place (id smallint primary key check (id = 1), last_place bigint not null)',
    'insert into work_place (id, last_place) values (1, 0)',
    `create table work_count (
      day text collate "C" not null,
      work_type text collate "C" not null,
      count bigint not null check (count >= 0),
      primary key (day, work_type))`,
    // The order of the columns lets the places of a term be read in order, for one type of work or for several.
    `create table work_term (
      term text collate "C" not null,
      work_type text collate "C" not null,
      place bigint not null,
      primary key (term, work_type, place))`,
    `create table work_verification (
      cert_id uuid not null,
      verifier bytea not null,
      seen_at timestamptz not null,
      primary key (cert_id, verifier))`,
    'create index work_verification_age on work_verification (seen_at)',
  ],
};
