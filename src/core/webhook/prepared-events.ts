import { LRUCache } from 'lru-cache';
import { composeEnvelope } from './envelope.ts';
import type { PreparedEvent } from './lane.ts';
import type { WebhookReader } from './store.ts';

/** Bodies of events that several lanes are about to send. */
const CACHE_BYTES = 16 * 2 ** 20;
/** What an event takes besides its body and its data, which are much the same. */
const EVENT_BYTES = 200;

/** Events by their numbers, as they are sent; those that are kept no more are missing. */
export type PrepareEvents = (sequences: readonly number[]) => Promise<ReadonlyMap<number, PreparedEvent>>;

/** Remembers events, since most are sent to several receivers. */
export function createPreparedEvents(reader: Pick<WebhookReader, 'findEvents'>): PrepareEvents {
  const known = new LRUCache<number, PreparedEvent>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ body }) => body.length * 2 + EVENT_BYTES,
  });
  return async (sequences) => {
    const found = new Map<number, PreparedEvent>();
    const missing = new Set<number>();
    for (const sequence of sequences) {
      const event = known.get(sequence);
      if (event === undefined) missing.add(sequence);
      else found.set(sequence, event);
    }
    if (missing.size === 0) return found;
    for (const event of await reader.findEvents([...missing])) {
      const prepared = { ...event, body: new TextEncoder().encode(composeEnvelope(event)) };
      known.set(event.sequence, prepared);
      found.set(event.sequence, prepared);
    }
    return found;
  };
}
