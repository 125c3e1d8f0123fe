/** What an account pays for by the month or the year. */
export type Plan = 'orphograph-personal' | 'orphograph-creator' | 'proofd-pro' | 'proofd-business';

export type Product = 'orphograph' | 'proofd';

/** Times are epoch ms. An account has at most one for each product. */
export interface Subscription {
  readonly accountId: string;
  readonly product: Product;
  readonly plan: Plan;
  /** Until then it counts, whatever happens to the payments. */
  readonly paidUntil: number;
  /** Of the payment provider, to find it again; null when an operator or the sandbox granted it. */
  readonly providerReference: string | null;
}

export interface SubscriptionReader {
  /** The one that is active at `now`. */
  findActive(accountId: string, product: Product, now: number): Promise<Subscription | null>;
}

export interface SubscriptionWriter {
  /** Replaces what the account had of the product. */
  save(subscription: Subscription): Promise<void>;
}
