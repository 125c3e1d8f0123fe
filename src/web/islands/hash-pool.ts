import type { DigestName, Digests } from './hash-blob.ts';
import type { HashReply, HashRequest } from './hash-worker.ts';
import { trustAddress } from './trusted-address.ts';

interface Job {
  readonly request: HashRequest;
  readonly onBytes: (done: number) => void;
  readonly settle: { resolve: (digests: Digests) => void; reject: (error: Error) => void };
}

/** More would only compete for the disk and for the cores that the rest of the machine needs. */
const WORKERS_MAX = 4;

/** Hashes files in workers, a file in each, in the order in which they were given. */
export class HashPool {
  readonly #address: string;
  readonly #size: number;
  readonly #idle: Worker[] = [];
  readonly #waiting: Job[] = [];
  readonly #running = new Map<Worker, Job>();
  #nextId = 1;

  constructor(address: string) {
    this.#address = address;
    this.#size = Math.max(1, Math.min(WORKERS_MAX, (navigator.hardwareConcurrency || 2) - 1));
  }

  get size(): number {
    return this.#size;
  }

  hash(blob: Blob, names: readonly DigestName[], onBytes: (done: number) => void = () => {}): Promise<Digests> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request: { id: this.#nextId++, blob, names }, onBytes, settle: { resolve, reject } });
      this.#next();
    });
  }

  #next(): void {
    const job = this.#waiting[0];
    if (job === undefined) return;
    const worker = this.#idle.pop() ?? (this.#running.size < this.#size ? this.#start() : undefined);
    if (worker === undefined) return;
    this.#waiting.shift();
    this.#running.set(worker, job);
    worker.postMessage(job.request);
  }

  #start(): Worker {
    const worker = new Worker(trustAddress(this.#address));
    worker.onmessage = ({ data }: MessageEvent<HashReply>) => {
      const job = this.#running.get(worker);
      if (job === undefined || job.request.id !== data.id) return;
      if ('done' in data) return job.onBytes(data.done);
      this.#running.delete(worker);
      this.#idle.push(worker);
      if ('digests' in data) job.settle.resolve(data.digests);
      else job.settle.reject(new Error(data.error));
      this.#next();
    };
    // It could not be loaded, or ran out of memory: the next file gets another one.
    worker.onerror = () => {
      const job = this.#running.get(worker);
      this.#running.delete(worker);
      worker.terminate();
      job?.settle.reject(new Error('The part of this page that reads files stopped. Load the page again.'));
      this.#next();
    };
    return worker;
  }
}
