import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import type { Account, Sessions } from '../../core/account/account.ts';
import type { SubscriptionReader } from '../../core/meter/subscription.ts';
import { FreshCache } from '../shared/fresh-cache.ts';
import { OrphographError } from './errors.ts';

/** Scripts ask many times a second, subscriptions change by the month. */
const FRESH_MS = 1000;
const MAX_ACCOUNTS = 10_000;

/** Whether the account has a Personal or Creator subscription. */
export type HasSubscription = (accountId: string) => Promise<boolean>;

export function createHasSubscription(subscriptions: SubscriptionReader, clock: Clock): HasSubscription {
  const known = new FreshCache({
    freshMs: FRESH_MS,
    maxEntries: MAX_ACCOUNTS,
    clock,
    make: async (accountId) => (await subscriptions.findActive(accountId, 'orphograph', clock.now())) !== null,
  });
  return (accountId) => known.get(accountId);
}

/** The subscriber whose session a request carries. Errors: `session-required`, `subscription-required`. */
export type RequireSubscriber = (request: FastifyRequest) => Promise<Account>;

export function createRequireSubscriber(sessions: Sessions, hasSubscription: HasSubscription): RequireSubscriber {
  return async ({ headers }) => {
    const account = await sessions.find(headers);
    if (account === null) throw new OrphographError('session-required', 'no session');
    if (!(await hasSubscription(account.id))) {
      throw new OrphographError('subscription-required', 'no active subscription');
    }
    return account;
  };
}
