import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { ChangeFollower } from '../batch/change-follower.ts';
import { GroupCommit } from '../batch/group-commit.ts';
import type { CertificateRecord } from './certificate.ts';
import type { CertificateChange, CertificateReader } from './store.ts';

/** What is remembered, in characters or bytes of what was made of it: a title may be long. */
const MAX_CHARS = 64_000_000;
const MAX_ENTRIES = 50_000;

/** What waits is bounded by the requests that the server has open. */
const LOOKUP_LIMITS = { maxGroup: 500, maxInFlight: 2, maxWaiting: Number.MAX_SAFE_INTEGER };

/** Certificates as something else is made of them, by id. */
export interface CertificateMemory<T> {
  /** As it was within the last second; null when there is none. */
  find(id: string): Promise<T | null>;
  /** The same; what does not exist is left out. */
  findMany(ids: readonly string[]): Promise<ReadonlyMap<string, T>>;
  /** As the database has it after this call. */
  findFresh(id: string): Promise<T | null>;
  /** Resolves when every change that was committed before the call is known here. */
  refresh(): Promise<void>;
  /** What is asked for after this resolves holds as of this moment, epoch ms. So it is asked first. */
  checkedAt(): Promise<number>;
}

/**
 * Remembers what was made of certificates, and forgets what any node changes. What is not there is not remembered, so
 * that a new certificate is seen at once; requests that wait for the database share queries.
 */
export function createCertificateMemory<
  T extends { readonly json: string } | { readonly size: number },
  R extends { readonly id: string } = CertificateRecord,
>(parts: {
  readonly certificates: Pick<CertificateReader, 'lastRevision' | 'listChanges'> & {
    findMany(ids: readonly string[]): Promise<readonly R[]>;
  };
  readonly clock: Clock;
  /** Null for what is not to be found here. */
  readonly make: (record: R) => T | null;
}): CertificateMemory<T> {
  const { certificates, clock, make } = parts;
  const known = new LRUCache<string, T>({
    max: MAX_ENTRIES,
    maxSize: MAX_CHARS,
    sizeCalculation: (value) => ('json' in value ? value.json.length : value.size),
  });
  const changes = new ChangeFollower<CertificateChange>(certificates, clock, ({ id }) => known.delete(id));

  const lookups = new GroupCommit<string, T | null>(async (ids) => {
    const { revision } = changes;
    const found = new Map<string, T>();
    for (const record of await certificates.findMany([...new Set(ids)])) {
      const value = make(record);
      if (value !== null) found.set(record.id, value);
    }
    if (revision !== null && revision === changes.revision) for (const [id, value] of found) known.set(id, value);
    return ids.map((id) => found.get(id) ?? null);
  }, LOOKUP_LIMITS);

  return {
    async find(id) {
      if (!changes.isCurrent()) await changes.refresh();
      return known.get(id) ?? (await lookups.add([id]))[0]!;
    },

    async findMany(ids) {
      if (!changes.isCurrent()) await changes.refresh();
      const found = new Map<string, T>();
      const missing: string[] = [];
      for (const id of new Set(ids)) {
        const value = known.get(id);
        if (value === undefined) missing.push(id);
        else found.set(id, value);
      }
      if (missing.length === 0) return found;
      for (const [i, value] of (await lookups.add(missing)).entries())
        if (value !== null) found.set(missing[i]!, value);
      return found;
    },

    findFresh: async (id) => (await lookups.add([id]))[0]!,
    refresh: () => changes.refresh(),

    async checkedAt() {
      if (!changes.isCurrent()) await changes.refresh();
      return changes.askedAt;
    },
  };
}
