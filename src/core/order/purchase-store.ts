import type { Plan } from '../meter/subscription.ts';

/** What is known of a subscription at the payment provider. Events come in any order, so anything may be missing. */
export interface ProviderSubscription {
  readonly id: string;
  readonly accountId: string | null;
  readonly email: string | null;
  readonly plan: Plan | null;
  /** Time of the event that the plan is from, epoch ms; 0 when it is from none that says so for sure. */
  readonly planAt: number;
  readonly paidUntil: number | null;
  readonly endedAt: number | null;
}

/** Bought credits of somebody who has no account yet. */
export interface UnclaimedCredits {
  /** Of the payment. */
  readonly id: string;
  readonly email: string;
  readonly credits: number;
}

export interface PurchaseReader {
  /** E-mail addresses that bought something for an account they did not have; sorted, after `after`. */
  listUnclaimedEmails(after: string, limit: number): Promise<readonly string[]>;
}

export interface PurchaseWriter {
  /** Until the transaction ends no other one gets past this. Payments are rare; one at a time is simply right. */
  enter(now: number): Promise<void>;
  isSeen(id: string): Promise<boolean>;
  /** False when the id was marked before. */
  markSeen(id: string, now: number): Promise<boolean>;
  findSubscription(id: string): Promise<ProviderSubscription | null>;
  saveSubscription(subscription: ProviderSubscription): Promise<void>;
  listSubscriptions(accountId: string): Promise<readonly ProviderSubscription[]>;
  listUnclaimedSubscriptions(email: string): Promise<readonly ProviderSubscription[]>;
  addUnclaimed(unclaimed: UnclaimedCredits, now: number): Promise<void>;
  /** Resolves with what it deleted. */
  takeUnclaimed(email: string): Promise<readonly UnclaimedCredits[]>;
}
