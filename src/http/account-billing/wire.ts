import { type Static, Type } from 'typebox';
import type { CreditEntry, EntryPosition, PurseId } from '../../core/meter/ledger.ts';
import type { UsageReport } from '../../core/meter/meter.ts';
import type { Subscription } from '../../core/meter/subscription.ts';
import { presentTime } from '../shared/present-time.ts';

export const ErrorBody = Type.Object(
  {
    error: Type.Object({ code: Type.String(), message: Type.String(), request_id: Type.String() }),
  },
  { title: 'AccountBillingError' },
);

export const Entry = Type.Object({
  purse: Type.String(),
  sequence: Type.Integer({ description: 'Of the purse, from 1, without gaps.' }),
  amount: Type.Integer({ description: 'Credits that came in, or, when negative, went out.' }),
  balance: Type.Integer({ description: 'Of the purse, after this line.' }),
  reason: Type.String(),
  reference: Type.String(),
  created_at: Type.String(),
});

export const SubscriptionBody = Type.Object({
  product: Type.String(),
  plan: Type.String(),
  paid_until: Type.String(),
});

export const ApiUsage = Type.Object({
  month: Type.String(),
  free_quota: Type.Integer(),
  free_used: Type.Integer(),
  paid_calls: Type.Integer(),
  credits_balance: Type.Integer(),
  estimated_calls_remaining: Type.Integer(),
});

export function presentEntry(entry: CreditEntry): Static<typeof Entry> {
  return {
    purse: entry.purse,
    sequence: entry.sequence,
    amount: entry.delta,
    balance: entry.balance,
    reason: entry.reason,
    reference: entry.reference,
    created_at: presentTime(entry.createdAt),
  };
}

export function presentSubscription(subscription: Subscription): Static<typeof SubscriptionBody> {
  return {
    product: subscription.product,
    plan: subscription.plan,
    paid_until: presentTime(subscription.paidUntil),
  };
}

export function presentUsage(usage: UsageReport): Static<typeof ApiUsage> {
  return {
    month: usage.month,
    free_quota: usage.freeQuota,
    free_used: usage.freeUsed,
    paid_calls: usage.paidCalls,
    credits_balance: usage.credits,
    estimated_calls_remaining: usage.callsRemaining,
  };
}

/** What a client sends back to go on; its form is nobody's business but ours. */
export function formatCursor({ createdAt, sequence, purse }: EntryPosition): string {
  return `${createdAt}.${sequence}.${purse}`;
}

/** Fourteen digits are the year 5138; a date takes no more than fifteen of them. */
const CURSOR = /^(\d{1,14})\.(\d{1,15})\.((?:pack|trackorigin):[\x21-\x7e]{1,128})$/;

/** Null for what is no cursor. */
export function parseCursor(text: string): EntryPosition | null {
  const [, createdAt, sequence, purse] = CURSOR.exec(text) ?? [];
  if (purse === undefined) return null;
  return { createdAt: Number(createdAt), sequence: Number(sequence), purse: purse as PurseId };
}
