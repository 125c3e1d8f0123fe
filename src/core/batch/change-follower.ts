import type { Clock } from '../../base/clock.ts';

/** A change on any node is known within this: after that, nobody is answered before the database was asked. */
const MAX_STALE_MS = 1000;
/** From then on it is asked beside the answers, so that under load nobody waits for it. */
const REFRESH_AFTER_MS = 500;
const CHANGES_PER_QUERY = 1000;

/** The changes of all nodes, numbered in the order of their commits. */
export interface ChangeSource<Change extends { readonly revision: number }> {
  /** 0 when nothing was ever changed. */
  lastRevision(): Promise<number>;
  /** Oldest first, at most `limit`. */
  listChanges(afterRevision: number, limit: number): Promise<readonly Change[]>;
}

/**
 * Keeps a memory of the database true: whatever any node changes is forgotten here within a second, for one query at
 * most every half second, however much is remembered.
 */
export class ChangeFollower<Change extends { readonly revision: number }> {
  readonly #source: ChangeSource<Change>;
  readonly #clock: Clock;
  readonly #forget: (change: Change) => void;
  #revision: number | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(source: ChangeSource<Change>, clock: Clock, forget: (change: Change) => void) {
    this.#source = source;
    this.#clock = clock;
    this.#forget = forget;
  }

  /**
   * Number of the newest change that is known here; null until the database was asked for the first time. What the
   * database answered may be remembered when this was a number before it was asked and is the same now: otherwise the
   * answer may be older than a change that was forgotten already.
   */
  get revision(): number | null {
    return this.#revision;
  }

  /** What is remembered holds as of this moment, epoch ms. */
  get askedAt(): number {
    return this.#askedAt;
  }

  /** Whether what is remembered may be used; if that will not be so much longer, the database is asked beside. */
  isCurrent(): boolean {
    const age = this.#clock.now() - this.#askedAt;
    // A negative age: the system's time was set back.
    if (age < 0 || age >= MAX_STALE_MS) return false;
    // Should that fail, whoever comes when all this has gone stale hears of it.
    if (age >= REFRESH_AFTER_MS) this.#ask().catch(() => {});
    return true;
  }

  /** Resolves when every change that was committed before the call is known here. */
  async refresh(): Promise<void> {
    // One that is under way may have begun before the change that the caller has to see.
    await this.#asking?.catch(() => {});
    await this.#ask();
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#follow().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #follow(): Promise<void> {
    const startedAt = this.#clock.now();
    this.#revision ??= await this.#source.lastRevision();
    for (;;) {
      const changes = await this.#source.listChanges(this.#revision, CHANGES_PER_QUERY);
      for (const change of changes) {
        this.#forget(change);
        this.#revision = change.revision;
      }
      if (changes.length < CHANGES_PER_QUERY) break;
    }
    this.#askedAt = startedAt;
  }
}
