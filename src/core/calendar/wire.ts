import { concatBytes } from '../../base/bytes.ts';
import type { MerkleStep } from '../../proof/merkle/opentimestamps.ts';

// A calendar's answers are chains without branches, thousands a second: written straight in the OpenTimestamps
// serialisation. The tests hold them equal to what the codec writes.

const SHA256_OP = 0x08;
const APPEND_OP = 0xf0;
const PREPEND_OP = 0xf1;
const ATTESTATION = 0x00;
const PENDING_TAG = Uint8Array.of(0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e);
const BITCOIN_TAG = Uint8Array.of(0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01);

export const SHA256 = Uint8Array.of(SHA256_OP);
/** The hash of Bitcoin's transactions and tree. */
export const SHA256D = Uint8Array.of(SHA256_OP, SHA256_OP);

export function encodeAppend(argument: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(APPEND_OP), encodeVaruint(argument.length), argument);
}

export function encodePrepend(argument: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(PREPEND_OP), encodeVaruint(argument.length), argument);
}

/** A tree path whose parents are hashed with `hash`: one or two SHA-256. */
export function encodePath(steps: readonly MerkleStep[], hash: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { side, sibling } of steps) {
    parts.push(side === 'right' ? encodeAppend(sibling) : encodePrepend(sibling), hash);
  }
  return concatBytes(...parts);
}

/** `uri` is ASCII, as the format asks. */
export function encodePendingAttestation(uri: string): Uint8Array {
  const address = new TextEncoder().encode(uri);
  return encodeAttestation(PENDING_TAG, concatBytes(encodeVaruint(address.length), address));
}

export function encodeBitcoinAttestation(height: number): Uint8Array {
  return encodeAttestation(BITCOIN_TAG, encodeVaruint(height));
}

function encodeAttestation(tag: Uint8Array, payload: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(ATTESTATION), tag, encodeVaruint(payload.length), payload);
}

/** Unsigned LEB128 in its shortest form. */
function encodeVaruint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
