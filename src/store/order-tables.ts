import type { Generated } from 'kysely';

/** Hashes, txids and scripts are in internal byte order. */
export interface BtcOrderTable {
  id: string;
  account_id: string;
  email: string;
  pack: string;
  credits: number;
  wallet: string;
  address_index: number;
  address: string;
  script: Uint8Array;
  amount_sats: number;
  created_at: Date;
  expires_at: Date;
  settled_at: Date | null;
  credential_id: string | null;
}

export interface BtcPaymentTable {
  order_id: string;
  txid: Uint8Array;
  vout: number;
  value_sats: number;
  seen_at: Date;
  mined_height: number | null;
  /** Of an order whose pack is not issued. */
  is_open: boolean;
}

export interface OrderTables {
  /** One for each extended key that addresses were ever made of. */
  btc_wallet: { id: string; next_index: number };
  btc_order: BtcOrderTable;
  btc_payment: BtcPaymentTable;
  btc_scan: {
    only_row: Generated<boolean>;
    best_height: number | null;
    best_hash: Uint8Array | null;
    checked_at: Date;
  };
  btc_scan_block: { height: number; hash: Uint8Array };
  pack_mail: {
    credential_id: string;
    email: string;
    secret: string;
    credits: number;
    attempts: Generated<number>;
    created_at: Date;
    due_at: Date;
  };
  /** What was acted on: events, and payments, which several events tell of. */
  stripe_seen: { id: string; seen_at: Date };
  stripe_gate: { only_row: Generated<boolean>; passed_at: Date };
  stripe_subscription: {
    id: string;
    account_id: string | null;
    email: string | null;
    plan: string | null;
    /** Of the event that the plan is from. */
    plan_at: Date;
    paid_until: Date | null;
    ended_at: Date | null;
  };
  /** Credits of somebody who has no account yet. */
  stripe_unclaimed: { id: string; email: string; credits: number; created_at: Date };
}
