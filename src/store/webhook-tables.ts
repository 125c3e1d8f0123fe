import type { Generated } from 'kysely';

export interface WebhookSubscriptionTable {
  account_id: string;
  id: string;
  contract: string;
  is_sandbox: boolean;
  url: string;
  types: string[];
  description: string | null;
  is_ordered: boolean;
  /** Of `SealedSecret`, newest first. */
  secrets: unknown;
  status: 'active' | 'disabled';
  disabled_reason: string | null;
  disabled_at: Date | null;
  /** When to try next to tell the owner that it was disabled. */
  notice_due_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

/** Where the deliveries of a subscription are. */
export interface WebhookLaneTable {
  account_id: string;
  subscription_id: string;
  /** Every event up to this was delivered, has a row in `webhook_retry`, or is none of its. */
  cursor: number;
  /** When it wants to be taken by a worker; null: not before something happens. */
  ready_at: Date | null;
  leased_by: string | null;
  lease_until: Date | null;
  /** Deliveries that failed for good, one after another. */
  failures: Generated<number>;
}

export interface WebhookEventTable {
  /** Empty: everybody's. */
  account_id: string;
  id: string;
  contract: string;
  is_sandbox: boolean;
  type: string;
  /** Of one subscription only: a test. Empty for all others. */
  target: Generated<string>;
  created_at: Date;
  data: string;
  /** Null until a worker has given it its number. */
  sequence: number | null;
}

export interface WebhookAttemptTable {
  account_id: string;
  subscription_id: string;
  id: string;
  sequence: number;
  attempt: number;
  outcome: string;
  status: number | null;
  error: string | null;
  response: string | null;
  url: string;
  started_at: Date;
  duration_ms: number;
  next_at: Date | null;
}

export interface WebhookTables {
  webhook_subscription: WebhookSubscriptionTable;
  webhook_lane: WebhookLaneTable;
  webhook_event: WebhookEventTable;
  webhook_head: { only_row: Generated<boolean>; last_sequence: number };
  webhook_retry: {
    account_id: string;
    subscription_id: string;
    sequence: number;
    attempts: number;
    due_at: Date;
  };
  webhook_attempt: WebhookAttemptTable;
}
