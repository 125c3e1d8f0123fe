import { compareBytes } from '../../base/bytes.ts';

/**
 * What a timestamp's leaf claims about its message: that a calendar keeps it (`uri`), that it is the Merkle root of the
 * block at `height`, or something this library does not know and carries along unchanged (`tag` is 8 bytes).
 * The format has no tag for test networks: a regtest `bitcoin` attestation looks like any other.
 */
export type Attestation =
  | { readonly type: 'pending'; readonly uri: string }
  | { readonly type: 'bitcoin' | 'litecoin' | 'ethereum'; readonly height: number }
  | { readonly type: 'unknown'; readonly tag: Uint8Array; readonly payload: Uint8Array };

/** Bytes of an attestation's tag. */
export const ATTESTATION_TAG_BYTES = 8;

/** The tags of the attestations this library understands. */
export const ATTESTATION_TAGS: Readonly<Record<Exclude<Attestation['type'], 'unknown'>, Uint8Array>> = {
  bitcoin: Uint8Array.of(0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01),
  litecoin: Uint8Array.of(0x06, 0x86, 0x9a, 0x0d, 0x73, 0xd7, 0x1b, 0x45),
  ethereum: Uint8Array.of(0x30, 0xfe, 0x80, 0x87, 0xb5, 0xc7, 0xea, 0xd7),
  pending: Uint8Array.of(0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e),
};

/**
 * The order of attestations within a node: by tag, then heights as numbers, URIs and payloads as bytes.
 * Negative, zero (the same attestation) or positive.
 */
export function compareAttestations(a: Attestation, b: Attestation): number {
  const byTag = compareBytes(tagOf(a), tagOf(b));
  if (byTag !== 0) return byTag;
  if (a.type === 'pending' && b.type === 'pending') return compareText(a.uri, b.uri);
  if ('height' in a && 'height' in b) return a.height - b.height;
  if (a.type === 'unknown' && b.type === 'unknown') return compareBytes(a.payload, b.payload);
  // Only an `unknown` that wears a known tag gets here; the writer refuses it, and until then it is itself, not the other.
  return compareText(a.type, b.type);
}

function tagOf(attestation: Attestation): Uint8Array {
  return attestation.type === 'unknown' ? attestation.tag : ATTESTATION_TAGS[attestation.type];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
