import type { Migration } from '../migrate.ts';
import { anchorMigration } from './0001-anchor.ts';
import { calendarMigration } from './0002-calendar.ts';
import { accountMigration } from './0003-account.ts';
import { keyMigration } from './0004-key.ts';
import { meterMigration } from './0005-meter.ts';
import { orderMigration } from './0006-order.ts';
import { timestampMigration } from './0007-timestamp.ts';
import { receiptOwnerMigration } from './0008-receipt-owner.ts';

/** Every step ever released, oldest first. A released step is never edited. */
export const MIGRATIONS: readonly Migration[] = [
  anchorMigration,
  calendarMigration,
  accountMigration,
  keyMigration,
  meterMigration,
  orderMigration,
  timestampMigration,
  receiptOwnerMigration,
];
