import { FollowError } from './error.ts';

/** A revocation as both sources have it. */
export interface Revocation {
  readonly certificateId: string;
  /** Its number in the log. */
  readonly sequence: number;
}

export interface SnapshotAnswer {
  /** The head: every revocation up to this number is in the list. */
  readonly sequence: number;
  /** Epoch ms. */
  readonly generatedAt: number;
  readonly expiresAt: number;
  readonly keyId: string;
  readonly signature: string;
  /** What the signature is over, as an object. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly revoked: readonly Revocation[];
}

export interface FeedAnswer {
  readonly sequence: number;
  /** Epoch ms. */
  readonly generatedAt: number;
  readonly hasMore: boolean;
  readonly revoked: readonly Revocation[];
}

const CERTIFICATE_ID = /^cer_[A-Za-z0-9_]{1,60}$/;

/** Errors: FollowError `bad-answer`. */
export function readSnapshot(text: string): SnapshotAnswer {
  const { signature, ...payload } = parseObject(text);
  const revoked = readList(payload.revoked).map(readRevocation);
  const sequence = readSequence(payload.sequence);
  if (payload.head !== undefined && payload.head !== sequence) throw badAnswer('it has two heads');
  requireOrder(revoked, 0, sequence);
  return {
    sequence,
    generatedAt: readTime(payload.generated_at),
    expiresAt: readTime(payload.expires_at),
    keyId: readText(payload.key_id),
    signature: readText(signature),
    payload,
    revoked,
  };
}

/**
 * An answer of `/certificates/changes?since_sequence=N`. A part of many must end with the event that it says to go on
 * from. Errors: FollowError `bad-answer`.
 */
export function readFeed(text: string, since: number): FeedAnswer {
  const { sequence: head, generated_at, has_more = false, events } = parseObject(text);
  const sequence = readSequence(head);
  // Others than revocations are in no answer of this mode, but may be one day.
  const revoked = readList(events)
    .filter((event) => readObject(event).type === 'cert.revoked')
    .map(readRevocation);
  if (sequence >= since) requireOrder(revoked, since, sequence);
  const hasMore = has_more === true;
  if (hasMore && sequence <= since) throw badAnswer('more is promised, and nothing is given');
  return { sequence, generatedAt: readTime(generated_at), hasMore, revoked };
}

/** Each one once, in the order of the log, between the two heads. */
function requireOrder(revoked: readonly Revocation[], after: number, head: number): void {
  let last = after;
  for (const { sequence } of revoked) {
    if (sequence <= last || sequence > head) throw badAnswer('the numbers of the events are not in order');
    last = sequence;
  }
  if (new Set(revoked.map(({ certificateId }) => certificateId)).size !== revoked.length) {
    throw badAnswer('a certificate is revoked twice');
  }
}

function readRevocation(value: unknown): Revocation {
  const { cert_id, sequence } = readObject(value);
  const certificateId = readText(cert_id);
  if (!CERTIFICATE_ID.test(certificateId)) throw badAnswer('not the id of a certificate');
  return { certificateId, sequence: readSequence(sequence) };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return readObject(JSON.parse(text));
  } catch (error) {
    throw badAnswer('it is not a JSON object', { cause: error });
  }
}

function readObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw badAnswer('a part of it is no object');
}

function readList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badAnswer('a list is missing');
}

function readSequence(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw badAnswer('a sequence is no whole number');
}

function readText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw badAnswer('a text is missing');
}

function readTime(value: unknown): number {
  const epochMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isSafeInteger(epochMs)) return epochMs;
  throw badAnswer('a time is missing');
}

function badAnswer(message: string, options?: ErrorOptions): FollowError {
  return new FollowError('bad-answer', message, options);
}
