import type { Migration } from '../migrate.ts';

/** Nothing here costs an anonymous receipt more than its id once more, in its round. */
export const receiptOwnerMigration: Migration = {
  name: '0008-receipt-owner',
  // An older program would show private receipts to everyone.
  breaking: true,
  statements: [
    `alter table receipt add column account_id text collate "C"`,
    'alter table receipt add column credential_id uuid',
    `alter table receipt add column is_private boolean not null default false
      check (not is_private or account_id is not null)`,
    'create index receipt_owned on receipt (account_id, created_at, id) where account_id is not null',
    'alter table round add column anonymous_ids text[]',
    'create index round_anonymous on round (created_at) where anonymous_ids is not null',
    `create table receipt_expiry (
      id uuid primary key,
      run_at timestamptz not null,
      receipts integer not null,
      rounds integer not null)`,
  ],
};
