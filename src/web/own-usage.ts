import type { Clock } from '../base/clock.ts';
import { monthOf } from '../core/meter/month.ts';
import type { CallPolicy } from '../core/meter/policy.ts';
import type { Product, Subscription, SubscriptionReader } from '../core/meter/subscription.ts';
import type { UsageReader } from '../core/meter/usage.ts';
import { type MonthlyQuotas, planOf } from '../core/timestamp/plan.ts';
import type { TimestampReader } from '../core/timestamp/store.ts';
import type { UsageView } from './pages/usage.ts';

export interface UsageParts {
  readonly subscriptions: SubscriptionReader;
  readonly usage: UsageReader;
  readonly timestamps: Pick<TimestampReader, 'countSince'>;
  readonly callPolicy: CallPolicy;
  readonly quotas: MonthlyQuotas;
  readonly clock: Clock;
}

/** What an account has used this month, and of what. */
export async function findUsage(parts: UsageParts, accountId: string): Promise<UsageView> {
  const { usage, timestamps, subscriptions, quotas, callPolicy, clock } = parts;
  const now = clock.now();
  const month = monthOf(now);
  const plan = planOf(await subscriptions.findActive(accountId, 'proofd', now));
  const quota = quotas[plan];
  const [calls, days, made] = await Promise.all([
    usage.find(accountId, month),
    usage.listDays(accountId, `${month}-01`),
    timestamps.countSince(accountId, Date.parse(`${month}-01T00:00:00Z`), quota),
  ]);
  return { month, calls, days, callPolicy, timestamps: { plan, made, quota } };
}

/** What an account pays for. */
export async function findSubscriptions(
  { subscriptions, clock }: UsageParts,
  accountId: string,
): Promise<readonly Subscription[]> {
  const products: readonly Product[] = ['orphograph', 'proofd'];
  const found = await Promise.all(products.map((product) => subscriptions.findActive(accountId, product, clock.now())));
  return found.filter((subscription) => subscription !== null);
}
