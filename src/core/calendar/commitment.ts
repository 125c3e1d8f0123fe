import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, encodeUint32 } from '../../base/bytes.ts';

const HMAC_KEY_BYTES = 32;
const MAC_BYTES = 8;

/** Turns a batch's tip (32 bytes) into the commitment that is journalled: time(4) ‖ tip(32) ‖ mac(8). */
export type CommitmentMaker = (tip: Uint8Array, unixSeconds: number) => Commitment;

interface Commitment {
  readonly time: Uint8Array;
  readonly mac: Uint8Array;
  /** 44 bytes; what a client asks `GET /timestamp/` for. */
  readonly bytes: Uint8Array;
}

/**
 * The MAC proves, to whoever holds the 32-byte key, that a commitment found in an untrusted copy of the journal is ours.
 * Each second has its own key, derived along the bits of the time, so that one of them can be shown without the others.
 */
export function createCommitmentMaker(hmacKey: Uint8Array): CommitmentMaker {
  if (hmacKey.length !== HMAC_KEY_BYTES) throw new RangeError(`the calendar's hmac key is ${HMAC_KEY_BYTES} bytes`);
  // Batches come many a second, and a key costs 32 hashes.
  let latest = { unixSeconds: -1, key: hmacKey };
  return (tip, unixSeconds) => {
    if (latest.unixSeconds !== unixSeconds) latest = { unixSeconds, key: deriveKey(hmacKey, unixSeconds) };
    const time = encodeUint32(unixSeconds);
    const mac = sha256(concatBytes(time, tip, latest.key)).subarray(0, MAC_BYTES);
    return { time, mac, bytes: concatBytes(time, tip, mac) };
  };
}

function deriveKey(hmacKey: Uint8Array, unixSeconds: number): Uint8Array {
  let key = hmacKey;
  for (let bit = 31; bit >= 0; bit--) {
    const branch = (unixSeconds >>> bit) & 1 ? 0xff : 0x00;
    key = sha256(concatBytes(key, Uint8Array.of(branch)));
  }
  return key;
}
