import { applyFeed, applySnapshot, isHeadFresh } from './apply.ts';
import { FollowError } from './error.ts';
import { type Fetch, fetchText } from './fetch-text.ts';
import { readFeed } from './read-answer.ts';
import {
  createMemoryState,
  EMPTY_STATE,
  type Evidence,
  type FollowerState,
  parseState,
  type StateStore,
} from './state.ts';
import { type TrustedKey, verifySnapshot } from './verify-snapshot.ts';

export interface FollowerOptions {
  /** Of the server, without a path: `https://touchmark.example.org`. */
  readonly baseUrl: string;
  /** What `/.well-known/trackorigin-public-key.json` said when somebody looked; never taken from there later. */
  readonly trustedKeys: readonly TrustedKey[];
  /** A live one. With it the feed is read as well, which is minutes ahead of the signed list, and both are compared. */
  readonly apiKey?: string;
  /** Left out: nothing survives the process. */
  readonly state?: StateStore;
  readonly fetch?: Fetch;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** What a poll came to. Without problems everything that was asked for is believed now. */
export interface PollReport {
  readonly problems: readonly FollowError[];
  /** Highest number of the log that is believed. */
  readonly sequence: number;
}

/** Longer than this between two polls, and a revocation is known late (platform guide). */
const INTERVAL_MAX_MS = 5 * 60_000;
const INTERVAL_DEFAULT_MS = 60_000;
/** Of one poll. What is more is for the next one. */
const PAGES_MAX = 1000;
const LIVE_KEY = /^to_[ps]k_live_/;

/**
 * Follows the revocations of a server by the rules of its contract, and believes as little as it can: only what a
 * trusted key has signed, no head that goes back, no list that contradicts another one. Whatever is wrong, or 15
 * minutes without a good answer, makes `isFresh` false; a server that was caught stays so until `forgive`.
 */
export class RevocationFollower {
  readonly #options: FollowerOptions;
  readonly #store: StateStore;
  readonly #fetch: Fetch;
  readonly #now: () => number;
  #state: FollowerState = EMPTY_STATE;
  #isLoaded = false;
  #polling: Promise<PollReport> | null = null;

  /** Errors: FollowError `bad-api-key`. */
  constructor(options: FollowerOptions) {
    if (options.apiKey !== undefined && !LIVE_KEY.test(options.apiKey)) {
      // With the feed of the sandbox an honest server would seem to leave out what the signed list has.
      throw new FollowError('bad-api-key', 'apiKey must be a live key: to_pk_live_… or to_sk_live_…');
    }
    this.#options = options;
    this.#store = options.state ?? createMemoryState();
    this.#fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#now = options.now ?? Date.now;
  }

  /** Asks once; who comes while it is under way shares it. Errors: FollowError `bad-state`, and those of the store. */
  poll(): Promise<PollReport> {
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = null;
    });
    return this.#polling;
  }

  /** Polls until `signal` aborts. `onReport` is told of each poll, and of a store that failed. */
  async run(
    signal: AbortSignal,
    { intervalMs = INTERVAL_DEFAULT_MS, onReport = (_: PollReport | Error) => {} } = {},
  ): Promise<void> {
    while (!signal.aborted) {
      onReport(await this.poll().catch((error: Error) => error));
      await sleep(Math.min(intervalMs, INTERVAL_MAX_MS), signal);
    }
  }

  /** Whether `isRevoked` may be relied on. */
  isFresh(): boolean {
    const { snapshot, feed, evidence } = this.#state;
    const now = this.#now();
    const isFeedFresh = this.#options.apiKey === undefined || isHeadFresh(feed, now);
    return evidence.length === 0 && isHeadFresh(snapshot, now) && isFeedFresh;
  }

  isRevoked(certificateId: string): boolean {
    return Object.hasOwn(this.#state.revoked, certificateId);
  }

  /** What the server was caught at. */
  get evidence(): readonly Evidence[] {
    return this.#state.evidence;
  }

  /** Begins anew, after a person has looked at the evidence; revocations stay known. */
  async forgive(): Promise<void> {
    await this.#load();
    this.#state = { ...EMPTY_STATE, revoked: this.#state.revoked };
    await this.#save();
  }

  async #poll(): Promise<PollReport> {
    await this.#load();
    const problems: FollowError[] = [];
    const note = (error: unknown) => {
      if (!(error instanceof FollowError)) throw error;
      problems.push(error);
    };
    const before = this.#state;
    if (this.#options.apiKey !== undefined) await this.#pollFeed(this.#options.apiKey).catch(note);
    await this.#pollSnapshot(problems).catch(note);
    // Acted on already: what is lost with the process is asked for again.
    if (this.#state !== before) await this.#save();
    const { snapshot, feed } = this.#state;
    return { problems, sequence: Math.max(snapshot?.sequence ?? 0, feed?.sequence ?? 0) };
  }

  async #pollFeed(apiKey: string): Promise<void> {
    for (let page = 0; page < PAGES_MAX; page++) {
      const since = this.#state.feed?.sequence ?? 0;
      const url = new URL(`/api/v1/certificates/changes?since_sequence=${since}`, this.#options.baseUrl);
      const text = await fetchText(this.#fetch, url.href, { authorization: `Bearer ${apiKey}` });
      const answer = readFeed(text, since);
      this.#state = applyFeed(this.#state, answer, text, this.#now());
      if (!answer.hasMore) return;
    }
  }

  async #pollSnapshot(problems: FollowError[]): Promise<void> {
    const url = new URL('/.well-known/trackorigin-revocations.json', this.#options.baseUrl);
    const text = await fetchText(this.#fetch, url.href, {});
    const snapshot = await verifySnapshot(text, this.#options.trustedKeys);
    const { state, problem } = applySnapshot(this.#state, snapshot, text, this.#now());
    if (problem !== null) problems.push(problem);
    this.#state = state;
  }

  #save(): Promise<void> {
    return this.#store.save(JSON.stringify(this.#state));
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#state = parseState(await this.#store.load());
    this.#isLoaded = true;
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
