import { sha256 } from '@noble/hashes/sha2.js';
import { LRUCache } from 'lru-cache';
import { concatBytes } from '../../base/bytes.ts';
import { merkleTree } from '../../proof/merkle/opentimestamps.ts';
import type { CalendarReader } from './store.ts';
import { encodePath, SHA256 } from './wire.ts';

/** Around 60 MB of hashes: the trees of the last stamps of a busy calendar, or all of a quiet one's. */
const CACHED_MAX_LEAVES = 400_000;

type MerkleTree = ReturnType<typeof merkleTree>;

/** The trees over sha256(commitment) of ranges of a calendar's journal, read when asked for and kept while in use. */
export interface RangeTrees {
  root(from: number, to: number): Promise<Uint8Array>;
  /** Serialised path from the commitment at `position` to the root over (from, to]. */
  path(from: number, to: number, position: number): Promise<Uint8Array>;
}

export function createRangeTrees(reader: Pick<CalendarReader, 'listCommitments'>, calendar: string): RangeTrees {
  const trees = new LRUCache<string, MerkleTree>({ maxSize: CACHED_MAX_LEAVES });
  const loading = new Map<string, Promise<MerkleTree>>();

  async function load(from: number, to: number, key: string): Promise<MerkleTree> {
    const commitments = await reader.listCommitments(calendar, from, to);
    if (commitments.length !== to - from) {
      throw new Error(`the journal of calendar ${calendar} has a gap between ${from} and ${to}`);
    }
    const tree = merkleTree(commitments.map((commitment) => sha256(commitment)));
    trees.set(key, tree, { size: commitments.length });
    return tree;
  }

  async function tree(from: number, to: number): Promise<MerkleTree> {
    const key = `${from}-${to}`;
    const cached = trees.get(key);
    if (cached) return cached;
    const started = loading.get(key) ?? load(from, to, key).finally(() => loading.delete(key));
    loading.set(key, started);
    return started;
  }

  return {
    root: async (from, to) => (await tree(from, to)).root,
    path: async (from, to, position) =>
      concatBytes(SHA256, encodePath((await tree(from, to)).path(position - from - 1), SHA256)),
  };
}
