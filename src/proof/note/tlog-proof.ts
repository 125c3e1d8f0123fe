import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { verifyInclusion } from '../merkle/verify.ts';
import { type LogTrust, type SignedCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { NoteError } from './error.ts';
import { formatNote, NOTE_MAX_BYTES, type Note, parseNote } from './note.ts';
import { decodeText, divideAtBlankLine, isProof, parseDecimal, parseHashes, requireSize } from './text.ts';
import type { VerifySignature } from './verify-note.ts';

/** Proof without a network that an entry is in a log (C2SP tlog-proof, `.tlog-proof`). */
export interface TlogProof {
  /** Which entry it is, from 0. */
  readonly index: number;
  /** The inclusion proof, the leaf's sibling first. */
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: Note;
  /** Whatever the application adds, or `null`. Nobody has signed it. */
  readonly extra: Uint8Array | null;
}

/** A checkpoint, 63 hashes, and room for what an application adds. */
export const TLOG_PROOF_MAX_BYTES = 2 * NOTE_MAX_BYTES;

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const EXTRA = 'extra ';
const INDEX = 'index ';

/** Reads a proof; says nothing about its truth (see `verifyTlogProof`). Throws NoteError. */
export function parseTlogProof(bytes: Uint8Array): TlogProof {
  const divided = divideAtBlankLine(decodeText(bytes, TLOG_PROOF_MAX_BYTES));
  if (divided === null) throw badProof();
  const [first, ...lines] = divided.lines;
  const extraText = lines[0]?.startsWith(EXTRA) ? lines.shift()!.slice(EXTRA.length) : null;
  const extra = extraText === null ? null : decodeBase64(extraText);
  const [indexLine = '', ...hashLines] = lines;
  const index = indexLine.startsWith(INDEX) ? parseDecimal(indexLine.slice(INDEX.length)) : null;
  const hashes = parseHashes(hashLines);
  if (first !== FIRST_LINE || index === null || hashes === null) throw badProof();
  // Without extra data the line is left out: there is no empty one.
  if (extraText !== null && (extra === null || extra.length === 0)) throw badProof();
  return { index, hashes, checkpoint: parseNote(divided.note), extra };
}

/** The proof's one text. Throws NoteError when it could not be read back. */
export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  if (!Number.isSafeInteger(index) || index < 0 || !isProof(hashes) || extra?.length === 0) {
    throw new NoteError('bad-proof', 'a field cannot stand in a proof');
  }
  const lines = [
    FIRST_LINE,
    ...(extra === null ? [] : [`${EXTRA}${encodeBase64(extra)}`]),
    `${INDEX}${index}`,
    ...hashes.map(encodeBase64),
  ];
  return requireSize(`${lines.join('\n')}\n\n${formatNote(checkpoint)}`, TLOG_PROOF_MAX_BYTES);
}

/**
 * The checkpoint that the entry with `leafHash` (see `hashLeaf`) is under, signed as `trust` asks. Throws NoteError.
 */
export function verifyTlogProof(
  proof: TlogProof,
  leafHash: Uint8Array,
  trust: LogTrust,
  verify: VerifySignature,
): SignedCheckpoint {
  const signed = verifyCheckpoint(proof.checkpoint, trust, verify);
  if (!verifyInclusion(leafHash, proof.index, signed.checkpoint, proof.hashes)) {
    throw new NoteError('not-included', 'the proof does not lead from the entry to the root of the checkpoint');
  }
  return signed;
}

function badProof(): NoteError {
  return new NoteError('bad-proof', 'the lines before the checkpoint are not those of a proof');
}
