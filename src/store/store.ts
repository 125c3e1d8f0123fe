import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../core/store.ts';
import { createAccountReader, createAccountWriter } from './account.ts';
import { createAnchorReader } from './anchor-reader.ts';
import { createAnchorWriter } from './anchor-writer.ts';
import { createCalendarReader, createCalendarWriter } from './calendar.ts';
import type { Database } from './database.ts';
import { createKeyReader, createKeyWriter } from './key.ts';
import { createLedgerReader, createLedgerWriter } from './ledger.ts';
import { createOrderReader, createOrderWriter } from './order.ts';
import { createPurchaseReader, createPurchaseWriter } from './purchase.ts';
import { createSubscriptionReader, createSubscriptionWriter } from './subscription.ts';
import { createTimestampReader } from './timestamp-reader.ts';
import { createTimestampWriter } from './timestamp-writer.ts';
import { transact } from './transact.ts';
import { createUsageReader, createUsageWriter } from './usage.ts';

export function createStore({ kysely, engine }: Database): Store {
  return {
    account: createAccountReader(kysely),
    anchor: createAnchorReader(kysely),
    calendar: createCalendarReader(kysely),
    key: createKeyReader(kysely),
    ledger: createLedgerReader(kysely),
    order: createOrderReader(kysely),
    purchase: createPurchaseReader(kysely),
    subscription: createSubscriptionReader(kysely),
    usage: createUsageReader(kysely),
    timestamp: createTimestampReader(kysely),
    async transact(work) {
      const result = await transact(kysely, (transaction) =>
        work({
          account: createAccountWriter(transaction),
          anchor: createAnchorWriter(transaction),
          calendar: createCalendarWriter(transaction),
          key: createKeyWriter(transaction),
          ledger: createLedgerWriter(transaction),
          order: createOrderWriter(transaction),
          purchase: createPurchaseWriter(transaction),
          subscription: createSubscriptionWriter(transaction),
          usage: createUsageWriter(transaction),
          timestamp: createTimestampWriter(transaction),
        }),
      );
      // The embedded engine works on this thread and never waits: without a turn of the event loop, requests that have
      // arrived meanwhile would not be read before the next transaction, and group commits would stay small.
      if (engine === 'pglite') await nextTurn();
      return result;
    },
  };
}
