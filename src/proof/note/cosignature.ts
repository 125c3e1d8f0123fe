import { concatBytes } from '../../base/bytes.ts';

/** What a witness's signature has besides Ed25519's 64 bytes. */
export interface Cosignature {
  /** When the witness signed, in seconds since the Unix epoch. */
  readonly timestamp: number;
  readonly signature: Uint8Array;
}

const TIMESTAMP_BYTES = 8;

/**
 * What a witness signs (C2SP tlog-cosignature, Ed25519): that this checkpoint is, at `timestamp`, the largest it has seen
 * of the log, and continues all it has seen before. `text` is the whole text of the checkpoint's note.
 */
export function cosignatureMessage(timestamp: number, text: string): Uint8Array {
  return new TextEncoder().encode(`cosignature/v1\ntime ${timestamp}\n${text}`);
}

/** The bytes of `NoteSignature.signature`. Throws RangeError when the time is not in whole seconds. */
export function encodeCosignature({ timestamp, signature }: Cosignature): Uint8Array {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) throw new RangeError(`${timestamp} is not a time in seconds`);
  const time = new Uint8Array(TIMESTAMP_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(timestamp));
  return concatBytes(time, signature);
}

/** The parts of `NoteSignature.signature`, or `null` when it has no time before 2^53 seconds. */
export function decodeCosignature(bytes: Uint8Array): Cosignature | null {
  if (bytes.length < TIMESTAMP_BYTES) return null;
  const timestamp = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  return Number.isSafeInteger(timestamp) ? { timestamp, signature: bytes.subarray(TIMESTAMP_BYTES) } : null;
}
