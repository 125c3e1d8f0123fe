import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../../base/bytes.ts';
import type { RandomBytes } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { formatUuidV7 } from '../../base/uuid.ts';
import { TimestampError } from './error.ts';
import type { RequestAttempt, TimestampWriter } from './store.ts';
import type { FileDescription } from './timestamp.ts';

/** As NOTES of the contract say: the answer is kept for a day. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * When another try may take the place of one of which nothing is heard. Longer than a create takes when every calendar
 * is slow and two rounds are before it (30 s), and less than the minute that a killed process may block a key.
 */
const LEASE_MS = 45_000;

/** A new attempt at a request with an idempotency key. */
export function makeAttempt(
  request: { readonly accountId: string; readonly key: string; readonly file: FileDescription },
  now: number,
  random: RandomBytes,
): RequestAttempt {
  return {
    accountId: request.accountId,
    key: request.key,
    attemptId: formatUuidV7(now, random(10)),
    fingerprint: fingerprint(request.file),
    leaseUntil: now + LEASE_MS,
    expiresAt: now + KEPT_MS,
  };
}

/**
 * Takes the key for this attempt: resolves with null, or with the id of the timestamp that the same request has made.
 * Errors: `idempotency-mismatch`, `idempotency-in-progress`.
 */
export async function startRequest(
  timestamp: TimestampWriter,
  attempt: RequestAttempt,
  now: number,
): Promise<string | null> {
  await timestamp.forgetRequests(attempt.accountId, now);
  const held = await timestamp.holdRequest(attempt);
  if (held.attemptId === attempt.attemptId) return held.timestampId;
  if (held.expiresAt > now) {
    if (!equalBytes(held.fingerprint, attempt.fingerprint)) {
      throw new TimestampError('idempotency-mismatch', 'the key was used for another request');
    }
    if (held.timestampId !== null) return held.timestampId;
    if (held.leaseUntil > now) throw new TimestampError('idempotency-in-progress', 'the first try has not ended');
  }
  await timestamp.replaceRequest(attempt);
  return null;
}

/** Of what was understood, not of the bytes: a library that orders keys otherwise still asks for the same. */
function fingerprint({ digest, filename, sizeBytes, type }: FileDescription): Uint8Array {
  return sha256(new TextEncoder().encode(JSON.stringify([encodeHex(digest), filename, sizeBytes, type])));
}
