import { sha256 } from '@noble/hashes/sha2.js';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { mapConcurrently } from '../../base/concurrency.ts';
import { digestEnvelope } from '../../proof/certificate/envelope.ts';
import { parseNote } from '../../proof/note/note.ts';
import type { Certificate } from '../../proof/tsp/certificate.ts';
import { encodeRequest } from '../../proof/tsp/request.ts';
import { readResponse } from '../../proof/tsp/response.ts';
import { type CheckSignature, expectImprint, verifyToken } from '../../proof/tsp/verify.ts';
import type { Store } from '../store.ts';
import type { StoredToken } from './store.ts';

/** Somebody who gives tokens. */
export interface TimestampSource {
  readonly name: string;
  /** Where its chains have to end. */
  readonly roots: readonly Certificate[];
  /** The TimeStampResp for a TimeStampReq. Ends by itself when there is no answer in time. */
  ask(request: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

export interface StampWorkerParts {
  readonly store: Store;
  /** The first that gives a good token is enough. */
  readonly sources: readonly TimestampSource[];
  readonly check: CheckSignature;
  /** Lists of revoked certificates of a chain, as far as they can be had. Never rejects. */
  readonly readRevocations: (chain: readonly Certificate[], signal: AbortSignal) => Promise<readonly Uint8Array[]>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Told about every source that failed; the digest goes to the next. */
  readonly onSourceError: (source: string, error: unknown) => void;
}

const encoder = new TextEncoder();

/** Taken at a time, and asked for at once: outside authorities count requests. */
const CLAIM_LIMIT = 64;
const CONCURRENCY = 4;
/** Between claims: certificates that are being issued go first. What waits is stamped by 200 a second all the same. */
const REST_MS = 250;
const ENVELOPES_PER_PASS = 1024;
/** As many as are made in an hour or two: what is older was seen, unless nothing ran for long. */
const CHECKPOINTS_PER_PASS = 16;
/** Longer than a claim takes when every source times out. */
const LEASE_MS = 15 * 60_000;
const FIRST_RETRY_MS = 60_000;
const RETRY_MAX_MS = 6 * 60 * 60_000;
const NONCE_BYTES = 8;

/**
 * Gets a token for the envelope of every certificate, and for each checkpoint of the log that is given to calendars:
 * of the same digest, which is that of its text without signatures. Any number of these may run.
 */
export class StampWorker {
  readonly #parts: StampWorkerParts;
  /** Of the newest checkpoint that was seen; what has a token already is not asked for again. */
  #stampedSize = 0;

  constructor(parts: StampWorkerParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#enqueueEnvelopes(signal);
    await this.#enqueueCheckpoints();
    while (!signal.aborted && (await this.#stampDue(signal)) === CLAIM_LIMIT) {
      await this.#parts.clock.sleep(REST_MS, signal);
    }
  }

  async #enqueueEnvelopes(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#parts;
    const step = () =>
      store.transact(async ({ timestampToken }) => {
        const envelopes = await timestampToken.readEnvelopes(ENVELOPES_PER_PASS);
        if (envelopes.length === 0) return 0;
        await timestampToken.enqueue(envelopes.map(digestEnvelope), clock.now());
        await timestampToken.saveCursor(envelopes.at(-1)!.sequence);
        return envelopes.length;
      });
    while (!signal.aborted && (await step()) === ENVELOPES_PER_PASS);
  }

  async #enqueueCheckpoints(): Promise<void> {
    const { store, clock } = this.#parts;
    const checkpoints = await store.log.listAnchored(CHECKPOINTS_PER_PASS);
    const size = checkpoints[0]?.size ?? 0;
    if (size === this.#stampedSize) return;
    const digests = checkpoints.map(({ note }) => sha256(encoder.encode(parseNote(note).text)));
    await store.transact(({ timestampToken }) => timestampToken.enqueue(digests, clock.now()));
    this.#stampedSize = size;
  }

  async #stampDue(signal: AbortSignal): Promise<number> {
    const { store, clock } = this.#parts;
    const now = clock.now();
    const claimed = await store.transact(({ timestampToken }) =>
      timestampToken.claimDue(now, now + LEASE_MS, CLAIM_LIMIT),
    );
    if (claimed.length === 0) return 0;
    const tokens = await mapConcurrently(claimed, CONCURRENCY, ({ digest }) => this.#askInOrder(digest, signal));
    const failed = claimed.filter((_, i) => tokens[i] === null);
    await store.transact(async ({ timestampToken }) => {
      await timestampToken.put(tokens.filter((token) => token !== null));
      for (const pending of failed) {
        await timestampToken.postpone(pending, clock.now() + retryAfterMs(pending.attempts));
      }
    });
    return claimed.length;
  }

  async #askInOrder(digest: Uint8Array, signal: AbortSignal): Promise<StoredToken | null> {
    for (const source of this.#parts.sources) {
      if (signal.aborted) break;
      try {
        return await this.#ask(source, digest, signal);
      } catch (error) {
        this.#parts.onSourceError(source.name, error);
      }
    }
    return null;
  }

  async #ask(source: TimestampSource, digest: Uint8Array, signal: AbortSignal): Promise<StoredToken> {
    const { check, clock, random, readRevocations } = this.#parts;
    const imprint = { digest: 'SHA-256', hash: digest } as const;
    // Without a zero in front or a sign, so that its shortest form is itself.
    const nonce = random(NONCE_BYTES).map((byte, i) => (i === 0 ? (byte & 0x3f) | 0x40 : byte));
    const token = readResponse(await source.ask(encodeRequest({ imprint, nonce }), signal));
    const expected = { digestOf: expectImprint(imprint), roots: source.roots, nonce, now: clock.now() };
    const { info, chain } = await verifyToken(token, expected, check);
    return {
      digest,
      authority: source.name,
      token,
      time: info.time,
      chain: chain.map(({ der }) => der),
      revocations: await readRevocations(chain, signal),
    };
  }
}

function retryAfterMs(attempts: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts, 20), RETRY_MAX_MS);
}
