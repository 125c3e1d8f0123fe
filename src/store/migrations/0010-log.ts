import type { Migration } from '../migrate.ts';

export const logMigration: Migration = {
  name: '0010-log',
  breaking: true,
  statements: [
    `create table log_head (
      id smallint primary key check (id = 1),
      size bigint not null check (size >= 0)
    )`,
    'insert into log_head (id, size) values (1, 0)',
    `create table log_event (
      sequence bigint primary key check (sequence > 0),
      type text collate "C" not null,
      registry text collate "C" not null,
      is_sandbox boolean not null,
      at timestamptz not null,
      leaf bytea not null
    )`,
    'create index log_event_feed on log_event (registry, is_sandbox, type, sequence)',
    'create index log_event_time on log_event (registry, is_sandbox, at)',
    `create function refuse_log_change() returns trigger language plpgsql as
      $$ begin raise exception 'the log is append-only'; end $$`,
    `create trigger log_event_is_append_only before update or delete or truncate on log_event
      for each statement execute function refuse_log_change()`,
    `create table log_tile (
      level smallint not null,
      tile_index bigint not null,
      bytes bytea not null check (length(bytes) between 32 and 8192 and length(bytes) % 32 = 0),
      primary key (level, tile_index)
    )`,
    `create table log_state (
      id smallint primary key check (id = 1),
      revision bigint not null,
      signed_note bytea,
      published_revision bigint,
      published_size bigint,
      published_note bytea,
      published_at timestamptz,
      lease_owner text,
      lease_until timestamptz,
      anchor_due_at timestamptz not null default '-infinity',
      check ((revision = 0) = (signed_note is null)),
      check (published_revision <= revision)
    )`,
    'insert into log_state (id, revision) values (1, 0)',
    `create table log_anchor (
      size bigint primary key,
      note bytea not null,
      receipt_id text collate "C" not null,
      anchored_at timestamptz not null
    )`,
  ],
};
