import type { Item } from './anchor-list.ts';

const DATABASE = 'touchmark';
const ITEMS = 'anchor-items';
/** Written at once: a list of 100,000 in one go would hold up the browser. */
const WRITE_MAX_ITEMS = 1_000;

/**
 * The list as this browser keeps it, so that a closed tab loses nothing but what was being read. A browser that keeps
 * nothing (a private window, a full disk) is no reason to refuse work: then nothing is there the next time.
 */
export class SavedList {
  readonly #database: IDBDatabase | null;

  private constructor(database: IDBDatabase | null) {
    this.#database = database;
  }

  static async open(): Promise<SavedList> {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(ITEMS, { keyPath: 'key' });
      return new SavedList(await finish(request));
    } catch {
      return new SavedList(null);
    }
  }

  async load(): Promise<Item[]> {
    if (this.#database === null) return [];
    return finish(this.#database.transaction(ITEMS).objectStore(ITEMS).getAll()).catch(() => []);
  }

  async save(items: readonly Item[]): Promise<void> {
    if (this.#database === null || items.length === 0) return;
    for (let start = 0; start < items.length; start += WRITE_MAX_ITEMS) {
      const transaction = this.#database.transaction(ITEMS, 'readwrite');
      for (const item of items.slice(start, start + WRITE_MAX_ITEMS)) transaction.objectStore(ITEMS).put(item);
      await ended(transaction);
    }
  }

  async remove(keys: readonly number[]): Promise<void> {
    if (this.#database === null || keys.length === 0) return;
    const transaction = this.#database.transaction(ITEMS, 'readwrite');
    for (const key of keys) transaction.objectStore(ITEMS).delete(key);
    await ended(transaction);
  }

  async clear(): Promise<void> {
    if (this.#database === null) return;
    const transaction = this.#database.transaction(ITEMS, 'readwrite');
    transaction.objectStore(ITEMS).clear();
    await ended(transaction);
  }
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
