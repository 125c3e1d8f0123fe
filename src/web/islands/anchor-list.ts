import { newKey } from './new-key.ts';

/** What is known of a file that was given to be anchored. It can be stored, so the file itself is not in it. */
export interface Item {
  /** A UUID: other tabs keep theirs beside it. */
  readonly key: string;
  /** Counts up in the order in which files were added. */
  readonly place: number;
  readonly path: string;
  readonly size: number;
  readonly stage: Stage;
  readonly sha256: string | null;
  readonly sha512: string | null;
  readonly receiptId: string | null;
  readonly status: ReceiptStatus | null;
  /** Names the round that its receipt shares with others: those have the same status. */
  readonly batch: string | null;
  /** What went wrong with this one, in words. */
  readonly problem: string | null;
}

/** waiting: to be read. hashed: its digests are known. sent: on its way. anchored: it has a receipt. */
export type Stage = 'waiting' | 'hashed' | 'sent' | 'anchored' | 'failed';
export type ReceiptStatus = 'pending' | 'partial' | 'pinned';

export interface Tally {
  readonly total: number;
  readonly waiting: number;
  readonly hashed: number;
  readonly anchored: number;
  readonly pinned: number;
  readonly failed: number;
}

/** As many as the contract takes in one request. */
export const BATCH_MAX_ITEMS = 50;

/** The files of a visit, and of the one before where it was broken off. Changes are told once, to whoever stores them. */
export class AnchorList {
  readonly #items = new Map<string, Item>();
  readonly #changed = new Map<string, Item>();
  /** Keys in the stages where work is left, in order: a list of 100,000 is not searched for the next one. */
  readonly #waiting = new Set<string>();
  readonly #hashed = new Set<string>();
  readonly #counts: Record<Stage, number> = { waiting: 0, hashed: 0, sent: 0, anchored: 0, failed: 0 };
  #pinned = 0;
  #nextPlace = 1;

  constructor(stored: readonly Item[] = []) {
    for (const item of stored.toSorted((one, other) => one.place - other.place)) {
      // Nobody knows whether what was on its way has arrived. A second receipt does less harm than none.
      this.#put(item.stage === 'sent' ? { ...item, stage: 'hashed' } : item);
      this.#nextPlace = item.place + 1;
    }
    this.#changed.clear();
  }

  add(path: string, size: number): Item {
    return this.#put({
      key: newKey(),
      place: this.#nextPlace++,
      path,
      size,
      stage: 'waiting',
      sha256: null,
      sha512: null,
      receiptId: null,
      status: null,
      batch: null,
      problem: null,
    });
  }

  keys(): string[] {
    return [...this.#items.keys()];
  }

  /** In the order in which they were added. */
  first(count: number): Item[] {
    return takeFirst(this.#items.values(), count);
  }

  /** Those that have a receipt, in the order in which they were added. */
  listAnchored(): Item[] {
    return [...this.#items.values()].filter(({ receiptId }) => receiptId !== null);
  }

  hash(key: string, digests: { sha256: string; sha512: string }): void {
    this.#change(key, { ...digests, stage: 'hashed' });
  }

  fail(key: string, problem: string): void {
    this.#change(key, { stage: 'failed', problem });
  }

  /** The next ones to send, marked as sent; empty when there are none. */
  take(max = BATCH_MAX_ITEMS): Item[] {
    return takeFirst(this.#hashed, max).map((key) => this.#change(key, { stage: 'sent' }));
  }

  /** They were not recorded. */
  giveBack(items: readonly Item[]): void {
    for (const { key } of items) this.#change(key, { stage: 'hashed' });
  }

  /** Results in the order of the items; a result without a receipt is a problem of that item alone. */
  settle(items: readonly Item[], results: readonly ({ receiptId: string } | { problem: string })[]): void {
    const batch = newKey();
    for (const [i, { key }] of items.entries()) {
      const result = results[i] ?? { problem: 'The server did not answer for this file.' };
      if ('problem' in result) this.fail(key, result.problem);
      else this.#change(key, { stage: 'anchored', receiptId: result.receiptId, status: 'pending', batch });
    }
  }

  /** One receipt of every batch that is not in Bitcoin yet: the others of a batch share its round, and so its status. */
  listUnpinned(): Item[] {
    const batches = new Map<string, Item>();
    for (const item of this.#items.values()) {
      if (item.stage === 'anchored' && item.status !== 'pinned' && !batches.has(item.batch!))
        batches.set(item.batch!, item);
    }
    return [...batches.values()];
  }

  mark(batch: string, status: ReceiptStatus): void {
    for (const { key, batch: own, status: known } of this.#items.values()) {
      if (own === batch && known !== status) this.#change(key, { status });
    }
  }

  /** Files that were not read before the tab was closed can only be read when they are chosen again. Their keys. */
  dropUnread(): string[] {
    const keys = [...this.#waiting];
    for (const key of keys) this.#remove(key);
    return keys;
  }

  tally(): Tally {
    const { waiting, hashed, sent, anchored, failed } = this.#counts;
    return { total: this.#items.size, waiting, hashed: hashed + sent, anchored, pinned: this.#pinned, failed };
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** What has changed since it was last asked for. */
  takeChanges(): Item[] {
    const changes = [...this.#changed.values()];
    this.#changed.clear();
    return changes;
  }

  #change(key: string, change: Partial<Item>): Item {
    const item = this.#items.get(key)!;
    this.#uncount(item);
    return this.#put({ ...item, ...change });
  }

  #put(item: Item): Item {
    const { key, stage } = item;
    this.#items.set(key, item);
    this.#changed.set(key, item);
    this.#counts[stage]++;
    if (item.status === 'pinned') this.#pinned++;
    if (stage === 'waiting') this.#waiting.add(key);
    if (stage === 'hashed') this.#hashed.add(key);
    return item;
  }

  #uncount({ key, stage, status }: Item): void {
    this.#counts[stage]--;
    if (status === 'pinned') this.#pinned--;
    this.#waiting.delete(key);
    this.#hashed.delete(key);
  }

  #remove(key: string): void {
    this.#uncount(this.#items.get(key)!);
    this.#items.delete(key);
    this.#changed.delete(key);
  }
}

function takeFirst<T>(values: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const value of values) {
    if (first.length >= count) break;
    first.push(value);
  }
  return first;
}
