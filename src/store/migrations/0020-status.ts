import type { Migration } from '../migrate.ts';

export const statusMigration: Migration = {
  name: '0020-status',
  breaking: true,
  statements: [
    `create table status_day (
      day text collate "C" not null,
      part text collate "C" not null,
      looks integer not null,
      good integer not null,
      primary key (day, part))`,
    // The page of a digest asks for every account's timestamps of it.
    'create index timestamp_record_by_digest on timestamp_record (digest, created_at)',
  ],
};
