import { encodeBase64 } from '../../base/base64.ts';
import { HASH_BYTES } from '../merkle/rfc6962.ts';
import type { TreeHead } from '../merkle/verify.ts';
import { NoteError } from './error.ts';
import { type Note, parseNote } from './note.ts';
import { parseDecimal, parseHash, requirePrintable } from './text.ts';
import type { VerifierKey } from './verifier-key.ts';
import { identify, type VerifiedSignature, type VerifySignature, verifyNote } from './verify-note.ts';

/** What a log signs (C2SP tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  /** The name of the log, as a URL without scheme. */
  readonly origin: string;
  /** Lines that others may add. Touchmark writes none: nobody can audit them. */
  readonly extensions: readonly string[];
}

/** Who is believed about a log. */
export interface LogTrust {
  readonly origin: string;
  readonly logKeys: readonly VerifierKey[];
  readonly witnessKeys: readonly VerifierKey[];
}

export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly note: Note;
  /** One for each of the witness keys that signed; how many are enough is for the caller to say. */
  readonly cosignatures: readonly VerifiedSignature[];
}

/** The text of the note. Throws NoteError when it could not be read back. */
export function formatCheckpoint({ origin, size, rootHash, extensions }: Checkpoint): string {
  const lines = [origin, String(size), encodeBase64(rootHash), ...extensions];
  const isOneLine = (line: string) => line !== '' && !line.includes('\n');
  if (!Number.isSafeInteger(size) || size < 0 || rootHash.length !== HASH_BYTES || !lines.every(isOneLine)) {
    throw new NoteError('bad-checkpoint', 'a field cannot stand in a checkpoint');
  }
  const text = `${lines.join('\n')}\n`;
  requirePrintable(text);
  return text;
}

/** Reads the text of a note as a checkpoint. Sizes end at 2^53 - 1. Throws NoteError. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const end = lines.pop();
  const [origin, sizeText, rootText, ...extensions] = lines;
  const size = parseDecimal(sizeText);
  const rootHash = parseHash(rootText);
  if (end !== '' || lines.includes('') || origin === undefined || size === null || rootHash === null) {
    throw new NoteError('bad-checkpoint', 'the text is not an origin, a size and a root hash');
  }
  return { origin, size, rootHash, extensions };
}

/**
 * A checkpoint that the log itself signed, and who cosigned it. Signatures by keys outside of `trust` are ignored; a
 * wrong one by a key inside refuses it all. Throws NoteError.
 */
export function openCheckpoint(bytes: Uint8Array, trust: LogTrust, verify: VerifySignature): SignedCheckpoint {
  return verifyCheckpoint(parseNote(bytes), trust, verify);
}

/** `openCheckpoint` of a note that is read already. Throws NoteError. */
export function verifyCheckpoint(note: Note, trust: LogTrust, verify: VerifySignature): SignedCheckpoint {
  const signatures = verifyNote(note, [...trust.logKeys, ...trust.witnessKeys], verify);
  const by = (keys: readonly VerifierKey[]) => {
    const ids = new Set(keys.map(identify));
    return signatures.filter(({ key }) => ids.has(identify(key)));
  };
  if (by(trust.logKeys).length === 0) throw new NoteError('not-signed', 'the log has not signed the checkpoint');
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== trust.origin) throw new NoteError('wrong-origin', 'a checkpoint of another log');
  return { checkpoint, note, cosignatures: by(trust.witnessKeys) };
}
