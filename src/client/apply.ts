import { FollowError } from './error.ts';
import type { FeedAnswer, Revocation, SnapshotAnswer } from './read-answer.ts';
import type { Evidence, FollowerState, Head } from './state.ts';

/** By the contract: after this without news nothing is shown. */
export const FRESH_MS = 15 * 60_000;
/** Clocks of servers differ by seconds; ours may be behind by this much. */
const CLOCK_SKEW_MS = 60_000;

/** What became of an answer. A `problem` beside a changed state means that something was proved against the server. */
export interface Applied {
  readonly state: FollowerState;
  readonly problem: FollowError | null;
}

/**
 * A signed list whose signature was checked. A list that is older than the one that is believed is not believed,
 * whatever it says; two signed lists that contradict each other are kept as evidence.
 * Errors: FollowError `stale`, `bad-time`.
 */
export function applySnapshot(state: FollowerState, list: SnapshotAnswer, text: string, now: number): Applied {
  requireTime(list.generatedAt, now);
  if (list.expiresAt <= now) throw new FollowError('stale', 'the list has expired');
  const known = state.snapshot;
  if (known !== null && list.generatedAt < known.generatedAt) {
    throw new FollowError('stale', 'the list is older than the one that is believed');
  }
  const contradiction = findContradiction(state, list, text, now);
  const head = {
    sequence: list.sequence,
    generatedAt: list.generatedAt,
    freshAt: Math.min(now, list.generatedAt),
    text,
  };
  const revoked = addAll(state.revoked, list.revoked);
  if (contradiction === null) return { state: { ...state, revoked, snapshot: head }, problem: null };
  return {
    // Whatever it lies about, nobody is hurt by hiding what it calls revoked.
    state: { ...state, revoked, evidence: addEvidence(state.evidence, contradiction) },
    problem: new FollowError(contradiction.kind, contradiction.message),
  };
}

/** The first of each kind is enough: a server that is asked every minute would fill the memory with the same lists. */
function addEvidence(evidence: readonly Evidence[], found: Evidence): readonly Evidence[] {
  return evidence.some(({ kind }) => kind === found.kind) ? evidence : [...evidence, found];
}

function findContradiction(state: FollowerState, list: SnapshotAnswer, text: string, now: number): Evidence | null {
  const { snapshot, feed } = state;
  const listed = new Map(list.revoked.map(({ certificateId, sequence }) => [certificateId, sequence]));
  if (snapshot !== null) {
    const prove = (kind: Evidence['kind'], message: string): Evidence => ({
      ...{ kind, message, foundAt: now },
      ...{ before: snapshot.text, after: text },
    });
    if (list.sequence < snapshot.sequence) return prove('rollback', 'a list that was signed later has a lower head');
    const before = readListed(snapshot);
    for (const [id, sequence] of before) {
      if (listed.get(id) !== sequence) return prove('equivocation', `the revocation of ${id} was signed and is gone`);
    }
    for (const [id, sequence] of listed) {
      if (sequence <= snapshot.sequence && !before.has(id)) {
        return prove('equivocation', `the revocation of ${id} is older than a signed list without it`);
      }
    }
  }
  if (feed === null) return null;
  for (const [id, sequence] of listed) {
    if (sequence <= feed.sequence && state.revoked[id] === undefined) {
      const message = `the revocation of ${id} was left out of the feed`;
      return { kind: 'gap', message, foundAt: now, before: feed.text, after: text };
    }
  }
  for (const [id, sequence] of Object.entries(state.revoked)) {
    if (sequence <= list.sequence && !listed.has(id)) {
      const message = `the feed had a revocation of ${id} that the signed list does not know`;
      return { kind: 'gap', message, foundAt: now, before: feed.text, after: text };
    }
  }
  return null;
}

/**
 * An answer of the feed to what `state` asked. Nobody has signed it, so it proves nothing; it is early news.
 * Errors: FollowError `rollback`, `bad-answer`, `stale`, `bad-time`.
 */
export function applyFeed(state: FollowerState, page: FeedAnswer, text: string, now: number): FollowerState {
  requireTime(page.generatedAt, now);
  const known = state.feed;
  const last = known?.sequence ?? 0;
  if (page.sequence < last) throw new FollowError('rollback', `the head went back from ${last} to ${page.sequence}`);
  if (known !== null && page.generatedAt < known.generatedAt) {
    throw new FollowError('stale', 'the answer is older than the one before');
  }
  const freshAt = Math.min(now, page.generatedAt);
  const feed: Head = { sequence: page.sequence, generatedAt: page.generatedAt, freshAt, text };
  return { ...state, revoked: addAll(state.revoked, page.revoked), feed };
}

/** Whether what a head says may be relied on. A clock that was set back makes nothing fresh. */
export function isHeadFresh(head: Head | null, now: number): boolean {
  return head !== null && now - head.freshAt <= FRESH_MS && head.freshAt <= now + CLOCK_SKEW_MS;
}

function requireTime(generatedAt: number, now: number): void {
  if (generatedAt > now + CLOCK_SKEW_MS) throw new FollowError('bad-time', 'it is from a time to come');
  if (now - generatedAt > FRESH_MS) throw new FollowError('stale', 'it is too old to be relied on');
}

function readListed(head: Head): Map<string, number> {
  const { revoked } = JSON.parse(head.text) as { revoked: { cert_id: string; sequence: number }[] };
  return new Map(revoked.map(({ cert_id, sequence }) => [cert_id, sequence]));
}

function addAll(revoked: FollowerState['revoked'], more: readonly Revocation[]): FollowerState['revoked'] {
  if (more.every(({ certificateId }) => Object.hasOwn(revoked, certificateId))) return revoked;
  const added = more.map(({ certificateId, sequence }) => [certificateId, sequence] as const);
  return { ...Object.fromEntries(added), ...revoked };
}
