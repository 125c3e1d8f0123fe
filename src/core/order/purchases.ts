import type { Clock, RandomBytes } from '../../base/clock.ts';
import type { Account } from '../account/account.ts';
import type { Plan, Product } from '../meter/subscription.ts';
import type { Store, Writers } from '../store.ts';
import { issuePack } from './issue-pack.ts';
import type { ProviderSubscription } from './purchase-store.ts';
import type { StripeEvent } from './stripe-event.ts';

/** What a price or a payment link of the provider sells. */
export type SoldProduct =
  | { readonly kind: 'pack'; readonly credits: number }
  | { readonly kind: 'plan'; readonly plan: Plan }
  /** Of trackorigin. */
  | { readonly kind: 'credits'; readonly credits: number };

/** By ids of prices and payment links. */
export type Catalogue = ReadonlyMap<string, SoldProduct>;

/** For logs. unclaimed: kept until somebody has an account with that e-mail. nobody: there is no e-mail either. */
export type PurchaseOutcome = 'done' | 'repeated' | 'not-ours' | 'unpaid' | 'unclaimed' | 'nobody';

type ProductEvent = Exclude<StripeEvent, { kind: 'other' }>;

export interface Purchases {
  /** Acts on an event, once. Events may come in any order. */
  apply(event: StripeEvent): Promise<PurchaseOutcome>;
  /** Gives what was bought before there was an account to whoever has one now; resolves with how many they were. */
  claim(signal: AbortSignal): Promise<number>;
}

/**
 * The invoice of a renewal is paid an hour or more after the period it follows has ended, and a card that failed is
 * tried again for days.
 */
const GRACE_MS = 3 * 24 * 3_600_000;
const CLAIM_PAGE = 100;

const PRODUCT_OF: Readonly<Record<Plan, Product>> = {
  'orphograph-personal': 'orphograph',
  'orphograph-creator': 'orphograph',
  'proofd-pro': 'proofd',
  'proofd-business': 'proofd',
};
/** Of two plans that are paid for at the same time, the higher one counts. */
const RANK_OF: Readonly<Record<Plan, number>> = {
  'orphograph-personal': 1,
  'orphograph-creator': 2,
  'proofd-pro': 1,
  'proofd-business': 2,
};

