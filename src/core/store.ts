import type { MailOutboxWriter } from './account/mail-outbox.ts';
import type { AccountReader, AccountWriter } from './account/store.ts';
import type { AnchorReader, AnchorWriter } from './anchor/store.ts';
import type { AudioReader, AudioWriter } from './audio/store.ts';
import type { CalendarReader, CalendarWriter } from './calendar/store.ts';
import type { CertificateReader, CertificateWriter } from './certificate/store.ts';
import type { KeyReader, KeyWriter } from './key/store.ts';
import type { LogReader, LogWriter } from './log/store.ts';
import type { LedgerReader, LedgerWriter } from './meter/ledger.ts';
import type { SubscriptionReader, SubscriptionWriter } from './meter/subscription.ts';
import type { UsageReader, UsageWriter } from './meter/usage.ts';
import type { PurchaseReader, PurchaseWriter } from './order/purchase-store.ts';
import type { OrderReader, OrderWriter } from './order/store.ts';
import type { RegistryReader, RegistryWriter } from './registry/store.ts';
import type { RelayWriter } from './relay/store.ts';
import type { StatusReader, StatusWriter } from './status/store.ts';
import type { TimestampReader, TimestampWriter } from './timestamp/store.ts';
import type { TokenReader, TokenWriter } from './tsa/store.ts';
import type { WebhookEventWriter } from './webhook/event.ts';
import type { WebhookReader, WebhookWriter } from './webhook/store.ts';
import type { WorkReader, WorkWriter } from './works/store.ts';

/** What a transaction can change. */
export interface Writers {
  readonly account: AccountWriter;
  readonly anchor: AnchorWriter;
  readonly audio: AudioWriter;
  readonly calendar: CalendarWriter;
  readonly certificate: CertificateWriter;
  readonly key: KeyWriter;
  readonly ledger: LedgerWriter;
  readonly log: LogWriter;
  readonly mailOutbox: MailOutboxWriter;
  readonly order: OrderWriter;
  readonly purchase: PurchaseWriter;
  readonly registry: RegistryWriter;
  readonly relay: RelayWriter;
  readonly status: StatusWriter;
  readonly subscription: SubscriptionWriter;
  readonly usage: UsageWriter;
  readonly timestamp: TimestampWriter;
  readonly timestampToken: TokenWriter;
  readonly webhook: WebhookWriter;
  readonly webhookEvent: WebhookEventWriter;
  readonly work: WorkWriter;
}

/**
 * Reads anywhere, writes only inside `transact`: all of `work` is durable when the promise resolves, or nothing of it.
 * `work` may run more than once when the engine asks for a retry, so it has no effect but its writes.
 */
export interface Store {
  readonly account: AccountReader;
  readonly anchor: AnchorReader;
  readonly audio: AudioReader;
  readonly calendar: CalendarReader;
  readonly certificate: CertificateReader;
  readonly key: KeyReader;
  readonly ledger: LedgerReader;
  readonly log: LogReader;
  readonly order: OrderReader;
  readonly purchase: PurchaseReader;
  readonly registry: RegistryReader;
  readonly status: StatusReader;
  readonly subscription: SubscriptionReader;
  readonly usage: UsageReader;
  readonly timestamp: TimestampReader;
  readonly webhook: WebhookReader;
  readonly timestampToken: TokenReader;
  readonly work: WorkReader;
  transact<T>(work: (writers: Writers) => Promise<T>): Promise<T>;
}
