import type { Generated } from 'kysely';

export interface LogTables {
  /** One row: the number of events. Who appends locks it. */
  log_head: {
    id: number;
    size: number;
  };
  /** Gap-free numbers from 1. What is logged is `leaf`; the other columns repeat what feeds ask for. */
  log_event: {
    sequence: number;
    type: string;
    registry: string;
    is_sandbox: boolean;
    at: Date;
    leaf: Uint8Array;
  };
  /** The widest version of each tile: every narrower one is the start of it. */
  log_tile: {
    level: number;
    tile_index: number;
    bytes: Uint8Array;
  };
  /** One row. It is not in `log_head`, so that who signs does not wait for who appends. */
  log_state: {
    id: number;
    revision: number;
    signed_note: Uint8Array | null;
    published_revision: number | null;
    published_size: number | null;
    published_note: Uint8Array | null;
    published_at: Date | null;
    lease_owner: string | null;
    lease_until: Date | null;
    anchor_due_at: Generated<Date>;
  };
  log_anchor: {
    size: number;
    note: Uint8Array;
    receipt_id: string;
    anchored_at: Date;
  };
}
