import { CodedError } from '../../base/coded-error.ts';

export type GroupCommitErrorCode = 'overloaded' | 'closed';
export class GroupCommitError extends CodedError<GroupCommitErrorCode> {}

interface Waiting<Item, Result> {
  readonly items: readonly Item[];
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Shares the cost of a commit among callers that arrive together, without a tick: while a group is being committed the
 * next one collects, and starts when the first one ends. Beside another one, up to `maxInFlight`, only a full group
 * starts: a small one would cost as much and save nobody. A group never splits a caller's items.
 */
export class GroupCommit<Item, Result> {
  readonly #commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #limits: { maxGroup: number; maxInFlight: number; maxWaiting: number };
  #waiting: Waiting<Item, Result>[] = [];
  #waitingItems = 0;
  #inFlight = 0;
  #isClosed = false;
  #whenIdle = Promise.withResolvers<void>();

  /**
   * `commit` answers one result for each item in order, and what it answers is durable.
   * Sizes are in items; `maxWaiting` bounds memory and the time a caller can wait.
   */
  constructor(
    commit: (items: readonly Item[]) => Promise<readonly Result[]>,
    limits: { maxGroup: number; maxInFlight: number; maxWaiting: number },
  ) {
    this.#commit = commit;
    this.#limits = limits;
  }

  /** Errors: `overloaded`, `closed`, and whatever `commit` threw for the group. */
  add(items: readonly Item[]): Promise<readonly Result[]> {
    if (this.#isClosed) return Promise.reject(new GroupCommitError('closed', 'the server is shutting down'));
    if (this.#waitingItems + items.length > this.#limits.maxWaiting) {
      return Promise.reject(new GroupCommitError('overloaded', 'too many requests are waiting already'));
    }
    const { promise, resolve, reject } = Promise.withResolvers<readonly Result[]>();
    if (this.#inFlight === 0) this.#whenIdle = Promise.withResolvers();
    this.#waiting.push({ items, resolve, reject });
    this.#waitingItems += items.length;
    this.#start();
    return promise;
  }

  /** Refuses what comes from now on, and resolves when everything accepted before has been answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#inFlight > 0) await this.#whenIdle.promise;
  }

  #start(): void {
    const { maxGroup, maxInFlight } = this.#limits;
    while (this.#waiting.length > 0 && this.#inFlight < maxInFlight) {
      if (this.#inFlight > 0 && this.#waitingItems < maxGroup) return;
      this.#inFlight++;
      void this.#run(this.#takeGroup());
    }
  }

  #takeGroup(): readonly Waiting<Item, Result>[] {
    let size = 0;
    let callers = 0;
    for (const { items } of this.#waiting) {
      if (callers > 0 && size + items.length > this.#limits.maxGroup) break;
      size += items.length;
      callers++;
    }
    this.#waitingItems -= size;
    return this.#waiting.splice(0, callers);
  }

  async #run(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#commit(group.flatMap(({ items }) => items));
      let offset = 0;
      for (const { items, resolve } of group) resolve(results.slice(offset, (offset += items.length)));
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      this.#inFlight--;
      this.#start();
      if (this.#inFlight === 0) this.#whenIdle.resolve();
    }
  }
}
