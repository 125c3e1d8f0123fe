import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../core/store.ts';
import { createAnchorReader } from './anchor-reader.ts';
import { createAnchorWriter } from './anchor-writer.ts';
import { createCalendarReader, createCalendarWriter } from './calendar.ts';
import type { Database } from './database.ts';
import { transact } from './transact.ts';

export function createStore({ kysely, engine }: Database): Store {
  return {
    anchor: createAnchorReader(kysely),
    calendar: createCalendarReader(kysely),
    async transact(work) {
      const result = await transact(kysely, (transaction) =>
        work({ anchor: createAnchorWriter(transaction), calendar: createCalendarWriter(transaction) }),
      );
      // The embedded engine works on this thread and never waits: without a turn of the event loop, requests that have
      // arrived meanwhile would not be read before the next transaction, and group commits would stay small.
      if (engine === 'pglite') await nextTurn();
      return result;
    },
  };
}
