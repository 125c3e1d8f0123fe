import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { GroupCommit } from '../batch/group-commit.ts';
import type { Authentication, Authenticator, Credential, CredentialKind, CredentialRefusal } from './credential.ts';
import { parseSecret, SECRET_MAX_CHARS } from './secret.ts';
import type { KeyReader } from './store.ts';
import type { UseLog } from './use-log.ts';

/** A change on any node is known within this: after that, nobody is answered before the database was asked. */
const MAX_STALE_MS = 1000;
/** From then on it is asked beside the answers, so that under load nobody waits for it. */
const REFRESH_AFTER_MS = 500;
const CHANGES_PER_QUERY = 1000;

/** About 30 MB when full. */
const KNOWN_MAX = 50_000;
/** About 10 MB when full. Apart from the known ones, so that a flood of invented keys does not push those out. */
const UNKNOWN_MAX = 50_000;

/** One query at a time, and the keys that come meanwhile share the next: a flood takes one connection. What waits is
 * bounded by the requests that the server has open. */
const LOOKUP_LIMITS = { maxGroup: 500, maxInFlight: 1, maxWaiting: Number.MAX_SAFE_INTEGER };

/** SHA-256 of a text's UTF-8 bytes, in lower-case hex. Every request with a key takes one, so it has to be fast. */
export type Sha256Hex = (text: string) => string;

/** Who knows about a change made on this node before the database is asked again. */
export interface KeyAuthenticator extends Authenticator {
  /** Resolves when every change that was committed before the call is known here. */
  refresh(): Promise<void>;
}

/**
 * Answers from memory for keys seen lately, whether they exist or not, and asks the database only for what has the form
 * and the checksum of a key. Ended keys are forgotten by following the list of changes: one query at most every half
 * second, however many keys there are.
 */
export function createAuthenticator(parts: {
  readonly keys: KeyReader;
  readonly clock: Clock;
  readonly sha256Hex: Sha256Hex;
  readonly uses: UseLog;
}): KeyAuthenticator {
  const { keys, clock, sha256Hex, uses } = parts;
  const known = new LRUCache<string, Credential>({ max: KNOWN_MAX });
  const unknown = new LRUCache<string, true>({ max: UNKNOWN_MAX });
  /** Null until the database was asked for the first time. */
  let revision: number | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  /** Goes up with every change learnt: an answer of the database that was under way meanwhile may be older. */
  let learnt = 0;

  const lookups = new GroupCommit<Uint8Array, Credential | null>(findAll, LOOKUP_LIMITS);

  async function findAll(digests: readonly Uint8Array[]): Promise<readonly (Credential | null)[]> {
    const learntBefore = learnt;
    const rows = await keys.findByDigests(digests);
    const found = new Map(rows.map(({ digest, credential }) => [encodeHex(digest), credential]));
    return digests.map((digest) => {
      const key = encodeHex(digest);
      const credential = found.get(key) ?? null;
      if (learnt === learntBefore) {
        if (credential === null) unknown.set(key, true);
        else known.set(key, credential);
      }
      return credential;
    });
  }

  async function follow(): Promise<void> {
    const startedAt = clock.now();
    if (revision === null) revision = await keys.lastRevision();
    for (;;) {
      const changes = await keys.listChanges(revision, CHANGES_PER_QUERY);
      for (const change of changes) {
        known.delete(encodeHex(change.digest));
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

  async function lookUp(key: string): Promise<Credential | null> {
    if (unknown.get(key) === true) return null;
    return (await lookups.add([decodeHex(key)!]))[0]!;
  }

  return {
    async authenticate(secret, kinds) {
      // So that nobody has us hash a novel.
      if (secret.length > SECRET_MAX_CHARS) return refuse('malformed');
      const key = sha256Hex(secret);
      // What is known has the form of a key.
      if (!known.has(key) && parseSecret(secret) === null) return refuse('malformed');
      if (!isCurrent(clock.now())) await refresh();
      const credential = known.get(key) ?? (await lookUp(key));
      const now = clock.now();
      const answer = judge(credential, kinds, now);
      if (answer.ok) uses.note(answer.credential.id, now);
      return answer;
    },

    refresh,
  };
}

function judge(credential: Credential | null, kinds: readonly CredentialKind[], now: number): Authentication {
  if (credential === null) return refuse('unknown');
  if (credential.revokedAt !== null) return refuse('revoked');
  if (credential.expiresAt !== null && credential.expiresAt <= now) return refuse('expired');
  return kinds.includes(credential.kind) ? { ok: true, credential } : refuse('wrong-kind');
}

function refuse(refusal: CredentialRefusal): Authentication {
  return { ok: false, refusal };
}
