import { CodedError } from '../../base/coded-error.ts';
import type { PaymentAddress } from '../chain.ts';

export type OrderErrorCode =
  | 'pack-unknown'
  /** The account has as many unpaid orders as it may have. */
  | 'too-many-orders'
  /** Payments cannot be seen at the moment, so nobody is asked for one. */
  | 'payments-unwatched';

export class OrderError extends CodedError<OrderErrorCode> {}

/** A pack to be paid in Bitcoin, to an address that no other order has. Times are epoch ms. */
export interface Order extends PaymentAddress {
  /** `btc_` and 128 random bits: whoever has it can read the order. */
  readonly id: string;
  readonly accountId: string;
  /** Where the token goes. */
  readonly email: string;
  readonly pack: string;
  readonly credits: number;
  readonly amountSats: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** When the pack was issued. */
  readonly settledAt: number | null;
}

/** An output to an order's address. */
export interface Payment {
  readonly txid: Uint8Array;
  readonly vout: number;
  readonly valueSats: number;
  /** When it was first seen, or the time of its block when that is earlier; epoch ms. */
  readonly seenAt: number;
  /** Null while it is in no block. */
  readonly minedHeight: number | null;
}

export interface PaidOrder {
  readonly order: Order;
  /** First seen first. */
  readonly payments: readonly Payment[];
}

/**
 * seen: paid, by transactions that are not all in a block. confirming: in blocks, not deep enough yet. late: paid after
 * the expiry, and honoured. underpaid: something came, and not enough.
 */
export type OrderStatus = 'awaiting_payment' | 'seen' | 'confirming' | 'paid' | 'late' | 'underpaid' | 'expired';

export interface OrderState {
  readonly status: OrderStatus;
  readonly receivedSats: number;
  /** What came beyond the price. */
  readonly excessSats: number;
  /** Of the payment that made the sum complete, else of the first one. */
  readonly txid: Uint8Array | null;
}

/** What can be said of an order at `now`. */
export function judgeOrder({ order, payments }: PaidOrder, now: number): OrderState {
  const receivedSats = sumOf(payments);
  const completing = findCompleting(order, payments);
  return {
    status: statusOf(order, payments, completing, now),
    receivedSats,
    excessSats: Math.max(0, receivedSats - order.amountSats),
    txid: (completing ?? payments[0])?.txid ?? null,
  };
}

/** Whether blocks up to `height` hold enough. */
export function isPaidAt({ order, payments }: PaidOrder, height: number): boolean {
  return sumOf(payments.filter(({ minedHeight }) => minedHeight !== null && minedHeight <= height)) >= order.amountSats;
}

function statusOf(
  order: Order,
  payments: readonly Payment[],
  completing: Payment | undefined,
  now: number,
): OrderStatus {
  if (order.settledAt !== null) return (completing?.seenAt ?? 0) > order.expiresAt ? 'late' : 'paid';
  if (completing !== undefined) {
    return isPaidAt({ order, payments }, Number.POSITIVE_INFINITY) ? 'confirming' : 'seen';
  }
  if (payments.length > 0) return 'underpaid';
  return now < order.expiresAt ? 'awaiting_payment' : 'expired';
}

function findCompleting({ amountSats }: Order, payments: readonly Payment[]): Payment | undefined {
  let sum = 0;
  return payments.find(({ valueSats }) => (sum += valueSats) >= amountSats);
}

function sumOf(payments: readonly Payment[]): number {
  return payments.reduce((sum, { valueSats }) => sum + valueSats, 0);
}
