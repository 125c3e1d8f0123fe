import type { Subscription } from '../meter/subscription.ts';

/** What an account may do with timestamps; `free` is everyone without a subscription. */
export type TimestampPlan = 'free' | 'pro' | 'business';

/** Timestamps in a calendar month (UTC), through the API and the web pages together. */
export type MonthlyQuotas = Readonly<Record<TimestampPlan, number>>;

/** The contract gives no numbers; these are ours. */
export const DEFAULT_MONTHLY_QUOTAS: MonthlyQuotas = { free: 5, pro: 500, business: 5_000 };

/** The plan of an account with this active subscription of the product `proofd`. */
export function planOf(subscription: Subscription | null): TimestampPlan {
  switch (subscription?.plan) {
    case 'proofd-pro':
      return 'pro';
    case 'proofd-business':
      return 'business';
    default:
      return 'free';
  }
}
