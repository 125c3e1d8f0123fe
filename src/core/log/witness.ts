import { sha256 } from '@noble/hashes/sha2.js';
import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/coded-error.ts';
import { encodeHex } from '../../base/hex.ts';
import { EMPTY_ROOT } from '../../proof/merkle/rfc6962.ts';
import { type TreeHead, verifyConsistency } from '../../proof/merkle/verify.ts';
import { type CheckpointSubmission, parseSubmission } from '../../proof/note/add-checkpoint.ts';
import { type Checkpoint, openCheckpoint, parseCheckpoint, verifyCheckpoint } from '../../proof/note/checkpoint.ts';
import { NoteError } from '../../proof/note/error.ts';
import { formatNote, formatSignatures } from '../../proof/note/note.ts';
import type { VerifierKey } from '../../proof/note/verifier-key.ts';
import { identify, type VerifySignature } from '../../proof/note/verify-note.ts';
import { cosign, type NoteSigner } from './keys.ts';

export type WitnessErrorCode =
  /** Not a submission, or its older size is above the size of its checkpoint. */
  | 'malformed'
  | 'unknown-log'
  /** The log has not signed it. */
  | 'not-signed'
  /** The older size is not that of the checkpoint that was cosigned last, or the same size has another root. */
  | 'conflict'
  | 'bad-proof';

export class WitnessError extends CodedError<WitnessErrorCode> {
  /** For `conflict`: the size of the checkpoint that was cosigned last. */
  readonly size: number;

  constructor(code: WitnessErrorCode, message: string, size = 0) {
    super(code, message);
    this.size = size;
  }
}

/** The last checkpoint that was cosigned of each log, by the SHA-256 of its origin in hexadecimal. */
export interface WitnessMemory {
  read(log: string): Promise<Uint8Array | null>;
  /** Resolves when it is on the disk. */
  write(log: string, note: Uint8Array): Promise<void>;
}

/** Somebody who watches that logs only grow (C2SP tlog-witness). */
export interface Witness {
  readonly key: VerifierKey;
  /** Signature lines for the checkpoint of a submission. Errors: WitnessError. */
  addCheckpoint(submission: Uint8Array): Promise<string>;
  /** The note that was cosigned last; `log` as in WitnessMemory. */
  latest(log: string): Promise<Uint8Array | null>;
}

/** One process has one memory to itself: what is compared and kept is not changed by anybody else in between. */
export function createWitness(parts: {
  /** Each names its log's origin. */
  readonly logs: readonly VerifierKey[];
  readonly signer: NoteSigner;
  readonly memory: WitnessMemory;
  readonly verify: VerifySignature;
  readonly clock: Clock;
}): Witness {
  const { logs, signer, memory, verify, clock } = parts;
  const known = new Set(logs.map(({ name }) => logId(name)));
  /** By origin: the end of the queue of submissions. */
  const queues = new Map<string, Promise<unknown>>();

  function inTurn<T>(origin: string, work: () => Promise<T>): Promise<T> {
    const result = (queues.get(origin) ?? Promise.resolve()).then(work, work);
    queues.set(origin, result);
    return result;
  }

  async function cosignNext(
    { olderSize, proof, checkpoint: note }: CheckpointSubmission,
    next: Checkpoint,
  ): Promise<string> {
    const id = logId(next.origin);
    const last = await readLast(next.origin);
    if (olderSize !== last.size) throw conflict(last);
    if (!verifyConsistency(last, next, proof)) {
      if (next.size === last.size && proof.length === 0) throw conflict(last);
      throw new WitnessError('bad-proof', 'the proof does not lead from the last checkpoint to this one');
    }
    const cosignature = cosign(signer, note.text, clock.now());
    const logKeys = new Set(logs.map(identify));
    const signatures = [...note.signatures.filter((signature) => logKeys.has(identify(signature))), cosignature];
    await memory.write(id, new TextEncoder().encode(formatNote({ text: note.text, signatures })));
    return formatSignatures([cosignature]);
  }

  async function readLast(origin: string): Promise<TreeHead> {
    const note = await memory.read(logId(origin));
    if (note === null) return { size: 0, rootHash: EMPTY_ROOT };
    const trust = { origin, logKeys: [signer.key], witnessKeys: [] };
    return openCheckpoint(note, trust, verify).checkpoint;
  }

  return {
    key: signer.key,

    async addCheckpoint(bytes) {
      const submission = parse(bytes);
      const checkpoint = parseText(submission.checkpoint.text);
      const logKeys = logs.filter(({ name }) => name === checkpoint.origin);
      if (logKeys.length === 0) throw new WitnessError('unknown-log', 'this log is not known here');
      try {
        verifyCheckpoint(submission.checkpoint, { origin: checkpoint.origin, logKeys, witnessKeys: [] }, verify);
      } catch (error) {
        if (error instanceof NoteError) throw new WitnessError('not-signed', 'the log has not signed the checkpoint');
        throw error;
      }
      if (submission.olderSize > checkpoint.size) {
        throw new WitnessError('malformed', 'the older size is above the size of the checkpoint');
      }
      return inTurn(checkpoint.origin, () => cosignNext(submission, checkpoint));
    },

    latest: async (log) => (known.has(log) ? memory.read(log) : null),
  };
}

function logId(origin: string): string {
  return encodeHex(sha256(new TextEncoder().encode(origin)));
}

function parse(bytes: Uint8Array): CheckpointSubmission {
  return orMalformed(() => parseSubmission(bytes));
}

function parseText(text: string): Checkpoint {
  return orMalformed(() => parseCheckpoint(text));
}

function orMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof NoteError) throw new WitnessError('malformed', error.message);
    throw error;
  }
}

function conflict({ size }: TreeHead): WitnessError {
  return new WitnessError('conflict', `the last checkpoint is of size ${size}`, size);
}
