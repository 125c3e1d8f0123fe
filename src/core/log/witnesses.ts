import type { Clock } from '../../base/clock.ts';
import { formatSubmission } from '../../proof/note/add-checkpoint.ts';
import { type Note, type NoteSignature, parseSignatures } from '../../proof/note/note.ts';
import type { VerifierKey } from '../../proof/note/verifier-key.ts';
import { identify, type VerifySignature, verifyNote } from '../../proof/note/verify-note.ts';
import { LogError } from './error.ts';

/** Somebody who cosigns the log's checkpoints (C2SP tlog-witness). */
export interface WitnessTarget {
  readonly key: VerifierKey;
  /** The submission prefix, without a trailing slash. */
  readonly url: string;
}

export interface WitnessPolicy {
  readonly witnesses: readonly WitnessTarget[];
  /** Without so many cosignatures nothing is published. 0: they are welcome, and nothing waits for them for long. */
  readonly quorum: number;
  /** How long a checkpoint waits for cosignatures that it does not need. */
  readonly patienceMs: number;
  /** How long for those that it needs. */
  readonly timeoutMs: number;
}

/** What a witness answered to `add-checkpoint`. */
export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly lines: Uint8Array }
  /** It has a checkpoint of another size. */
  | { readonly kind: 'conflict'; readonly size: number }
  | { readonly kind: 'refused'; readonly reason: string };

export interface WitnessClient {
  /** Rejects with CodedError when there is no answer to be had. */
  addCheckpoint(url: string, submission: string, signal: AbortSignal): Promise<WitnessAnswer>;
}

export interface WitnessRequest {
  readonly note: Note;
  readonly size: number;
  /** The consistency proof between two sizes of the tree at hand. */
  readonly prove: (olderSize: number, size: number) => Promise<readonly Uint8Array[]>;
}

export interface Witnesses {
  /** `gather` ends within this time. */
  readonly maxWaitMs: number;
  /** Cosignatures that hold. Errors: LogError `quorum-missed`. */
  gather(request: WitnessRequest): Promise<readonly NoteSignature[]>;
}

/** A witness that failed is left out for so long, unless the quorum needs it. */
const PAUSE_MS = 30_000;

export function createWitnesses(parts: {
  readonly policy: WitnessPolicy;
  readonly client: WitnessClient;
  readonly verify: VerifySignature;
  readonly clock: Clock;
  /** Told why a witness did not cosign. */
  readonly onFailure: (witness: string, reason: string) => void;
}): Witnesses {
  const { policy, client, verify, clock, onFailure } = parts;
  /** By witness: what it last said it has. */
  const sizes = new Map<string, number>();
  const pausedUntil = new Map<string, number>();

  async function ask(target: WitnessTarget, request: WitnessRequest, signal: AbortSignal): Promise<NoteSignature[]> {
    const id = identify(target.key);
    let answer = await submit(target, request, sizes.get(id) ?? 0, signal);
    // It says what it has: one more try from there on.
    if (answer.kind === 'conflict' && answer.size <= request.size) {
      answer = await submit(target, request, answer.size, signal);
    }
    if (answer.kind === 'conflict') {
      // Only its word, so it stops nothing by itself: who wants to depend on witnesses sets a quorum.
      throw new WitnessFailure(`it says that it has a tree of ${answer.size} entries, which has to be looked into`);
    }
    if (answer.kind === 'refused') throw new WitnessFailure(answer.reason);
    const signatures = parseSignatures(answer.lines).filter((line) => identify(line) === id);
    verifyNote({ text: request.note.text, signatures }, [target.key], verify);
    sizes.set(id, request.size);
    return signatures.slice(0, 1);
  }

  async function submit(
    { key, url }: WitnessTarget,
    { note, size, prove }: WitnessRequest,
    known: number,
    signal: AbortSignal,
  ): Promise<WitnessAnswer> {
    // It may have said that it has more.
    const olderSize = Math.min(known, size);
    const submission = formatSubmission({ olderSize, proof: await prove(olderSize, size), checkpoint: note });
    const answer = await client.addCheckpoint(url, submission, signal);
    if (answer.kind === 'conflict') sizes.set(identify(key), answer.size);
    return answer;
  }

  return {
    maxWaitMs: policy.patienceMs + (policy.quorum > 0 ? policy.timeoutMs : 0),

    async gather(request) {
      const now = clock.now();
      const isPaused = ({ key }: WitnessTarget) => (pausedUntil.get(identify(key)) ?? 0) > now;
      const ready = policy.witnesses.filter((target) => !isPaused(target));
      const asked = ready.length >= policy.quorum ? ready : policy.witnesses;
      if (asked.length === 0) return [];

      const stop = new AbortController();
      const cosignatures: NoteSignature[] = [];
      const enough = Promise.withResolvers<void>();
      const answers = asked.map(async (target) => {
        try {
          cosignatures.push(...(await ask(target, request, stop.signal)));
          pausedUntil.delete(identify(target.key));
        } catch (error) {
          // When the log went on without it, it was slow, and is left out for a while too.
          pausedUntil.set(identify(target.key), clock.now() + PAUSE_MS);
          onFailure(target.key.name, error instanceof Error ? error.message : String(error));
        }
        if (policy.quorum > 0 && cosignatures.length >= policy.quorum) enough.resolve();
      });
      const all = Promise.all(answers);
      const waiting = new AbortController();
      const sleep = (ms: number) => clock.sleep(ms, waiting.signal);
      if (policy.quorum > 0) await Promise.race([all, enough.promise, sleep(policy.timeoutMs)]);
      // What is not needed may still come within its time.
      if (cosignatures.length < asked.length) await Promise.race([all, sleep(policy.patienceMs)]);
      waiting.abort();
      stop.abort();
      if (cosignatures.length < policy.quorum) {
        const got = `${cosignatures.length} of ${policy.quorum} cosignatures`;
        throw new LogError('quorum-missed', `the checkpoint of size ${request.size} got ${got} that it needs`);
      }
      return [...cosignatures];
    },
  };
}

class WitnessFailure extends Error {}
