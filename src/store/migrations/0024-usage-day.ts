import type { Migration } from '../migrate.ts';

export const usageDayMigration: Migration = {
  name: '0024-usage-day',
  breaking: true,
  statements: [
    `create table usage_day (
      account_id text collate "C" not null,
      day text collate "C" not null,
      calls bigint not null,
      primary key (account_id, day))`,
  ],
};
