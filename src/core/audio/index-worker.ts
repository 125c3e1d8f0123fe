import type { Store } from '../store.ts';
import { unpackItems } from './items.ts';
import { hashesOf } from './search-hashes.ts';

/** Certificates; each has about a thousand rows. */
const PER_TRANSACTION = 50;

/** Brings the prints of new certificates into the search index, in the order of the log. Any number may run. */
export class IndexWorker {
  readonly #store: Store;

  constructor(parts: { readonly store: Store }) {
    this.#store = parts.store;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.#step())) {}
  }

  /** Resolves with whether there may be more. */
  #step(): Promise<boolean> {
    return this.#store.transact(async ({ audio }) => {
      const entries = await audio.listUnindexed(await audio.lockIndex(), PER_TRANSACTION);
      if (entries.length === 0) return false;
      await audio.addToIndex(
        entries.flatMap((of) => (of.fingerprint ? [{ of, hashes: hashesOf(unpackItems(of.fingerprint)) }] : [])),
      );
      await audio.saveIndexed(entries.at(-1)!.issuedSequence);
      return entries.length === PER_TRANSACTION;
    });
  }
}
