import { GroupCommit } from '../batch/group-commit.ts';
import type { Store } from '../store.ts';

/** A commitment of a calendar, to be stamped after those that are in its journal already. */
export interface JournalEntry {
  readonly calendar: string;
  readonly commitment: Uint8Array;
}

/** Makes commitments durable. */
export interface Journal {
  /** Resolves once the entry is durable. Errors: what the store throws, and then it may be durable all the same. */
  append(entry: JournalEntry): Promise<void>;
}

/** An entry is a calendar's whole batch, so even a few waiting ones mean that the store is in trouble. */
const WAITING_MAX_ENTRIES = 1024;

/** The journals of all calendars of this process: batches that are ready together share one transaction. */
export function createJournal(store: Pick<Store, 'transact'>): Journal {
  const commits = new GroupCommit<JournalEntry, undefined>(
    async (entries) => {
      await store.transact(({ calendar }) => calendar.appendCommitments(entries));
      return entries.map(() => undefined);
    },
    { maxGroup: WAITING_MAX_ENTRIES, maxInFlight: 1, maxWaiting: WAITING_MAX_ENTRIES },
  );
  return {
    async append(entry) {
      await commits.add([entry]);
    },
  };
}
