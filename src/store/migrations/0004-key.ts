import type { Migration } from '../migrate.ts';

export const keyMigration: Migration = {
  name: '0004-key',
  breaking: true,
  statements: [
    // Found by what a request brings; a pack may have no account, so the account cannot lead the key.
    `create table credential (
      digest bytea primary key check (octet_length(digest) = 32),
      id uuid not null,
      account_id text,
      kind text not null,
      display_prefix text not null,
      name text,
      scopes text[],
      created_at timestamptz not null,
      last_used_at timestamptz,
      expires_at timestamptz,
      revoked_at timestamptz,
      revision bigint,
      check (account_id is not null or kind = 'orphograph-pack')
    )`,
    `create unique index credential_id on credential (id)`,
    `create index credential_account on credential (account_id, id) where account_id is not null`,
    `create index credential_revision on credential (revision) where revision is not null`,
    // The core takes care of it under the account's lock; this is what makes a mistake there harmless.
    `create unique index credential_one_proofd on credential (account_id)
      where kind = 'proofd' and revoked_at is null`,
    // A row of its own to lock, since an account without keys has no other.
    `create table key_account (account_id text primary key, is_closed boolean not null default false)`,
    `create table credential_change (only_row boolean primary key check (only_row), last_revision bigint not null)`,
    `insert into credential_change (only_row, last_revision) values (true, 0)`,
  ],
};
