import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { GroupCommit } from '../batch/group-commit.ts';
import type { CertificateRecord } from './certificate.ts';
import type { CertificateReader } from './store.ts';

/** A change on any node is known within this: after that, nobody is answered before the database was asked. */
const MAX_STALE_MS = 1000;
/** From then on it is asked beside the answers, so that under load nobody waits for it. */
const REFRESH_AFTER_MS = 500;
const CHANGES_PER_QUERY = 1000;

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
 * Remembers what was made of certificates, and forgets what any node changes by following the numbered changes: one
 * query at most every half second, however many are remembered. What is not there is not remembered, so that a new
 * certificate is seen at once; requests that wait for the database share queries.
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
  /** Null until the database was asked for the first time. */
  let revision: number | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  /** Goes up with every change learnt: an answer of the database that was under way meanwhile may be older. */
  let learnt = 0;

  const lookups = new GroupCommit<string, T | null>(async (ids) => {
    const learntBefore = learnt;
    const found = new Map<string, T>();
    for (const record of await certificates.findMany([...new Set(ids)])) {
      const value = make(record);
      if (value !== null) found.set(record.id, value);
    }
    if (learnt === learntBefore) for (const [id, value] of found) known.set(id, value);
    return ids.map((id) => found.get(id) ?? null);
  }, LOOKUP_LIMITS);

  async function follow(): Promise<void> {
    const startedAt = clock.now();
    if (revision === null) revision = await certificates.lastRevision();
    for (;;) {
      const changes = await certificates.listChanges(revision, CHANGES_PER_QUERY);
      for (const change of changes) {
        known.delete(change.id);
        revision = change.revision;
        learnt++;
      }
      if (changes.length < CHANGES_PER_QUERY) break;
    }
    askedAt = startedAt;
  }

  function ask(): Promise<void> {
    asking ??= follow().finally(() => {
      asking = null;
    });
    return asking;
  }

  /** Whether what is remembered may be used; if that will not be so much longer, it is asked for beside. */
  function isCurrent(now: number): boolean {
    const age = now - askedAt;
    // A negative age: the system's time was set back.
    if (age < 0 || age >= MAX_STALE_MS) return false;
    // Should that fail, whoever comes when all this has gone stale hears of it.
    if (age >= REFRESH_AFTER_MS) ask().catch(() => {});
    return true;
  }

  async function refresh(): Promise<void> {
    // One that is under way may have begun before the change that the caller has to see.
    await asking?.catch(() => {});
    await ask();
  }

  return {
    async find(id) {
      if (!isCurrent(clock.now())) await refresh();
      return known.get(id) ?? (await lookups.add([id]))[0]!;
    },

    async findMany(ids) {
      if (!isCurrent(clock.now())) await refresh();
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
    refresh,

    async checkedAt() {
      if (!isCurrent(clock.now())) await refresh();
      return askedAt;
    },
  };
}
