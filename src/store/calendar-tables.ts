import type { Generated } from 'kysely';

/** Heights are of blocks; hashes and txids are in internal byte order. */
export interface CalendarTables {
  calendar: {
    name: string;
    uri: string;
    last_position: Generated<number>;
  };
  /** The journal: gap-free positions from 1. When it was taken is in the commitment's first four bytes. */
  calendar_commitment: {
    calendar: string;
    position: number;
    commitment: Uint8Array;
  };
  calendar_stamper: {
    calendar: string;
    revision: Generated<number>;
    lease_owner: string | null;
    lease_until: Date | null;
    script: Uint8Array | null;
    best_height: number | null;
    best_hash: Uint8Array | null;
    settled_position: Generated<number>;
    condition: string | null;
    condition_since: Date | null;
  };
  /** Blocks the stamper has looked into, as far back as it can follow a reorganisation. */
  calendar_block: {
    calendar: string;
    height: number;
    hash: Uint8Array;
  };
  /** Outputs to the wallet's script that were seen in a block, also when that block was reorganised away since. */
  calendar_coin: {
    calendar: string;
    txid: Uint8Array;
    vout: number;
    value_sats: number;
    coinbase: boolean;
    mined_height: number | null;
    lost_height: number | null;
    spent_height: number | null;
  };
  /** Positions in (from, to] belong to the stamp; `to` is the current version's. */
  calendar_stamp: {
    calendar: string;
    id: number;
    from_position: number;
    to_position: number;
    opened_at: Date;
    input_txid: Uint8Array;
    input_vout: number;
    input_sats: number;
    current_version: number;
    mined_height: number | null;
    tail: Uint8Array | null;
    abandoned: Generated<boolean>;
    settled: Generated<boolean>;
  };
  /** The transactions made for a stamp; all spend its input, so at most one is ever mined. */
  calendar_stamp_version: {
    calendar: string;
    stamp_id: number;
    version: number;
    to_position: number;
    tip: Uint8Array;
    txid: Uint8Array;
    raw: Uint8Array;
    fee_sats: number;
    created_at: Date;
    created_height: number;
  };
}
