import type { Migration } from '../migrate.ts';
import { anchorMigration } from './0001-anchor.ts';
import { calendarMigration } from './0002-calendar.ts';

/** Every step ever released, oldest first. A released step is never edited. */
export const MIGRATIONS: readonly Migration[] = [anchorMigration, calendarMigration];
