import type { Generated } from 'kysely';
import type { AnchorTables } from './anchor-tables.ts';
import type { CalendarTables } from './calendar-tables.ts';

interface MigrationTable {
  name: string;
  breaking: boolean;
  applied_at: Generated<Date>;
}

export interface Schema extends AnchorTables, CalendarTables {
  migration: MigrationTable;
}
