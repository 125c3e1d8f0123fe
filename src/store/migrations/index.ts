import type { Migration } from '../migrate.ts';
import { anchorMigration } from './0001-anchor.ts';
import { calendarMigration } from './0002-calendar.ts';
import { accountMigration } from './0003-account.ts';
import { keyMigration } from './0004-key.ts';
import { meterMigration } from './0005-meter.ts';
import { orderMigration } from './0006-order.ts';
import { timestampMigration } from './0007-timestamp.ts';
import { receiptOwnerMigration } from './0008-receipt-owner.ts';
import { certificateMigration } from './0009-certificate.ts';
import { logMigration } from './0010-log.ts';
import { registryMigration } from './0011-registry.ts';
import { origimarkMigration } from './0012-origimark.ts';
import { webhookMigration } from './0013-webhook.ts';
import { tsaMigration } from './0014-tsa.ts';
import { audioMigration } from './0015-audio.ts';
import { relayMigration } from './0016-relay.ts';
import { statusMigration } from './0020-status.ts';
import { usageDayMigration } from './0024-usage-day.ts';
import { accountMailMigration } from './0025-account-mail.ts';

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
  certificateMigration,
  logMigration,
  registryMigration,
  origimarkMigration,
  webhookMigration,
  tsaMigration,
  audioMigration,
  relayMigration,
  statusMigration,
  usageDayMigration,
  accountMailMigration,
];
