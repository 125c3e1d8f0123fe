import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { FingerprintError } from './fingerprint-error.ts';
import { countItems, DECLARED_MAX_MS } from './item-clock.ts';

const ITEM_BYTES = 4;

/** A print of ten minutes, and what a decoder may cut differently at its ends. */
export const ITEMS_MAX = countItems(DECLARED_MAX_MS) + 8;
/** Characters of base64 that `ITEMS_MAX` items have. */
export const FINGERPRINT_MAX_CHARACTERS = 4 * Math.ceil((ITEMS_MAX * ITEM_BYTES) / 3);

/** Items packed as little-endian uint32, in base64: the form of docs/formats/fingerprint.md. */
export function encodeItems(items: Uint32Array): string {
  return encodeBase64(packItems(items));
}

/** Items as little-endian uint32. */
export function packItems(items: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(items.length * ITEM_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, item] of items.entries()) view.setUint32(i * ITEM_BYTES, item, true);
  return bytes;
}

/**
 * The items of a fingerprint, of which there is at least one and at most `ITEMS_MAX`. What is too long is refused before
 * it is decoded. Throws FingerprintError.
 */
export function decodeItems(text: string): Uint32Array {
  if (text === '') throw new FingerprintError('no-items', 'the fingerprint is empty');
  const compressed = isCompressed(text);
  if (!compressed && text.length > FINGERPRINT_MAX_CHARACTERS) {
    throw new FingerprintError('too-many-items', `a fingerprint has at most ${ITEMS_MAX} items, ten minutes of audio`);
  }
  const bytes = compressed ? null : decodeBase64(text);
  if (bytes === null) throw refuseText(compressed);
  if (bytes.length % ITEM_BYTES !== 0) {
    throw new FingerprintError('not-whole-items', 'the bytes are not 32-bit items: pack each as little-endian uint32');
  }
  const count = bytes.length / ITEM_BYTES;
  if (count > ITEMS_MAX) throw new FingerprintError('too-many-items', `a fingerprint has at most ${ITEMS_MAX} items`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Uint32Array.from({ length: count }, (_, i) => view.getUint32(i * ITEM_BYTES, true));
}

function refuseText(compressed: boolean): FingerprintError {
  return compressed
    ? new FingerprintError(
        'compressed-fingerprint',
        'this is the compressed string of fpcalc: run fpcalc -raw and pack its items as little-endian uint32 in base64',
      )
    : new FingerprintError('not-base64', 'the fingerprint is not base64 with padding and without white space');
}

/**
 * Whether a text is Chromaprint's compressed form: base64 of the URL alphabet without padding, whose first byte names
 * the algorithm (0 to 4) and the next three the number of items. Packed items of the same shape are told apart by the
 * number: a compressed print is always smaller than its items.
 */
function isCompressed(text: string): boolean {
  if (!/^[A-E][A-Za-z0-9_-]{7,}$/.test(text)) return false;
  const head = decodeBase64(text.slice(0, 8).replaceAll('-', '+').replaceAll('_', '/'));
  if (head === null || head[0]! > 4) return false;
  const items = (head[1]! << 16) | (head[2]! << 8) | head[3]!;
  const bytes = Math.floor((text.length * 3) / 4);
  const isPlain = text.length % 4 === 0 && !/[-_]/.test(text) && bytes % ITEM_BYTES === 0;
  return items > 0 && bytes < items * ITEM_BYTES && !isPlain;
}
