import type { Clock } from '../../base/clock.ts';
import type { Store } from '../store.ts';

/** Up to 1,024 receipts each: a transaction of a few thousand deletions is over before anybody waits for it. */
const BATCH_ROUNDS = 4;

/** Deletes anonymous receipts that are older than they are kept. Any number of nodes may run it. */
export class RetentionWorker {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #retentionMs: number;

  constructor(parts: { store: Store; clock: Clock; retentionMs: number }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#retentionMs = parts.retentionMs;
  }

  /** One pass over everything that is too old. */
  async run(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const before = now - this.#retentionMs;
    let rounds = BATCH_ROUNDS;
    while (rounds === BATCH_ROUNDS && !signal.aborted) {
      rounds = await this.#store.transact(({ anchor }) => anchor.pruneAnonymous(before, now, BATCH_ROUNDS));
    }
  }
}
