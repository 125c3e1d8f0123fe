import { randomUUID } from 'node:crypto';
import type { DatabaseLocation } from '../store/database.ts';

/**
 * What this process takes leases under. The embedded engine has one process at a time: a restarted one need not wait
 * for the lease of the one that died.
 */
export function createNodeId(database: DatabaseLocation): string {
  return 'url' in database ? randomUUID() : 'embedded';
}