export function createPurchases(parts: {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): Purchases {
  const { store, catalogue, clock, random } = parts;

  const find = (productIds: readonly string[]) =>
    productIds.map((id) => catalogue.get(id)).find((product) => product !== undefined);

  const planOf = (productIds: readonly string[]) => {
    const product = find(productIds);
    return product?.kind === 'plan' ? product.plan : null;
  };

  async function findBuyer(clientReference: string | null, email: string | null): Promise<Account | null> {
    const named = clientReference === null ? null : await store.account.find(clientReference);
    return named ?? (email === null ? null : findByVerifiedEmail(email));
  }

  async function findByVerifiedEmail(email: string): Promise<Account | null> {
    const account = await store.account.findByEmail(email);
    return account?.isEmailVerified ? account : null;
  }

  async function sell(
    writers: Writers,
    { sessionId, productIds, isPaid, email }: Extract<ProductEvent, { kind: 'checkout' }>,
    account: Account | null,
    now: number,
  ): Promise<PurchaseOutcome> {
    const product = find(productIds);
    if (product === undefined || product.kind === 'plan') return 'not-ours';
    if (!isPaid) return 'unpaid';
    const { credits } = product;
    const accountId = account?.id ?? null;
    const address = email ?? account?.email ?? null;
    if (product.kind === 'pack') {
      if (address === null) return 'nobody';
      if (!(await writers.purchase.markSeen(sessionId, now))) return 'repeated';
      await issuePack(writers, { accountId, email: address, credits, reference: sessionId }, { now, random });
      return 'done';
    }
    if (accountId === null && address === null) return 'nobody';
    if (!(await writers.purchase.markSeen(sessionId, now))) return 'repeated';
    if (accountId === null) {
      await writers.purchase.addUnclaimed({ id: sessionId, email: address!, credits }, now);
      return 'unclaimed';
    }
    await creditAccount(writers, accountId, { id: sessionId, credits }, now);
    return 'done';
  }

  async function follow(
    writers: Writers,
    subscriptionId: string,
    event: ProductEvent,
    account: Account | null,
    now: number,
  ): Promise<PurchaseOutcome> {
    const known = (await writers.purchase.findSubscription(subscriptionId)) ?? blankSubscription(subscriptionId);
    // Kept even when nothing says yet that it is one of ours: the event that does may come last.
    return saveFor(writers, learn(known, event, planOf(event.productIds)), account, now);
  }

  return {
    async apply(event) {
      if (event.kind === 'other') return 'not-ours';
      const account = event.kind === 'checkout' ? await findBuyer(event.clientReference, event.email) : null;
      return store.transact(async (writers) => {
        const now = clock.now();
        await writers.purchase.enter(now);
        if (await writers.purchase.isSeen(event.id)) return 'repeated';
        const outcome = await (event.kind === 'checkout' && event.subscriptionId === null
          ? sell(writers, event, account, now)
          : follow(writers, event.subscriptionId!, event, account, now));
        // What could not be used may be sent again once the settings are right.
        if (outcome !== 'not-ours' && outcome !== 'nobody') await writers.purchase.markSeen(event.id, now);
        return outcome;
      });
    },

    async claim(signal) {
      let claimed = 0;
      let emails: readonly string[] = [''];
      while (emails.length > 0 && !signal.aborted) {
        emails = await store.purchase.listUnclaimedEmails(emails.at(-1)!, CLAIM_PAGE);
        for (const email of emails) {
          const account = await findByVerifiedEmail(email);
          if (account === null) continue;
          claimed += await store.transact(async (writers) => {
            const now = clock.now();
            await writers.purchase.enter(now);
            const credits = await writers.purchase.takeUnclaimed(email);
            for (const bought of credits) await creditAccount(writers, account.id, bought, now);
            const subscriptions = await writers.purchase.listUnclaimedSubscriptions(email);
            for (const subscription of subscriptions) await saveFor(writers, subscription, account, now);
            return credits.length + subscriptions.length;
          });
        }
      }
      return claimed;
    },
  };
}

async function creditAccount(
  { ledger }: Pick<Writers, 'ledger'>,
  accountId: string,
  { id, credits }: { readonly id: string; readonly credits: number },
  now: number,
): Promise<void> {
  const purse = `trackorigin:${accountId}` as const;
  await ledger.credit({ purse, accountId, amount: credits, reason: 'credit_purchase', reference: id, now });
}

function blankSubscription(id: string): ProviderSubscription {
  return { id, accountId: null, email: null, plan: null, planAt: 0, paidUntil: null, endedAt: null };
}

/** Whatever the order of the events, the same comes out: the newest plan, the latest period, the first end. */
function learn(known: ProviderSubscription, event: ProductEvent, plan: Plan | null): ProviderSubscription {
  switch (event.kind) {
    case 'checkout':
      return { ...known, plan: known.plan ?? plan, email: known.email ?? event.email };
    case 'invoice-paid':
      return {
        ...known,
        plan: known.plan ?? plan,
        paidUntil: Math.max(known.paidUntil ?? 0, event.paidUntil),
      };
    case 'subscription': {
      const endedAt = event.endedAt === null ? known.endedAt : Math.min(event.endedAt, known.endedAt ?? event.endedAt);
      const isNews = plan !== null && event.at >= known.planAt;
      return { ...known, endedAt, ...(isNews ? { plan, planAt: event.at } : {}) };
    }
  }
}

async function saveFor(
  writers: Writers,
  subscription: ProviderSubscription,
  account: Account | null,
  now: number,
): Promise<PurchaseOutcome> {
  const accountId = subscription.accountId ?? account?.id ?? null;
  await writers.purchase.saveSubscription({ ...subscription, accountId });
  if (subscription.plan === null) return 'not-ours';
  if (accountId === null) return 'unclaimed';
  const all = await writers.purchase.listSubscriptions(accountId);
  for (const product of new Set(Object.values(PRODUCT_OF))) {
    const best = findBest(all, product, now);
    if (best !== null) await writers.subscription.save({ accountId, product, ...best });
  }
  return 'done';
}

function findBest(all: readonly ProviderSubscription[], product: Product, now: number) {
  const candidates = all.flatMap(({ id, plan, paidUntil, endedAt }) =>
    plan === null || paidUntil === null || PRODUCT_OF[plan] !== product
      ? []
      : [{ plan, paidUntil: Math.min(paidUntil + GRACE_MS, endedAt ?? paidUntil + GRACE_MS), providerReference: id }],
  );
  const active = candidates.filter(({ paidUntil }) => paidUntil > now);
  const ranked = (active.length > 0 ? active : candidates).toSorted(
    (a, b) =>
      (active.length > 0 ? RANK_OF[b.plan] - RANK_OF[a.plan] : 0) ||
      b.paidUntil - a.paidUntil ||
      (a.providerReference < b.providerReference ? -1 : 1),
  );
  return ranked[0] ?? null;
}
