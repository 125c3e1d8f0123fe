import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../../base/bytes.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { type MerkleStep, merkleTree } from '../../proof/merkle/opentimestamps.ts';
import { GroupCommit, GroupCommitError, type GroupCommitErrorCode } from '../batch/group-commit.ts';
import { createCommitmentMaker } from './commitment.ts';
import { CalendarError, type CalendarErrorCode } from './error.ts';
import type { Journal } from './journal.ts';
import { encodeAppend, encodePath, encodePendingAttestation, encodePrepend, SHA256 } from './wire.ts';

/** What the protocol takes: anything from nothing to a SHA-512. */
export const DIGEST_MAX_BYTES = 64;
const NONCE_BYTES = 16;

/** A dozen tree levels: deep enough that commits are rare, shallow enough to leave a client most of the proof's depth. */
const BATCH_MAX_DIGESTS = 4096;

/** Four batches: at the worst commit time worth waiting for, those at the end of the queue are still answered in time. */
const WAITING_MAX_DIGESTS = 4 * BATCH_MAX_DIGESTS;

export interface AggregatorOptions {
  /** A registered calendar. */
  readonly name: string;
  /** The address under which the calendar will answer for as long as proofs are to be completed. */
  readonly uri: string;
  readonly journal: Journal;
  /** 32 secret bytes. */
  readonly hmacKey: Uint8Array;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

export interface Aggregator {
  /**
   * Takes 0 to 64 bytes and resolves, once its commitment is durable, with the canonical serialisation of the timestamp
   * that leads from them to the calendar's pending attestation. Errors: CalendarError.
   */
  submit(digest: Uint8Array): Promise<Uint8Array>;
  /** Refuses what comes from now on and resolves when everything taken is answered. */
  drain(): Promise<void>;
}

/** Group commit: while a batch is being written the next one collects, so an idle calendar answers at once. */
export function createAggregator({ name, uri, journal, hmacKey, clock, random }: AggregatorOptions): Aggregator {
  const makeCommitment = createCommitmentMaker(hmacKey);
  const attestation = encodePendingAttestation(uri);

  async function commit(digests: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const nonces = random(NONCE_BYTES * digests.length);
    const nonceOf = (index: number) => nonces.subarray(index * NONCE_BYTES, (index + 1) * NONCE_BYTES);
    const tree = merkleTree(digests.map((digest, index) => sha256(concatBytes(digest, nonceOf(index)))));
    const { time, mac, bytes } = makeCommitment(tree.root, Math.floor(clock.now() / 1000));
    try {
      await journal.append({ calendar: name, commitment: bytes });
    } catch (error) {
      // It may be written all the same. Then it is stamped for nobody, and whoever submits again is in another one.
      throw new CalendarError('calendar-unavailable', 'the batch was not committed', { cause: error });
    }
    const tail = concatBytes(encodePrepend(time), encodeAppend(mac), attestation);
    return digests.map((_, index) => composeAnswer(nonceOf(index), tree.path(index), tail));
  }

  const batches = new GroupCommit(commit, {
    maxGroup: BATCH_MAX_DIGESTS,
    maxInFlight: 1,
    maxWaiting: WAITING_MAX_DIGESTS,
  });

  return {
    async submit(digest) {
      if (digest.length > DIGEST_MAX_BYTES) throw new CalendarError('digest-too-long', 'a digest has at most 64 bytes');
      try {
        const [answer] = await batches.add([digest]);
        return answer!;
      } catch (error) {
        if (error instanceof GroupCommitError) throw new CalendarError(REFUSALS[error.code], error.message);
        throw error;
      }
    },

    drain: () => batches.close(),
  };
}

const REFUSALS: Readonly<Record<GroupCommitErrorCode, CalendarErrorCode>> = {
  overloaded: 'calendar-overloaded',
  closed: 'calendar-closed',
};

function composeAnswer(nonce: Uint8Array, path: readonly MerkleStep[], tail: Uint8Array): Uint8Array {
  return concatBytes(encodeAppend(nonce), SHA256, encodePath(path, SHA256), tail);
}
