import type { OrderDesk } from '../../core/order/desk.ts';
import type { Purchases } from '../../core/order/purchases.ts';
import type { OrderReader } from '../../core/order/store.ts';
import type { OpenSignedEvent } from '../../core/order/stripe-event.ts';

/** How credits and subscriptions are sold. */
export interface Shop {
  readonly links: PaymentLinks;
  /** Null: no new orders in Bitcoin; those there are go on. */
  readonly desk: OrderDesk | null;
  readonly orders: Pick<OrderReader, 'find'>;
  /** Null: no payments by card. */
  readonly stripe: { readonly open: OpenSignedEvent; readonly purchases: Pick<Purchases, 'apply'> } | null;
}

/** Addresses of the payment provider's pages, to send people to. */
export interface PaymentLinks {
  readonly pack: string | null;
  readonly personalMonthly: string | null;
  readonly personalAnnual: string | null;
  readonly creatorMonthly: string | null;
}

export const NO_LINKS: PaymentLinks = {
  pack: null,
  personalMonthly: null,
  personalAnnual: null,
  creatorMonthly: null,
};
