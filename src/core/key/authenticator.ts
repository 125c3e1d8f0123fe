import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { ChangeFollower } from '../batch/change-follower.ts';
import { GroupCommit } from '../batch/group-commit.ts';
import type { Authentication, Authenticator, Credential, CredentialKind, CredentialRefusal } from './credential.ts';
import { parseSecret, SECRET_MAX_CHARS } from './secret.ts';
import type { CredentialChange, KeyReader } from './store.ts';
import type { UseLog } from './use-log.ts';

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
 * and the checksum of a key.
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
  const changes = new ChangeFollower<CredentialChange>(keys, clock, ({ digest }) => known.delete(encodeHex(digest)));

  const lookups = new GroupCommit<Uint8Array, Credential | null>(findAll, LOOKUP_LIMITS);

  async function findAll(digests: readonly Uint8Array[]): Promise<readonly (Credential | null)[]> {
    const { revision } = changes;
    const rows = await keys.findByDigests(digests);
    const found = new Map(rows.map(({ digest, credential }) => [encodeHex(digest), credential]));
    const isCurrent = revision !== null && revision === changes.revision;
    return digests.map((digest) => {
      const key = encodeHex(digest);
      const credential = found.get(key) ?? null;
      if (isCurrent) {
        if (credential === null) unknown.set(key, true);
        else known.set(key, credential);
      }
      return credential;
    });
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
      if (!changes.isCurrent()) await changes.refresh();
      const credential = known.get(key) ?? (await lookUp(key));
      const now = clock.now();
      const answer = judge(credential, kinds, now);
      if (answer.ok) uses.note(answer.credential.id, now);
      return answer;
    },

    refresh: () => changes.refresh(),
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
