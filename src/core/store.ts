import type { AnchorReader, AnchorWriter } from './anchor/store.ts';
import type { CalendarReader, CalendarWriter } from './calendar/store.ts';

/** What a transaction can change. */
export interface Writers {
  readonly anchor: AnchorWriter;
  readonly calendar: CalendarWriter;
}

/**
 * Reads anywhere, writes only inside `transact`: all of `work` is durable when the promise resolves, or nothing of it.
 * `work` may run more than once when the engine asks for a retry, so it has no effect but its writes.
 */
export interface Store {
  readonly anchor: AnchorReader;
  readonly calendar: CalendarReader;
  transact<T>(work: (writers: Writers) => Promise<T>): Promise<T>;
}
