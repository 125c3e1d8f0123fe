import type { Store } from '../core/store.ts';
import { createAnchorReader } from './anchor-reader.ts';
import { createAnchorWriter } from './anchor-writer.ts';
import { createCalendarReader, createCalendarWriter } from './calendar.ts';
import type { Database } from './database.ts';
import { transact } from './transact.ts';

export function createStore({ kysely }: Database): Store {
  return {
    anchor: createAnchorReader(kysely),
    calendar: createCalendarReader(kysely),
    transact: (work) =>
      transact(kysely, (transaction) =>
        work({ anchor: createAnchorWriter(transaction), calendar: createCalendarWriter(transaction) }),
      ),
  };
}
