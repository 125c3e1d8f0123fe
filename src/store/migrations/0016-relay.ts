import type { Migration } from '../migrate.ts';

export const relayMigration: Migration = {
  name: '0016-relay',
  breaking: true,
  statements: [
    `create table relay_mail (
      id uuid primary key,
      account_id text collate "C" not null,
      cert_id uuid not null,
      message text not null,
      reply_to text,
      block_token text not null,
      attempts integer not null default 0,
      due_at timestamptz not null)`,
    'create index relay_mail_due on relay_mail (due_at)',
    'create table relay_block (cert_id uuid primary key, blocked_at timestamptz not null)',
  ],
};
