import { equalBytes } from '../../base/bytes.ts';
import { CodedError } from '../../base/coded-error.ts';
import { stepsToOps } from '../../proof/merkle/opentimestamps.ts';
import { decodeDetached, decodeTimestamp, encodeDetached } from '../../proof/ots/codec.ts';
import { connectTimestamp, graft, mergeTimestamps, type Timestamp } from '../../proof/ots/timestamp.ts';
import type { Receipt, Submission } from './receipt.ts';
import { leafOps } from './round.ts';
import type { StoredReceipt } from './store.ts';

export type ComposedProof = { readonly calendar: string; readonly fileName: string } & (
  | { readonly bytes: Uint8Array; readonly error: null }
  | { readonly bytes: null; readonly error: string }
);

/** Tails kept ready: one a round and calendar, about a kilobyte each. */
const MAX_CACHED_TAILS = 4096;

/**
 * Puts a receipt's own path and its round's shared tail together into canonical `.ots` files, each parsed again before
 * anyone is given it.
 */
export class ProofComposer {
  readonly #tails = new Map<string, { attempts: readonly Submission[]; tail: Timestamp }>();

  composeAll({ receipt, round, submissions }: StoredReceipt): ComposedProof[] {
    const path = [...leafOps(receipt.nonce), ...stepsToOps(receipt.path)];
    const accepted = Map.groupBy(
      submissions.filter(({ proof }) => proof !== null),
      ({ calendar }) => calendar,
    );
    return [...accepted].map(([calendar, attempts]) => {
      const fileName = `${calendar}.ots`;
      try {
        const timestamp = connectTimestamp(receipt.digest, path, this.#tail(round.root, attempts));
        const bytes = encodeDetached({ fileHashOp: { name: 'sha256' }, timestamp });
        assertProofOf(bytes, receipt);
        return { calendar, fileName, bytes, error: null };
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        return { calendar, fileName, bytes: null, error: error.message };
      }
    });
  }

  #tail(root: Uint8Array, attempts: readonly Submission[]): Timestamp {
    const key = `${attempts[0]!.roundId}/${attempts[0]!.calendar}`;
    const cached = this.#tails.get(key);
    if (cached !== undefined && isSameKnowledge(cached.attempts, attempts)) return cached.tail;
    const tail = attempts.map((attempt) => decodeAttempt(root, attempt)).reduce((a, b) => mergeTimestamps(a, b));
    if (this.#tails.size >= MAX_CACHED_TAILS) this.#tails.delete(this.#tails.keys().next().value!);
    this.#tails.set(key, { attempts, tail });
    return tail;
  }
}

/** Compared by bytes: after a reorganisation the next proof can be as long, and at the same height, as the last one. */
function isSameKnowledge(a: readonly Submission[], b: readonly Submission[]): boolean {
  return (
    a.length === b.length && a.every((one, i) => isSame(one.proof, b[i]!.proof) && isSame(one.upgrade, b[i]!.upgrade))
  );
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}

/** The timestamp from a round's root through one calendar, as far as that calendar has brought it. */
function decodeAttempt(root: Uint8Array, { proof, upgrade, commitment }: Submission): Timestamp {
  const pending = decodeTimestamp(proof!, root);
  return upgrade === null ? pending : graft(pending, commitment!, decodeTimestamp(upgrade, commitment!));
}

class ComposedProofError extends CodedError<'other-digest'> {}

function assertProofOf(bytes: Uint8Array, receipt: Receipt): void {
  const { timestamp } = decodeDetached(bytes);
  if (!equalBytes(timestamp.message, receipt.digest)) {
    throw new ComposedProofError('other-digest', 'the proof does not start at the digest of its receipt');
  }
}
