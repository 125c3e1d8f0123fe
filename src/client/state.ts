import { FollowError } from './error.ts';

/** Signed texts of the server that prove what it did; show them to others. */
export interface Evidence {
  readonly kind: 'rollback' | 'gap' | 'equivocation';
  /** Epoch ms. */
  readonly foundAt: number;
  readonly message: string;
  /** What was believed before, and what contradicts it, as they were received. */
  readonly before: string;
  readonly after: string;
}

/** The newest head of one of the two sources that was believed. Times are epoch ms. */
export interface Head {
  readonly sequence: number;
  /** When the server made the answer. */
  readonly generatedAt: number;
  /** What it says holds as of then, by our clock. */
  readonly freshAt: number;
  /** As it was received. */
  readonly text: string;
}

/** Everything a follower remembers; JSON. */
export interface FollowerState {
  readonly format: 'touchmark/follower/1';
  /** The number in the log of every revocation known, by certificate id. */
  readonly revoked: Readonly<Record<string, number>>;
  readonly snapshot: Head | null;
  readonly feed: Head | null;
  /** Not empty: the server was caught, and nothing of it is believed until a person has looked. */
  readonly evidence: readonly Evidence[];
}

export const EMPTY_STATE: FollowerState = {
  format: 'touchmark/follower/1',
  revoked: {},
  snapshot: null,
  feed: null,
  evidence: [],
};

/** Where the state survives a restart; without it, a restart is a moment in which an old head can be sold as new. */
export interface StateStore {
  /** The text that was saved last, or null. */
  load(): Promise<string | null>;
  /** Durable when it resolves. */
  save(text: string): Promise<void>;
}

/** Forgets with the process: for tests and pages. */
export function createMemoryState(): StateStore {
  let kept: string | null = null;
  return { load: async () => kept, save: async (text) => void (kept = text) };
}

/** Errors: FollowError `bad-state`. */
export function parseState(text: string | null): FollowerState {
  if (text === null) return EMPTY_STATE;
  try {
    const state = JSON.parse(text) as FollowerState;
    const { format, revoked, snapshot, feed, evidence } = state;
    const isWhole =
      format === EMPTY_STATE.format &&
      typeof revoked === 'object' &&
      Object.values(revoked).every(Number.isSafeInteger) &&
      isHead(snapshot) &&
      isHead(feed) &&
      Array.isArray(evidence);
    if (isWhole) return state;
  } catch {
    // Said below.
  }
  throw new FollowError('bad-state', 'what was persisted is not the state of a follower');
}

function isHead(head: Head | null): boolean {
  if (head === null) return true;
  const { sequence, generatedAt, freshAt, text } = head;
  return [sequence, generatedAt, freshAt].every(Number.isSafeInteger) && typeof text === 'string';
}
