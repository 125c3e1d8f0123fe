import { decodeBase64 } from '../../base/base64.ts';
import { HASH_BYTES } from '../merkle/rfc6962.ts';
import { NoteError } from './error.ts';

/** No proof in a tree is longer: C2SP's sizes have 63 bits. */
const PROOF_MAX_HASHES = 63;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for.
const CONTROL_CHARACTER = /[\u0000-\u0009\u000b-\u001f]/;

/** Text of at most `maxBytes` without control characters but line feeds. Throws NoteError. */
export function decodeText(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.length > maxBytes) throw new NoteError('too-large', `more than ${maxBytes} bytes`);
  const text = decodeUtf8(bytes);
  requirePrintable(text);
  return text;
}

/** Throws NoteError when `text` has a character that a note cannot have. */
export function requirePrintable(text: string): void {
  if (!text.isWellFormed()) throw new NoteError('not-utf8', 'half of a surrogate pair');
  const found = CONTROL_CHARACTER.exec(text);
  if (found !== null) throw new NoteError('control-character', `control character ${found[0].charCodeAt(0)}`);
}

/** A size or an index: decimal without leading zeros up to 2^53 - 1, else `null`. */
export function parseDecimal(text: string | undefined): number | null {
  if (text === undefined || !/^(?:0|[1-9]\d{0,15})$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** A hash in padded base64, else `null`. */
export function parseHash(text: string | undefined): Uint8Array | null {
  const hash = text === undefined ? null : decodeBase64(text);
  return hash?.length === HASH_BYTES ? hash : null;
}

/** A proof, one hash a line; `null` when a line is not a hash or there are more than 63. */
export function parseHashes(lines: readonly string[]): Uint8Array[] | null {
  if (lines.length > PROOF_MAX_HASHES) return null;
  const hashes = lines.map(parseHash).filter((hash) => hash !== null);
  return hashes.length === lines.length ? hashes : null;
}

/** Whether `hashes` can be written as a proof. */
export function isProof(hashes: readonly Uint8Array[]): boolean {
  return hashes.length <= PROOF_MAX_HASHES && hashes.every((hash) => hash.length === HASH_BYTES);
}

/** `text`, unless it is over the size that readers take. Throws NoteError. */
export function requireSize(text: string, maxBytes: number): string {
  if (new TextEncoder().encode(text).length > maxBytes) throw new NoteError('too-large', `more than ${maxBytes} bytes`);
  return text;
}

/** The lines before the first blank line, and the bytes after it, which are a note; `null` when there is none. */
export function divideAtBlankLine(text: string): { lines: string[]; note: Uint8Array } | null {
  const end = text.indexOf('\n\n');
  if (end === -1) return null;
  return { lines: text.slice(0, end).split('\n'), note: new TextEncoder().encode(text.slice(end + 2)) };
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NoteError('not-utf8', 'the bytes are not UTF-8');
  }
}
