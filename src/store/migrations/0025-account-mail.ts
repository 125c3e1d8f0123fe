import type { Migration } from '../migrate.ts';

export const accountMailMigration: Migration = {
  name: '0025-account-mail',
  breaking: true,
  statements: [
    `create table account_mail (
      id uuid primary key,
      sealed text not null,
      attempts integer not null default 1,
      created_at timestamptz not null,
      due_at timestamptz not null)`,
    'create index account_mail_due on account_mail (due_at)',
  ],
};
