import type { UsageCount } from './usage.ts';

/** Keeps what a running node has counted, so that its sudden end loses nothing that was answered. */
export interface UsageJournal {
  /** Names this run of the node and no other. */
  readonly nodeId: string;
  /**
   * Resolves when the count is kept. `count` is read at some time before that: a later value replaces an earlier one,
   * and counts that are recorded in one turn of the event loop share a write.
   */
  record(count: UsageCount): Promise<void>;
  /** True when so much has been written that `compact` is worth its while. */
  isLong(): boolean;
  /** Forgets everything but `counts`. */
  compact(counts: readonly UsageCount[]): void;
  /** Forgets everything, for good. */
  remove(): Promise<void>;
  /** Leaves what was kept to the next process. */
  close(): Promise<void>;
}

/** The journal of a run that has ended without reporting all it counted. */
export interface AbandonedJournal {
  readonly nodeId: string;
  /** Each account and month once, with its highest count. */
  readonly counts: readonly UsageCount[];
  remove(): Promise<void>;
}

/** The journals of all processes that share a data folder. */
export interface UsageJournals {
  open(): Promise<UsageJournal>;
  /** None of a process that still runs. What is listed stays this process's until it is removed. */
  listAbandoned(): Promise<readonly AbandonedJournal[]>;
}
