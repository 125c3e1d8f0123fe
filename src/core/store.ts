import type { AccountReader, AccountWriter } from './account/store.ts';
import type { AnchorReader, AnchorWriter } from './anchor/store.ts';
import type { CalendarReader, CalendarWriter } from './calendar/store.ts';
import type { KeyReader, KeyWriter } from './key/store.ts';
import type { LedgerReader, LedgerWriter } from './meter/ledger.ts';
import type { SubscriptionReader, SubscriptionWriter } from './meter/subscription.ts';
import type { UsageReader, UsageWriter } from './meter/usage.ts';
import type { PurchaseReader, PurchaseWriter } from './order/purchase-store.ts';
import type { OrderReader, OrderWriter } from './order/store.ts';
import type { TimestampReader, TimestampWriter } from './timestamp/store.ts';

/** What a transaction can change. */
export interface Writers {
  readonly account: AccountWriter;
  readonly anchor: AnchorWriter;
  readonly calendar: CalendarWriter;
  readonly key: KeyWriter;
  readonly ledger: LedgerWriter;
  readonly order: OrderWriter;
  readonly purchase: PurchaseWriter;
  readonly subscription: SubscriptionWriter;
  readonly usage: UsageWriter;
  readonly timestamp: TimestampWriter;
}

/**
 * Reads anywhere, writes only inside `transact`: all of `work` is durable when the promise resolves, or nothing of it.
 * `work` may run more than once when the engine asks for a retry, so it has no effect but its writes.
 */
export interface Store {
  readonly account: AccountReader;
  readonly anchor: AnchorReader;
  readonly calendar: CalendarReader;
  readonly key: KeyReader;
  readonly ledger: LedgerReader;
  readonly order: OrderReader;
  readonly purchase: PurchaseReader;
  readonly subscription: SubscriptionReader;
  readonly usage: UsageReader;
  readonly timestamp: TimestampReader;
  transact<T>(work: (writers: Writers) => Promise<T>): Promise<T>;
}
