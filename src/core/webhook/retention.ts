import type { Clock } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';
import type { Store } from '../store.ts';
import type { WebhookRetention } from './policy.ts';

/** A transaction of so many deletions is over before anybody waits for it. */
const BATCH = 5_000;
const NO_RANDOM = new Uint8Array(10);

/** Deletes events and lines of the delivery log that are too old, or too many. */
export class WebhookRetentionWorker {
  readonly #parts: { store: Store; clock: Clock; retention: WebhookRetention };

  constructor(parts: { store: Store; clock: Clock; retention: WebhookRetention }) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, retention } = this.#parts;
    const before = clock.now() - retention.ageMs;
    const belowId = `whd_${encodeUlid(Math.max(0, before), NO_RANDOM)}`;
    const prunes = [
      () => store.transact(({ webhook }) => webhook.pruneEvents(before, BATCH)),
      () => store.transact(({ webhook }) => webhook.pruneAttempts(belowId, BATCH)),
      () => store.transact(({ webhook }) => webhook.pruneSurplus(retention.attemptsPerSubscription, BATCH)),
    ];
    for (const prune of prunes) while (!signal.aborted && (await prune()) > 0);
  }
}
