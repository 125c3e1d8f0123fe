import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../core/store.ts';
import { createAccountReader, createAccountWriter } from './account.ts';
import { createAnchorReader } from './anchor-reader.ts';
import { createAnchorWriter } from './anchor-writer.ts';
import { createAudioReader } from './audio-reader.ts';
import { createAudioWriter } from './audio-writer.ts';
import { createCalendarReader, createCalendarWriter } from './calendar.ts';
import { createCertificateReader } from './certificate-reader.ts';
import { createCertificateWriter } from './certificate-writer.ts';
import type { Database } from './database.ts';
import { createKeyReader, createKeyWriter } from './key.ts';
import { createLedgerReader, createLedgerWriter } from './ledger.ts';
import { createLogReader } from './log-reader.ts';
import { createLogWriter } from './log-writer.ts';
import { createMailOutboxWriter } from './mail-outbox.ts';
import { createOrderReader, createOrderWriter } from './order.ts';
import { createPurchaseReader, createPurchaseWriter } from './purchase.ts';
import { createRegistryReader } from './registry-reader.ts';
import { createRegistryWriter } from './registry-writer.ts';
import { createRelayWriter } from './relay.ts';
import { createStatusReader, createStatusWriter } from './status.ts';
import { createSubscriptionReader, createSubscriptionWriter } from './subscription.ts';
import { createTimestampReader } from './timestamp-reader.ts';
import { createTimestampWriter } from './timestamp-writer.ts';
import { transact } from './transact.ts';
import { createTokenReader, createTokenWriter } from './tsa.ts';
import { createUsageReader, createUsageWriter } from './usage.ts';
import { createWebhookEventWriter } from './webhook-event-writer.ts';
import { createWebhookReader } from './webhook-reader.ts';
import { createWebhookWriter } from './webhook-writer.ts';
import { createWorkReader } from './work-reader.ts';
import { createWorkWriter } from './work-writer.ts';

export function createStore({ kysely, engine }: Database): Store {
  return {
    account: createAccountReader(kysely),
    anchor: createAnchorReader(kysely),
    audio: createAudioReader(kysely),
    calendar: createCalendarReader(kysely),
    certificate: createCertificateReader(kysely),
    key: createKeyReader(kysely),
    ledger: createLedgerReader(kysely),
    log: createLogReader(kysely),
    order: createOrderReader(kysely),
    purchase: createPurchaseReader(kysely),
    registry: createRegistryReader(kysely),
    status: createStatusReader(kysely),
    subscription: createSubscriptionReader(kysely),
    usage: createUsageReader(kysely),
    timestamp: createTimestampReader(kysely),
    webhook: createWebhookReader(kysely),
    timestampToken: createTokenReader(kysely),
    work: createWorkReader(kysely),
    async transact(work) {
      const result = await transact(kysely, (transaction) =>
        work({
          account: createAccountWriter(transaction),
          anchor: createAnchorWriter(transaction),
          audio: createAudioWriter(transaction),
          calendar: createCalendarWriter(transaction),
          certificate: createCertificateWriter(transaction),
          key: createKeyWriter(transaction),
          ledger: createLedgerWriter(transaction),
          log: createLogWriter(transaction),
          mailOutbox: createMailOutboxWriter(transaction),
          order: createOrderWriter(transaction),
          purchase: createPurchaseWriter(transaction),
          registry: createRegistryWriter(transaction),
          relay: createRelayWriter(transaction),
          status: createStatusWriter(transaction),
          subscription: createSubscriptionWriter(transaction),
          usage: createUsageWriter(transaction),
          timestamp: createTimestampWriter(transaction),
          timestampToken: createTokenWriter(transaction),
          webhook: createWebhookWriter(transaction),
          webhookEvent: createWebhookEventWriter(transaction),
          work: createWorkWriter(transaction),
        }),
      );
      // The embedded engine works on this thread and never waits: without a turn of the event loop, requests that have
      // arrived meanwhile would not be read before the next transaction, and group commits would stay small.
      if (engine === 'pglite') await nextTurn();
      return result;
    },
  };
}
