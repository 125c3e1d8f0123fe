import type { Generated } from 'kysely';
import type { AccountTables } from './account-tables.ts';
import type { AnchorTables } from './anchor-tables.ts';
import type { CalendarTables } from './calendar-tables.ts';
import type { KeyTables } from './key-tables.ts';
import type { MeterTables } from './meter-tables.ts';
import type { OrderTables } from './order-tables.ts';
import type { TimestampTables } from './timestamp-tables.ts';

interface MigrationTable {
  name: string;
  breaking: boolean;
  applied_at: Generated<Date>;
}

export interface Schema
  extends AccountTables,
    AnchorTables,
    CalendarTables,
    KeyTables,
    MeterTables,
    OrderTables,
    TimestampTables {
  migration: MigrationTable;
}
