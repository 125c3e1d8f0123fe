import type { Generated } from 'kysely';
import type { AccountTables } from './account-tables.ts';
import type { AnchorTables } from './anchor-tables.ts';
import type { AudioTables } from './audio-tables.ts';
import type { CalendarTables } from './calendar-tables.ts';
import type { CertificateTables } from './certificate-tables.ts';
import type { KeyTables } from './key-tables.ts';
import type { LogTables } from './log-tables.ts';
import type { MeterTables } from './meter-tables.ts';
import type { OrderTables } from './order-tables.ts';
import type { RegistryTables } from './registry-tables.ts';
import type { RelayTables } from './relay-tables.ts';
import type { StatusTables } from './status-tables.ts';
import type { TimestampTables } from './timestamp-tables.ts';
import type { TsaTables } from './tsa-tables.ts';
import type { WebhookTables } from './webhook-tables.ts';
import type { WorkTables } from './work-tables.ts';

interface MigrationTable {
  name: string;
  breaking: boolean;
  applied_at: Generated<Date>;
}

export interface Schema
  extends AccountTables,
    AnchorTables,
    AudioTables,
    CalendarTables,
    CertificateTables,
    KeyTables,
    LogTables,
    MeterTables,
    OrderTables,
    RegistryTables,
    RelayTables,
    StatusTables,
    TimestampTables,
    TsaTables,
    WebhookTables,
    WorkTables {
  migration: MigrationTable;
}
