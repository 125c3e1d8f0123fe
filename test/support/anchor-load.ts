import { randomDigest } from './orphograph.ts';

export interface Acknowledged {
  readonly id: string;
  readonly digest: string;
}

/** Clients that anchor as fast as they are answered. */
export interface AnchorLoad {
  /** Every receipt of an answer that came whole, in the order of the answers. */
  readonly acknowledged: readonly Acknowledged[];
  /** Statuses other than 200. */
  readonly refusals: readonly number[];
  /** Resolves when the first answer is there; rejects when no client gets one. */
  readonly started: Promise<void>;
  /** Resolves when no client is waiting for an answer any more. A client stops at its first failed request, too. */
  stop(): Promise<void>;
}

const CLIENTS = 16;
/** Every so many requests of a client one is a batch. */
const BATCH_EVERY = 4;
const BATCH_ITEMS = 10;

export function startAnchorLoad(url: string, apiKey: string): AnchorLoad {
  const acknowledged: Acknowledged[] = [];
  const refusals: number[] = [];
  const started = Promise.withResolvers<void>();
  let isStopped = false;

  async function post(path: string, body: unknown): Promise<Record<string, unknown> | null> {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-orpho-api-key': apiKey },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (response.status === 200) return answer;
    refusals.push(response.status);
    return null;
  }

  async function anchorOne(): Promise<void> {
    const digest = randomDigest();
    const answer = await post('/api/anchor', { hash_hex: digest });
    if (answer !== null) acknowledged.push({ id: answer.receipt_id as string, digest });
  }

  async function anchorBatch(): Promise<void> {
    const digests = Array.from({ length: BATCH_ITEMS }, randomDigest);
    const answer = await post('/api/anchor/batch', { hashes: digests.map((hash_hex) => ({ hash_hex })) });
    const results = (answer?.results ?? []) as { index: number; ok: boolean; receipt_id: string }[];
    for (const { index, ok, receipt_id: id } of results) if (ok) acknowledged.push({ id, digest: digests[index]! });
  }

  async function runClient(): Promise<void> {
    for (let request = 1; !isStopped; request++) {
      await (request % BATCH_EVERY === 0 ? anchorBatch() : anchorOne());
      started.resolve();
    }
  }

  // A connection that breaks is how a client learns that the server is gone.
  const clients = Promise.all(Array.from({ length: CLIENTS }, () => runClient().catch(() => {})));
  void clients.then(() => started.reject(new Error(`no client was ever answered: ${refusals.join()}`)));
  return {
    acknowledged,
    refusals,
    started: started.promise,
    async stop() {
      isStopped = true;
      await clients;
    },
  };
}
