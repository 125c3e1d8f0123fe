import type { Clock } from '../base/clock.ts';
import { monthOf } from '../core/meter/month.ts';
import type { CallPolicy } from '../core/meter/policy.ts';
import type { Product, Subscription, SubscriptionReader } from '../core/meter/subscription.ts';
import type { UsageReader } from '../core/meter/usage.ts';
import { type MonthlyQuotas, planOf } from '../core/timestamp/plan.ts';
import type { TimestampReader } from '../core/timestamp/store.ts';
import type { TimestampUsage, UsageView } from './pages/usage.ts';

export interface TimestampUsageParts {
  readonly subscriptions: SubscriptionReader;
  readonly timestamps: Pick<TimestampReader, 'countSince'>;
  readonly quotas: MonthlyQuotas;
  readonly clock: Clock;
}

export interface UsageParts extends TimestampUsageParts {
  readonly usage: UsageReader;
  readonly callPolicy: CallPolicy;
}

/** What an account has used this month, and of what. */
export async function findUsage(parts: UsageParts, accountId: string): Promise<UsageView> {
  const { usage, callPolicy, clock } = parts;
  const month = monthOf(clock.now());
  const [calls, days, timestamps] = await Promise.all([
    usage.find(accountId, month),
    usage.listDays(accountId, `${month}-01`),
    findTimestampUsage(parts, accountId),
  ]);
  return { month, calls, days, callPolicy, timestamps };
}

/** Through the API and the pages together. */
export async function findTimestampUsage(
  { subscriptions, timestamps, quotas, clock }: TimestampUsageParts,
  accountId: string,
): Promise<TimestampUsage> {
  const now = clock.now();
  const month = monthOf(now);
  const plan = planOf(await subscriptions.findActive(accountId, 'proofd', now));
  const quota = quotas[plan];
  const made = await timestamps.countSince(accountId, Date.parse(`${month}-01T00:00:00Z`), quota);
  return { month, plan, made, quota };
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
