import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { concatBytes, encodeUint32 } from '../../base/bytes.ts';
import { NoteError } from './error.ts';
import { decodeText, requirePrintable, requireSize } from './text.ts';

/** A signed note (C2SP signed-note): a text that ends in a line feed, and who signed it. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** One signature line. What `signature` has besides the signature itself depends on the type of the key. */
export interface NoteSignature {
  readonly name: string;
  /** Unsigned, 32 bits. */
  readonly keyId: number;
  readonly signature: Uint8Array;
}

/** Room for the signatures that have to be accepted, each by a post-quantum key, several times over. */
export const NOTE_MAX_BYTES = 1_000_000;

/** C2SP asks for 16 at least. Each one of a known key costs a verification. */
export const NOTE_MAX_SIGNATURES = 100;

const KEY_ID_BYTES = 4;
const SIGNATURE_LINE_START = '— ';

/** Reads a note; says nothing about who signed it (see `verifyNote`). Throws NoteError. */
export function parseNote(bytes: Uint8Array): Note {
  const note = decodeText(bytes, NOTE_MAX_BYTES);
  // The text may have blank lines of its own: the last one divides.
  const end = note.lastIndexOf('\n\n') + 1;
  if (end === 0) throw new NoteError('malformed', 'there is no blank line before signatures');
  return { text: note.slice(0, end), signatures: parseLines(note.slice(end + 1)) };
}

/** The note's one text. Throws NoteError when it could not be read back. */
export function formatNote({ text, signatures }: Note): string {
  if (!text.endsWith('\n')) throw new NoteError('malformed', 'the text does not end in a line feed');
  requirePrintable(text);
  return requireSize(`${text}\n${formatSignatures(signatures)}`, NOTE_MAX_BYTES);
}

/** Reads bare signature lines, as a witness answers them. Throws NoteError. */
export function parseSignatures(bytes: Uint8Array): NoteSignature[] {
  return parseLines(decodeText(bytes, NOTE_MAX_BYTES));
}

/** Signature lines, each with its line feed. Throws NoteError when they could not be read back. */
export function formatSignatures(signatures: readonly NoteSignature[]): string {
  requireCount(signatures.length);
  return signatures
    .map(({ name, keyId, signature }) => {
      requireKeyName(name);
      if (signature.length === 0) throw new NoteError('bad-signature-line', 'an empty signature');
      return `${SIGNATURE_LINE_START}${name} ${encodeBase64(concatBytes(encodeUint32(keyId), signature))}\n`;
    })
    .join('');
}

/** Key names are not empty and have no white space and no plus sign. Throws NoteError. */
export function requireKeyName(name: string): void {
  requirePrintable(name);
  if (!/^[^\p{White_Space}+]+$/u.test(name))
    throw new NoteError('bad-key-name', 'a key name is empty, or has + or space');
}

/** The big-endian key id at the start of `bytes`. */
export function readKeyId(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

function parseLines(text: string): NoteSignature[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new NoteError('malformed', 'the last line does not end in a line feed');
  requireCount(lines.length);
  return lines.map(parseLine);
}

function parseLine(line: string): NoteSignature {
  const [name, base64, ...more] = line.startsWith(SIGNATURE_LINE_START)
    ? line.slice(SIGNATURE_LINE_START.length).split(' ')
    : [];
  const blob = base64 === undefined ? null : decodeBase64(base64);
  if (name === undefined || blob === null || blob.length <= KEY_ID_BYTES || more.length > 0) {
    throw new NoteError('bad-signature-line', 'a signature line is not a name and a signature');
  }
  requireKeyName(name);
  return { name, keyId: readKeyId(blob), signature: blob.slice(KEY_ID_BYTES) };
}

function requireCount(signatures: number): void {
  if (signatures === 0) throw new NoteError('malformed', 'there is no signature');
  if (signatures > NOTE_MAX_SIGNATURES) {
    throw new NoteError('too-many-signatures', `more than ${NOTE_MAX_SIGNATURES} signatures`);
  }
}
