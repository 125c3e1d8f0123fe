import { randomBytes } from 'node:crypto';
import { type LogKeys, signCheckpoint } from '../../src/core/log/keys.ts';
import type { Store } from '../../src/core/store.ts';
import { frontierRoot } from '../../src/proof/merkle/frontier.ts';
import { EMPTY_EDGE, growTree } from '../../src/proof/merkle/grow.ts';
import { HASH_BYTES, hashLeaf } from '../../src/proof/merkle/rfc6962.ts';
import { formatNote } from '../../src/proof/note/note.ts';

const BATCH = 65_536;

/** A published log of `size` random hashes by the writer of its tiles, with `leaves` at the numbers that they stand for. */
export async function seedLog(
  store: Store,
  keys: LogKeys,
  size: number,
  leaves: ReadonlyMap<number, Uint8Array>,
): Promise<void> {
  let edge = EMPTY_EDGE;
  while (edge.frontier.size < size) {
    const start = edge.frontier.size;
    const bytes = new Uint8Array(randomBytes(Math.min(BATCH, size - start) * HASH_BYTES));
    const hashes = Array.from({ length: bytes.length / HASH_BYTES }, (_, i) => {
      const leaf = leaves.get(start + i + 1);
      return leaf === undefined ? bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES) : hashLeaf(leaf);
    });
    const grown = growTree(edge, hashes);
    edge = grown.edge;
    await store.transact(({ log }) => log.saveTiles(grown.tiles));
  }
  const now = Date.now();
  const note = new TextEncoder().encode(
    formatNote(signCheckpoint(keys, { size, rootHash: frontierRoot(edge.frontier) }, now)),
  );
  await store.transact(async ({ log }) => {
    await log.saveSigned({ revision: 0, note, owner: 'bench', now, leaseUntil: now });
    await log.publish({ revision: 1, size, note, publishedAt: now });
  });
}
