import type { Generated } from 'kysely';

export interface MeterTables {
  /** Credits that are spent together. */
  purse: {
    id: string;
    account_id: string | null;
    balance: number;
    /** Of its newest line; 0 before the first. */
    last_sequence: number;
  };
  /** The ledger. A trigger refuses to change or delete lines. */
  credit_entry: {
    purse: string;
    sequence: number;
    delta: number;
    balance: number;
    reason: string;
    reference: string;
    created_at: Date;
  };
  subscription: {
    account_id: string;
    product: string;
    plan: string;
    paid_until: Date;
    provider_reference: string | null;
  };
  usage_account: {
    account_id: string;
    /** Calls that are paid and were not made yet; below 0 when calls were made that no credit was left for. */
    paid_ahead: Generated<number>;
    /** Since ever. */
    credits_debited: Generated<number>;
  };
  /** `month` is UTC's, like `2026-05`. */
  usage_month: {
    account_id: string;
    month: string;
    calls: number;
  };
  /** `day` is UTC's, like `2026-05-14`: calls that were reported on it. */
  usage_day: {
    account_id: string;
    day: string;
    calls: number;
  };
  /** What one run of a node has counted, as far as `usage_month` knows, and up to what it may count. */
  usage_counter: {
    account_id: string;
    month: string;
    node_id: string;
    counted: number;
    granted: number;
    granted_until: Date;
  };
  /** Runs of nodes that have reported everything; what a copy of their journals says is known. */
  usage_ended_node: {
    node_id: string;
    ended_at: Date;
  };
}
