import { encodeHex } from '../../base/hex.ts';
import { anchorBatch, type Credential, type Refusal, readReceiptState } from './anchor-client.ts';
import { type AnchorList, BATCH_MAX_ITEMS } from './anchor-list.ts';
import type { Chosen } from './dropped-files.ts';
import type { HashPool } from './hash-pool.ts';
import type { SavedList } from './saved-list.ts';

/** What is not in the list itself. */
export interface RunState {
  /** Bytes read of files that are being read, and of all that were. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Why nothing is sent at the moment, and when it goes on by itself; `resumesAt` null: when the user says so. */
  readonly pause: (Refusal & { readonly resumesAt: number | null }) | null;
  /** Things in folders that could not be read. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

const POLL_FIRST_MS = 2_000;
const POLL_MAX_MS = 60_000;
/** Batches asked for in one look; with more, each is asked for less often. */
const POLLS_AT_ONCE = 10;
const SAVE_MS = 400;

/** Reads, sends and follows the files of a list. `onChange` is called often, and is expected to draw seldom. */
export class AnchorRun {
  readonly #parts: { list: AnchorList; pool: HashPool; saved: SavedList; onChange: () => void };
  readonly #files = new Map<string, File>();
  readonly #reading = new Map<string, number>();
  #bytesDone = 0;
  #bytesTotal = 0;
  #pause: RunState['pause'] = null;
  #unreadable: RunState['unreadable'] = [];
  #isSending = false;
  #resume: ReturnType<typeof setTimeout> | undefined;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #pollMs = POLL_FIRST_MS;
  #pollFrom = 0;
  #saving: ReturnType<typeof setTimeout> | undefined;
  credential: Credential | null = null;
  withNames = false;

  constructor(parts: { list: AnchorList; pool: HashPool; saved: SavedList; onChange: () => void }) {
    this.#parts = parts;
  }

  get state(): RunState {
    const reading = [...this.#reading.values()].reduce((sum, done) => sum + done, 0);
    return {
      bytesDone: this.#bytesDone + reading,
      bytesTotal: this.#bytesTotal,
      pause: this.#pause,
      unreadable: this.#unreadable,
    };
  }

  /** Goes on with what a visit before has left. */
  start(): void {
    void this.#send();
    this.#followSoon();
  }

  add({ files, unreadable }: Chosen): void {
    const { list } = this.#parts;
    if (this.#reading.size === 0) this.#bytesDone = this.#bytesTotal = 0;
    for (const { path, file } of files) {
      const { key } = list.add(path, file.size);
      this.#files.set(key, file);
      this.#bytesTotal += file.size;
    }
    this.#unreadable = [...this.#unreadable, ...unreadable];
    this.#changed();
    this.#read();
  }

  /** Tries again at once, by the user's wish. */
  resume(): void {
    clearTimeout(this.#resume);
    this.#pause = null;
    this.#changed();
    void this.#send();
  }

  #read(): void {
    const { pool } = this.#parts;
    for (const [key, file] of this.#files) {
      if (this.#reading.size >= 2 * pool.size) return;
      this.#files.delete(key);
      this.#reading.set(key, 0);
      void this.#readOne(key, file);
    }
  }

  async #readOne(key: string, file: File): Promise<void> {
    const { list, pool } = this.#parts;
    try {
      const { sha256, sha512 } = await pool.hash(file, ['sha256', 'sha512'], (done) => {
        this.#reading.set(key, done);
        this.#parts.onChange();
      });
      list.hash(key, { sha256: encodeHex(sha256!), sha512: encodeHex(sha512!) });
    } catch (error) {
      list.fail(key, error instanceof Error ? error.message : String(error));
    }
    this.#reading.delete(key);
    this.#bytesDone += file.size;
    this.#changed();
    this.#read();
    void this.#send();
  }

  async #send(): Promise<void> {
    const { list } = this.#parts;
    if (this.#isSending || this.#pause !== null) return;
    this.#isSending = true;
    try {
      while (this.#pause === null) {
        // Full batches as long as files are being read: an upload is what the free allowance counts.
        const isMoreComing = this.#reading.size > 0 || this.#files.size > 0;
        if (isMoreComing && list.tally().hashed < BATCH_MAX_ITEMS) return;
        const items = list.take();
        if (items.length === 0) return;
        this.#changed();
        const answer = await anchorBatch(items, { withNames: this.withNames, credential: this.credential });
        if ('results' in answer) {
          list.settle(items, answer.results);
          this.#pollMs = POLL_FIRST_MS;
          this.#followSoon();
        } else {
          list.giveBack(items);
          this.#stop(answer.refusal);
        }
        this.#changed();
      }
    } finally {
      this.#isSending = false;
    }
  }

  #stop(refusal: Refusal): void {
    // What no answer came for may have been recorded, and may have cost a credit: that is not repeated unasked.
    const isOwnDecision = refusal.kind === 'refused' || (refusal.kind === 'unreachable' && this.credential !== null);
    const waitMs = refusal.retryAfterSeconds * 1000;
    this.#pause = { ...refusal, resumesAt: isOwnDecision ? null : Date.now() + waitMs };
    // Timers hold no more than 24 days.
    if (!isOwnDecision) this.#resume = setTimeout(() => this.resume(), Math.min(waitMs, 2 ** 31 - 1));
  }

  #followSoon(): void {
    clearTimeout(this.#poll);
    this.#poll = setTimeout(() => void this.#follow(), this.#pollMs);
  }

  async #follow(): Promise<void> {
    const { list } = this.#parts;
    const open = list.listUnpinned();
    if (open.length === 0) return;
    const turn = Array.from(
      { length: Math.min(POLLS_AT_ONCE, open.length) },
      (_, i) => open[(this.#pollFrom + i) % open.length]!,
    );
    this.#pollFrom += turn.length;
    for (const item of turn) {
      const state = await readReceiptState(item.receiptId!);
      if (state === null) continue;
      if (state === 'gone') list.fail(item.key, 'The server does not have this receipt any more.');
      else if (state.status !== item.status) list.mark(item.batch!, state.status);
    }
    this.#changed();
    this.#pollMs = Math.min(POLL_MAX_MS, Math.ceil(this.#pollMs * 1.3));
    this.#followSoon();
  }

  #changed(): void {
    this.#parts.onChange();
    this.#save();
  }

  #save(): void {
    // One write at a time: a later one must not be overtaken by one before it.
    this.#saving ??= setTimeout(async () => {
      const changes = this.#parts.list.takeChanges();
      await this.#parts.saved.save(changes);
      this.#saving = undefined;
      if (this.#parts.list.hasChanges) this.#save();
    }, SAVE_MS);
  }
}
