import type { Item } from './anchor-list.ts';

/** An item as it is kept, with the list that it is in. */
interface Row extends Item {
  readonly list: string;
}

const DATABASE = 'touchmark';
const ITEMS = 'anchor-items';
const LOCK = 'touchmark-anchor-list';
/** Written at once: a list of 100,000 in one go would hold up the browser. */
const WRITE_MAX_ITEMS = 1_000;
/** The page that was here before a reload may still be on its way out. */
const LOCK_WAIT_MS = 500;

/**
 * The list as this browser keeps it, so that a closed tab loses nothing but what was being read. A list belongs to the
 * tab that holds its lock: a second tab leaves it alone, and whoever comes after that tab was closed goes on with it. A
 * browser that keeps nothing (a private window, a full disk) is no reason to refuse work: then nothing is there the next
 * time.
 */
export class SavedList {
  readonly #database: IDBDatabase | null;
  readonly #list: string;

  private constructor(database: IDBDatabase | null, list: string) {
    this.#database = database;
    this.#list = list;
  }

  /** @param list A name that no other list has. */
  static async open(list: string): Promise<SavedList> {
    await hold(list);
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(ITEMS, { keyPath: 'key' });
      return new SavedList(await finish(request), list);
    } catch {
      return new SavedList(null, list);
    }
  }

  /** What no other tab is at work with, from now on this one's; and how many items others have. */
  async load(): Promise<{ items: Item[]; elsewhere: number }> {
    const lists = [...new Set((await this.#read()).map(({ list }) => list))];
    const areHeld = await Promise.all(lists.map(hold));
    const own = new Set(lists.filter((_, i) => areHeld[i]));
    // Read again: until the lock was had, another tab could write.
    const rows = await this.#read();
    const items = rows.filter(({ list }) => own.has(list));
    return { items, elsewhere: rows.length - items.length };
  }

  async #read(): Promise<Row[]> {
    if (this.#database === null) return [];
    return finish<Row[]>(this.#database.transaction(ITEMS).objectStore(ITEMS).getAll()).catch(() => []);
  }

  async save(items: readonly Item[]): Promise<void> {
    if (this.#database === null || items.length === 0) return;
    for (let start = 0; start < items.length; start += WRITE_MAX_ITEMS) {
      const transaction = this.#database.transaction(ITEMS, 'readwrite');
      for (const item of items.slice(start, start + WRITE_MAX_ITEMS)) {
        const row: Row = { ...item, list: this.#list };
        transaction.objectStore(ITEMS).put(row);
      }
      await ended(transaction);
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    if (this.#database === null || keys.length === 0) return;
    const transaction = this.#database.transaction(ITEMS, 'readwrite');
    for (const key of keys) transaction.objectStore(ITEMS).delete(key);
    await ended(transaction);
  }
}

/** Whether this tab has the list, until it is closed. */
function hold(list: string): Promise<boolean> {
  // Pages of an insecure origin have no locks: there a second receipt does less harm than a list that is lost.
  if (navigator.locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    const untilClosed = () => {
      resolve(true);
      return new Promise<never>(() => {});
    };
    const signal = AbortSignal.timeout(LOCK_WAIT_MS);
    navigator.locks.request(`${LOCK}:${list}`, { signal }, untilClosed).catch(() => resolve(false));
  });
}

function finish<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => resolve();
  });
}
