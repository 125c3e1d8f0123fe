import type { Clock } from '../../base/clock.ts';

interface Entry<T> {
  readonly madeAt: number;
  readonly value: Promise<T>;
}

/**
 * Makes a value once for everyone who asks for its key within `freshMs`, also while it is being made. A failure is told
 * to those who waited for it, and not kept. Of more than `maxEntries` keys the oldest values are dropped.
 * A value that is no longer fresh is given to `make`, which may know a cheap way to tell that it still holds.
 */
export class FreshCache<T> {
  readonly #freshMs: number;
  readonly #maxEntries: number;
  readonly #clock: Clock;
  readonly #make: (key: string, stale: T | undefined) => Promise<T>;
  /** Oldest first. */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(parts: {
    freshMs: number;
    maxEntries: number;
    clock: Clock;
    make: (key: string, stale: T | undefined) => Promise<T>;
  }) {
    this.#freshMs = parts.freshMs;
    this.#maxEntries = parts.maxEntries;
    this.#clock = parts.clock;
    this.#make = parts.make;
  }

  get(key: string): Promise<T> {
    const now = this.#clock.now();
    const known = this.#entries.get(key);
    // A negative age means that the system's time was set back; nothing may stay fresh for as long as that.
    if (known !== undefined && now >= known.madeAt && now - known.madeAt < this.#freshMs) return known.value;
    const entry = { madeAt: now, value: this.#remake(key, known) };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }

  /** What is asked for after this is made after this, from nothing. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  async #remake(key: string, known: Entry<T> | undefined): Promise<T> {
    return this.#make(key, await known?.value.catch(() => undefined));
  }
}

/** The same for a single value. */
export function shareFor<T>(freshMs: number, clock: Clock, make: () => Promise<T>): () => Promise<T> {
  const cache = new FreshCache({ freshMs, maxEntries: 1, clock, make });
  return () => cache.get('');
}
