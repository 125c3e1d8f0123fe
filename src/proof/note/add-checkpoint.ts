import { encodeBase64 } from '../../base/base64.ts';
import { NoteError } from './error.ts';
import { formatNote, NOTE_MAX_BYTES, type Note, parseNote } from './note.ts';
import { decodeText, divideAtBlankLine, isProof, parseDecimal, parseHashes } from './text.ts';

/** What a log sends to a witness (C2SP tlog-witness, `add-checkpoint`). */
export interface CheckpointSubmission {
  /** The size of the checkpoint that the witness has of this log; 0 when none. */
  readonly olderSize: number;
  /** The consistency proof from there on. */
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: Note;
}

/** A checkpoint, 63 hashes in base64 and a size. */
export const SUBMISSION_MAX_BYTES = NOTE_MAX_BYTES + 4096;

const OLD = 'old ';

/** Reads the body of a submission; nothing in it is verified. Throws NoteError. */
export function parseSubmission(bytes: Uint8Array): CheckpointSubmission {
  const divided = divideAtBlankLine(decodeText(bytes, SUBMISSION_MAX_BYTES));
  const [first = '', ...lines] = divided?.lines ?? [];
  const olderSize = first.startsWith(OLD) ? parseDecimal(first.slice(OLD.length)) : null;
  const proof = parseHashes(lines);
  if (divided === null || olderSize === null || proof === null) {
    throw new NoteError('bad-submission', 'the lines before the checkpoint are not a size and a proof');
  }
  return { olderSize, proof, checkpoint: parseNote(divided.note) };
}

/** The body of a submission. Throws NoteError when it could not be read back. */
export function formatSubmission({ olderSize, proof, checkpoint }: CheckpointSubmission): string {
  if (!Number.isSafeInteger(olderSize) || olderSize < 0 || !isProof(proof)) {
    throw new NoteError('bad-submission', 'a field cannot stand in a submission');
  }
  return `${[`${OLD}${olderSize}`, ...proof.map(encodeBase64)].join('\n')}\n\n${formatNote(checkpoint)}`;
}
