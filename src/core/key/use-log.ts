import { LRUCache } from 'lru-cache';
import type { Store } from '../store.ts';

/** A key's last use is kept to the minute: writing each use would cost more than the uses. */
const RESOLUTION_MS = 60_000;
/** Keys whose last note is remembered; one that fell out is written again sooner. */
const REMEMBERED_MAX = 50_000;
const USES_PER_TRANSACTION = 1000;

/** Writes down when keys were last used, outside the requests that used them. */
export interface UseLog {
  /** Returns at once. */
  note(id: string, now: number): void;
  /** Resolves when everything noted so far is written, or has failed. */
  close(): Promise<void>;
}

/** What cannot be written is told to `onError` and left: the key's next use comes. */
export function createUseLog(store: Store, onError: (error: unknown) => void): UseLog {
  const notedAt = new LRUCache<string, number>({ max: REMEMBERED_MAX });
  const waiting = new Map<string, number>();
  let writing: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    while (waiting.size > 0) {
      const uses = [...waiting.entries().take(USES_PER_TRANSACTION)].map(([id, usedAt]) => ({ id, usedAt }));
      for (const { id } of uses) waiting.delete(id);
      await store.transact(({ key }) => key.saveUses(uses)).catch(onError);
    }
    writing = null;
  }

  return {
    note(id, now) {
      const last = notedAt.get(id);
      if (last !== undefined && now >= last && now - last < RESOLUTION_MS) return;
      notedAt.set(id, now);
      waiting.set(id, now);
      writing ??= writeAll();
    },
    async close() {
      await writing;
    },
  };
}
